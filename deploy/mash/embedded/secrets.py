"""Secrets of an embedded system, made at its first start and kept in files that nobody else may read."""

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.mash.embedded.errors import EmbeddedError

AGENCIES = {
    "police": ("police-durham", "Durham police"),
    "school": ("school-ferndale", "Ferndale School"),
    "health": ("health-cddft", "County Durham and Darlington NHS Foundation Trust"),
    "vcs": ("vcs-brightwater", "Brightwater Family Charity"),
}
STAFF = {"screener": "screener", "manager": "manager", "ops": "ops", "auditor": "auditor"}
WEBHOOK_SECRET = "health-cddft"  # noqa: S105 - the name of a secret


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One demo account."""

    username: str
    password: str
    role: str


@dataclass(frozen=True, slots=True)
class Access:
    """Tokens by agency kind, and the demo accounts."""

    tokens: dict[str, str]
    staff: list[StaffMember]

    def credentials(self, base_url: str) -> str:
        """The text of demo-credentials.json."""
        agencies = {kind: {"token": token} for kind, token in self.tokens.items()}
        people = [asdict(member) for member in self.staff]
        return json.dumps({"base_url": base_url, "agencies": agencies, "staff": people}, indent=2) + "\n"


def new_key() -> str:
    """A key-encryption key as the services read it: 256 bits in base64."""
    return base64.b64encode(os.urandom(32)).decode()


def key_file(directory: Path, *, data_exists: bool) -> Path:
    """The file of the key-encryption key, made at the first start.

    Raises EmbeddedError where there is data but no key: a new one could open none of it.
    """
    path = directory / "kek"
    if not path.exists():
        if data_exists:
            raise EmbeddedError(f"{path} is missing, and without it the data beside it cannot be read: put it back")
        write_privately(path, new_key() + "\n")
    return path


def read_access(directory: Path) -> Access:
    """Tokens and passwords, made at the first start."""
    path = directory / "access.json"
    if not path.exists():
        tokens = {kind: secrets.token_urlsafe(32) for kind in AGENCIES}
        staff = [StaffMember(name, secrets.token_urlsafe(12), role) for name, role in STAFF.items()]
        write_privately(path, json.dumps(asdict(Access(tokens, staff)), indent=2))
    try:
        kept = json.loads(path.read_text())
        return Access(kept["tokens"], [StaffMember(**member) for member in kept["staff"]])
    except (ValueError, KeyError, TypeError) as error:
        raise EmbeddedError(f"{path} is damaged: delete it, and new tokens and passwords are made") from error


def webhook_secrets(directory: Path) -> Path:
    """The folder of webhook signing secrets, with one for the receiver on this machine."""
    folder = directory / "webhooks"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / WEBHOOK_SECRET
    if not path.exists():
        write_privately(path, f"whsec_{new_key()}\n")
    return folder


def write_privately(path: Path, text: str) -> None:
    """Write a file for its owner alone; it appears whole or not at all."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    aside.replace(path)
