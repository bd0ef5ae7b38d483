"""What a run yields: raw messages as agencies send them, with the truth about each beside it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from deploy.mash.simulate.people import Child


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """Involvement from before the run: it has to be recorded before the child's first message is sent."""

    child: Child
    on: date
    kind: str  # contact | unborn_contact
    postcode: str  # where the family lived then


class Truth(NamedTuple):
    """What is really so about one contact, whatever the message says.

    level: the level the theme starts at, one more under one year of age; rating: that of the front door, at its shares;
    known: involvement in the 12 months before. copy: original, resend or version; `of_message` names the original.
    """

    contact: int
    message: int
    copy: str
    of_message: int | None
    at: datetime
    sender: str
    door: str
    child: int
    household: int
    incident: int
    agencies: int
    reason: str
    theme: str
    level: int
    rating: str
    outcome: str
    known: bool
    age: int
    cohort: str | None
    area: str
    ward: str
    message_id: str
    message_version: int
    noise: tuple[str, ...]


@dataclass(slots=True)
class Subject:
    """One child as a message shows it: the truth with its imperfections."""

    child: Child
    forename: str | None
    surname: str
    born_on: date | None
    expected_on: date | None
    age: int
    nhs: str | None
    upn: str | None
    lines: tuple[str, ...]
    postcode: str
    known: bool
    outcome: str
    rating: str
    noise: tuple[str, ...]


@dataclass(slots=True)
class Draft:
    """A message before it is put into its sender's format. at: London wall-clock time."""

    sender: str
    door: str
    at: datetime
    reference: str
    incident: int
    incident_at: datetime
    agencies: int
    reason: str
    theme: str
    ward: str
    subjects: list[Subject]
    carer: str
    la_number: str
    force: str
    staff: str
    say: str
    consent: bool
    wrong_scale: bool
    version: int = 1


@dataclass(frozen=True, slots=True)
class GeneratedMessage:
    """One message ready to be sent to `POST /v1/contacts/{door}` with `key` as its Idempotency-Key."""

    number: int
    sender: str
    door: str
    media_type: str
    key: str
    at: datetime
    copy: str
    body: bytes = field(repr=False)
    truths: tuple[Truth, ...] = field(repr=False)
    history: tuple[HistoryRow, ...] = field(repr=False)
