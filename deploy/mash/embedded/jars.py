"""Kafka's jars: exactly those of the lock file, each checked against its hash before it is used.

The lock file is made by `make lock` through jgo, which resolves Maven coordinates without Maven; a start resolves
nothing and downloads only what the local Maven repository lacks.
"""

import hashlib
import os
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.mash.embedded.errors import EmbeddedError

LOCK_FILE = Path(__file__).parent / "kafka.lock.toml"
KAFKA = "org.apache.kafka:kafka_2.13:4.3.1"  # Holds the broker and StorageTool.
LOGGING = "org.slf4j:slf4j-simple:1.7.36"  # Resolved apart: a binding's parents would move Kafka's own versions.
_DOWNLOADS_AT_ONCE = 8
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Jar:
    """One locked jar."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def path(self) -> Path:
        """Where a Maven repository keeps it, relative to the repository."""
        return Path(*self.group.split("."), self.artifact, self.version, f"{self.artifact}-{self.version}.jar")

    def is_whole(self, repository: Path) -> bool:
        """Whether `repository` holds it with the locked hash."""
        with suppress(OSError), (repository / self.path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256
        return False


def locked_jars(lock_file: Path = LOCK_FILE) -> list[Jar]:
    """The jars of the lock file, in class-path order."""
    with lock_file.open("rb") as file:
        locked = tomllib.load(file)["dependencies"]
    return [Jar(one["groupId"], one["artifactId"], one["version"], one["sha256"]) for one in locked]


def class_path(jars: Sequence[Jar], spare: Path, progress: Callable[[str], None] = lambda line: None) -> list[Path]:
    """Paths of all jars, downloading what is missing. spare: a repository for those who have no writable home.

    Raises EmbeddedError where a jar cannot be had or is not the locked one.
    """
    repository = _repository(spare)
    missing = [jar for jar in jars if not jar.is_whole(repository)]
    if missing:
        progress(f"downloading Apache Kafka: {len(missing)} jars")
        with ThreadPoolExecutor(_DOWNLOADS_AT_ONCE) as pool:
            list(pool.map(lambda jar: _download(jar, repository), missing))
    return [repository / jar.path for jar in jars]


def _repository(spare: Path) -> Path:
    """The user's Maven repository where it can be written or made; else `spare`."""
    from jgo.constants import default_maven_repo

    shared = Path(default_maven_repo())
    nearest = next(path for path in (shared, *shared.parents) if path.exists())
    return shared if nearest != Path("/") and os.access(nearest, os.W_OK | os.X_OK) else spare


def _download(jar: Jar, repository: Path) -> None:
    """Fetch a jar beside its place and move it in when its hash is right: another process may be doing the same."""
    import requests
    from jgo.maven import MavenContext

    target = repository / jar.path
    problem = ""
    for _ in range(_TRIES):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=target.parent) as aside:
                context = MavenContext(repo_cache=Path(aside))
                got = context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
                if jar.is_whole(Path(aside)):
                    Path(got).replace(target)
                    return
                problem = "its hash is not the one in the lock file"
        except (requests.RequestException, RuntimeError) as error:
            problem = f"the download failed ({type(error).__name__})"
        except OSError as error:
            problem = f"{error.strerror} ({target.parent})"
    raise EmbeddedError(f"Kafka's {target.name}: {problem}")
