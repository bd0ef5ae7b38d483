"""Writes `kafka.lock.toml` anew: what `make lock` runs after a change of Kafka's version."""

import hashlib
from collections.abc import Sequence

import tomli_w
from jgo import resolve
from jgo.maven import Artifact

from deploy.mash.embedded.jars import KAFKA, LOCK_FILE, LOGGING


def _chosen() -> Sequence[Artifact]:
    binding = [artifact for artifact in resolve(LOGGING) if artifact.artifactId == LOGGING.split(":")[1]]
    return [*resolve(KAFKA), *binding]


def _entry(artifact: Artifact) -> dict[str, str]:
    return {
        "groupId": artifact.groupId,
        "artifactId": artifact.artifactId,
        "version": artifact.version,
        "sha256": hashlib.sha256(artifact.resolve().read_bytes()).hexdigest(),
    }


if __name__ == "__main__":
    entries = [_entry(artifact) for artifact in _chosen()]
    LOCK_FILE.write_text("# Made by `make lock`; do not edit.\n" + tomli_w.dumps({"dependencies": entries}))
    print(f"{LOCK_FILE}: {len(entries)} jars")
