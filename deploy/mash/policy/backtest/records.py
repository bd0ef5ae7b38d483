"""What a replay reads: contacts as intake understood them, with whom they are about and what was known from before."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import orjson

from services.triage.domain.outcomes import Reason
from shared.messages.contact import CanonicalContact


@dataclass(frozen=True, slots=True)
class Before:
    """Involvement from before the contacts that are replayed."""

    person: int
    on: date


@dataclass(frozen=True, slots=True)
class Replayed:
    """One contact to replay. ref: shown in reports; area: where it comes from; identity: why that is not settled."""

    ref: str
    person: int
    area: str
    identity: Reason | None
    contact: CanonicalContact = field(repr=False)


Record = Before | Replayed


def line_of_before(person: int, on: date) -> bytes:
    """A line of a shard for earlier involvement."""
    return orjson.dumps({"person": person, "on": on}, option=orjson.OPT_APPEND_NEWLINE)


def line_of_contact(ref: str, person: int, area: str, identity: Reason | None, body: bytes) -> bytes:
    """A line of a shard for a contact. body: its canonical JSON, on one line."""
    return orjson.dumps({"person": person, "ref": ref, "area": area, "identity": identity}) + b"\t" + body + b"\n"


def read_line(line: bytes) -> Record:
    """The record of one line."""
    head, _, body = line.rstrip(b"\n").partition(b"\t")
    told = orjson.loads(head)
    if not body:
        return Before(told["person"], date.fromisoformat(told["on"]))
    identity = Reason(told["identity"]) if told["identity"] else None
    return Replayed(told["ref"], told["person"], told["area"], identity, CanonicalContact.model_validate_json(body))


def person_of(person_id: UUID) -> int:
    """A person's number within a replay."""
    return person_id.int
