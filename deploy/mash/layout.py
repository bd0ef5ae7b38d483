"""Where everything of one running system lies: one directory, so that it can be moved, kept or deleted as a whole."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_PORT = 8460
PORT_VARIABLE, DIRECTORY_VARIABLE = "MASH_PORT", "MASH_DATA_DIR"


class Mistake(Exception):
    """Something the person at the terminal can put right; the text is one line and says how."""

    exit_code = 1


class UsageMistake(Mistake):
    """A command was given something that it cannot mean."""

    exit_code = 2


class NotReachable(Mistake):
    """Something that should be running does not answer."""

    exit_code = 3


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths below the data directory."""

    directory: Path

    @property
    def credentials(self) -> Path:
        """Tokens and passwords of a running system; written when everything is ready."""
        return self.directory / "demo-credentials.json"

    @property
    def lock(self) -> Path:
        """Held by the one process that runs this directory."""
        return self.directory / "lock"

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data."""
        return self.directory / "postgres"

    @property
    def kafka(self) -> Path:
        """Kafka's data."""
        return self.directory / "kafka"

    @property
    def mailbox(self) -> Path:
        """Maildir of the local catcher."""
        return self.directory / "mailbox"

    @property
    def secrets(self) -> Path:
        """The key-encryption key, tokens, passwords and webhook secrets."""
        return self.directory / "secrets"

    @property
    def policy(self) -> Path:
        """Policy packs with the webhook of this machine in the directory."""
        return self.directory / "policy"

    @property
    def run(self) -> Path:
        """Process ids and ports of what is running."""
        return self.directory / "run"

    def log(self, name: str) -> Path:
        """The log of one child process."""
        return self.directory / "logs" / f"{name}.log"

    def make(self) -> None:
        """Make the directories. Raises Mistake where that is not allowed."""
        try:
            for path in (self.directory, self.secrets, self.run, self.log("any").parent):
                path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.directory.chmod(0o700)
        except OSError as error:
            raise Mistake(
                f"cannot use {self.directory} ({error.strerror}): set {DIRECTORY_VARIABLE} to another directory"
            ) from error

    def remove_if_empty(self) -> None:
        """Take the directories of `make` away again where nothing was put into them; whatever holds a file stays."""
        with suppress(OSError):
            for path in (self.secrets, self.run, self.log("any").parent):
                path.rmdir()
            if [path.name for path in self.directory.iterdir()] == [self.lock.name]:
                self.lock.unlink()
                self.directory.rmdir()


def layout_from_environment() -> Layout:
    """The data directory that `MASH_DATA_DIR` names, `.mash` in the project's root where it names none."""
    named = os.environ.get(DIRECTORY_VARIABLE)
    return Layout(Path(named).expanduser().absolute() if named else ROOT / ".mash")


def port_from_environment() -> int:
    """The port people and agencies use. Raises UsageMistake where `MASH_PORT` is no port."""
    text = os.environ.get(PORT_VARIABLE) or str(DEFAULT_PORT)
    if text.isdecimal() and 1 <= int(text) <= 65535:
        return int(text)
    raise UsageMistake(f"{PORT_VARIABLE}={text} is no port: give a number from 1 to 65535")
