"""What stands beside a copy of the database: enough to know that it is whole, and which keys open it."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from deploy.mash.layout import Mistake

DUMP, MANIFEST = "database.dump", "manifest.json"


class Manifest(BaseModel):
    """made_at: the instant of the copy, by the database; steps: of each schema; accepted: contacts by agency.

    kek_ids: the key-encryption keys that open what it holds. It holds no key and no person.
    """

    model_config = ConfigDict(frozen=True)

    made_at: AwareDatetime
    server_version: str
    steps: Mapping[str, str]
    accepted: Mapping[str, int]
    kek_ids: tuple[str, ...]
    sha256: str
    size: int


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with file.open("rb") as read:
        return hashlib.file_digest(read, "sha256").hexdigest()


def size_of(file: Path) -> int:
    """In bytes."""
    return file.stat().st_size


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Put it beside the dump, for its owner alone; it is there whole or not at all."""
    staged = directory / f"{MANIFEST}.new"
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as write:
        write.write(manifest.model_dump_json(indent=2) + "\n")
        write.flush()
        os.fsync(write.fileno())
    staged.rename(directory / MANIFEST)


def read_manifest(directory: Path) -> Manifest:
    """The manifest of a whole backup. Raises Mistake where it is none, is damaged, or was never finished."""
    try:
        manifest = Manifest.model_validate_json((directory / MANIFEST).read_bytes())
        size = (directory / DUMP).stat().st_size
    except (OSError, ValidationError) as error:
        raise Mistake(
            f"{directory} holds no finished backup: its {MANIFEST} or {DUMP} is missing or damaged"
        ) from error
    if size != manifest.size or sha256_of(directory / DUMP) != manifest.sha256:
        raise Mistake(
            f"{directory / DUMP} is not what was written ({size} of {manifest.size} bytes): take another copy"
        )
    return manifest
