"""The sample contacts: a raw message as an agency sends it, and beside it, in YAML, what has to become of it."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from deploy.mash.demo.dates import render

SAMPLES = Path(__file__).parents[2] / "samples" / "demo"
MEDIA_TYPES = {
    "police": "application/json",
    "school": "text/csv",
    "health": "application/fhir+json",
    "vcs": "application/json",
}


class State(StrEnum):
    """Where an accepted contact is."""

    WAITING = "waiting"
    PLACED = "placed"
    CLOSED = "closed"


class Part(BaseModel):
    """A frozen part of a sample; an unknown key is a mistake in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Expected(Part):
    """What one contact of a message becomes. What is left out is not checked."""

    who: str
    state: State
    queue: str
    level: int = Field(ge=1, le=5)
    rating: Literal["RED", "AMBER", "GREEN", "BLUE"]
    reason: str
    flag: Literal["none", "s17", "s47"] | None = None
    danger: tuple[str, ...] = ()
    team: str | None = None
    suggested: str | None = None
    outcome: str | None = None
    known: bool | None = None
    defects: tuple[str, ...] = ()


class Step(Part):
    """What the demo's screener decides, and where the contact is afterwards."""

    contact: int = Field(default=1, ge=1)
    action: Literal["confirm", "change", "close"]
    queue: str | None = None
    level: int | None = None
    outcome: str | None = None
    reason_code: str
    reason: str
    then: Expected


class Sample(Part):
    """One message. `answer` is the HTTP status of its first submission; `after` names samples that must settle first.

    resend_of: the sample whose bytes and key are sent once more; it has no file and no contacts of its own.
    """

    story: str
    agency: Literal["police", "school", "health", "vcs"]
    file: str | None = None
    resend_of: str | None = None
    answer: int = 201
    problem: str | None = None
    lane: Literal["urgent", "routine"] | None = None
    after: tuple[str, ...] = ()
    contacts: tuple[Expected, ...] = ()
    steps: tuple[Step, ...] = ()


class Named(Part):
    """A sample with the name of its file, which is also part of its idempotency key."""

    name: str
    directory: Path
    sample: Sample

    @property
    def key(self) -> str:
        """The Idempotency-Key: the same in every run, and that of the original for a resend."""
        return f"demo-{self.sample.resend_of or self.name}"

    def body(self, today: date) -> bytes:
        """The message with its dates filled in; a file that is not text is sent as it is."""
        raw = (self.directory / (self.sample.file or "")).read_bytes()
        return render(raw.decode(), today).encode()


def read_samples(directory: Path = SAMPLES) -> tuple[Named, ...]:
    """Every sample, in the order they are played: that of their file names. Raises pydantic.ValidationError."""
    found = [
        Named(name=path.stem, directory=directory, sample=_read(path)) for path in sorted(directory.glob("*.yaml"))
    ]
    return tuple(_with_file_of_original(named, found) for named in found)


def _read(path: Path) -> Sample:
    return Sample.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def _with_file_of_original(named: Named, found: list[Named]) -> Named:
    """A resend sends the file of the sample it repeats. Raises KeyError where there is no such sample."""
    original = named.sample.resend_of
    if original is None:
        return named
    file = {other.name: other.sample.file for other in found}[original]
    return named.model_copy(update={"sample": named.sample.model_copy(update={"file": file})})
