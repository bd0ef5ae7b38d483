"""Seeds what was known before: children, their earlier contacts and the teams that work with them.

Used by the demonstration and by tests; running it again with the same rows changes nothing.
"""

from collections.abc import Sequence
from datetime import date
from typing import Literal
from uuid import UUID, uuid5

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.triage.domain.history import Entry
from services.triage.identification import ChildOfContact, identify
from services.triage.records import EntryRecord, EpisodeRecord
from services.triage.repository.involvement import InvolvementTable
from services.triage.repository.people import PeopleTable
from shared.messages.contact import Child, Identifier, Name
from shared.messages.envelope import Frozen

_NAMESPACE = UUID("6f0f6a51-3d2b-5d0e-9a3a-0f2f9c1c7a10")


class KnownEntry(Frozen):
    """One thing that happened on a London date. level: the final one of a contact or referral."""

    on: date
    kind: Literal["contact", "referral", "placement", "plan", "looked_after", "open_case", "closure"] = "contact"
    agency_kind: str | None = None
    level: int | None = None
    outcome: str | None = None
    indicators: tuple[str, ...] = ()
    detail: str | None = Field(default=None, repr=False)


class OpenEpisode(Frozen):
    """A team that works with the child; `team` is what the router places an open case with."""

    team: str
    opened_on: date
    closed_on: date | None = None


class KnownChild(Frozen):
    """A child as another system knows it. Identifiers are given normalised, and are valid."""

    forename: str = Field(repr=False)
    surname: str = Field(repr=False)
    born_on: date = Field(repr=False)
    nhs_number: str | None = Field(default=None, repr=False)
    upn: str | None = Field(default=None, repr=False)
    la_child_id: str | None = Field(default=None, repr=False)
    entries: tuple[KnownEntry, ...] = Field(default=(), repr=False)
    episodes: tuple[OpenEpisode, ...] = Field(default=(), repr=False)


async def record_history(engine: AsyncEngine, rows: Sequence[KnownChild], *, authority: str = "county-durham") -> int:
    """Make these children and their histories known, in one transaction. Returns how many persons there are for them.

    A child who is known already, by an identifier or by name and date of birth, gets the entries added.
    """
    references = [_reference(row) for row in rows]
    children = [
        ChildOfContact(reference, _child(row), _last_day(row)) for reference, row in zip(references, rows, strict=True)
    ]
    async with engine.begin() as connection:
        placings = await identify(children, authority, PeopleTable(connection))
        persons = [placings[reference].person_id for reference in references]
        pairs = list(zip(persons, rows, strict=True))
        await InvolvementTable(connection).add(
            [_entry(person_id, entry) for person_id, row in pairs for entry in row.entries],
            [_episode(person_id, episode) for person_id, row in pairs for episode in row.episodes],
        )
    return len(set(persons))


def _reference(row: KnownChild) -> UUID:
    """The same for the same child told in the same way; it stands where a contact's id does."""
    return uuid5(_NAMESPACE, f"{row.surname}|{row.forename}|{row.born_on}|{row.nhs_number}|{row.upn}|{row.la_child_id}")


def _child(row: KnownChild) -> Child:
    given = {"nhs_number": row.nhs_number, "upn": row.upn, "la_child_id": row.la_child_id}
    identifiers = tuple(
        Identifier(type=kind, value=value, normalised=value, valid=True) for kind, value in given.items() if value
    )
    names = (Name(forename=row.forename, surname=row.surname),)
    return Child(names=names, born_on=row.born_on, identifiers=identifiers)


def _last_day(row: KnownChild) -> date:
    return max([row.born_on, *(entry.on for entry in row.entries)])


def _entry(person_id: UUID, row: KnownEntry) -> EntryRecord:
    entry = Entry(row.on, row.kind, row.agency_kind, row.level, row.outcome, row.indicators, row.detail)
    entry_id = uuid5(_NAMESPACE, f"{person_id}|{row.on}|{row.kind}|{row.agency_kind}|{row.level}|{row.detail}")
    return EntryRecord(entry_id, person_id, entry)


def _episode(person_id: UUID, row: OpenEpisode) -> EpisodeRecord:
    episode_id = uuid5(_NAMESPACE, f"{person_id}|{row.team}|{row.opened_on}")
    return EpisodeRecord(episode_id, person_id, row.team, row.opened_on, row.closed_on)
