"""What happened with each child, in PostgreSQL."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Text, Uuid, any_, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.triage.domain.decisions import DecidedEntry
from services.triage.domain.history import Entry, Episode, History
from services.triage.records import EntryRecord, EpisodeRecord
from services.triage.tables import episode, involvement
from shared.insert_rows import insert_rows

_i, _e = involvement.c, episode.c
_ENTRY = (
    *(_i.on_date, _i.kind, _i.agency_kind, _i.level, _i.outcome, _i.indicators, _i.detail, _i.contact_id),
    *(_i.supersedes, _i.decided_version),
)


class InvolvementTable:
    """What happened with each child."""

    def __init__(self, connection: AsyncConnection) -> None:
        """connection: of the open transaction."""
        self._connection = connection

    async def history_of(self, person_ids: Iterable[UUID]) -> Mapping[UUID, History]:
        """The history of each person who has one, oldest first."""
        ids = sorted(set(person_ids))
        if not ids:
            return {}
        wanted = any_(literal(ids, ARRAY(Uuid)))
        entries: defaultdict[UUID, list[Entry]] = defaultdict(list)
        statement = select(_i.person_id, *_ENTRY).where(_i.person_id == wanted).order_by(_i.on_date, _i.entry_id)
        for person_id, *values in await self._connection.execute(statement):
            entries[person_id].append(_entry(values))
        episodes: defaultdict[UUID, list[Episode]] = defaultdict(list)
        of_teams = select(_e.person_id, _e.team, _e.opened_on, _e.closed_on).where(_e.person_id == wanted)
        for person_id, team, opened_on, closed_on in await self._connection.execute(of_teams):
            episodes[person_id].append(Episode(team, opened_on, closed_on))
        known = entries.keys() | episodes.keys()
        return {one: History(tuple(entries[one]), tuple(episodes[one])) for one in known}

    async def add(self, entries: Sequence[EntryRecord], episodes: Sequence[EpisodeRecord] = ()) -> None:
        """Keep entries and episodes; one that is kept already stays as it is."""
        if entries:
            rows = [entry.row() for entry in entries]
            await insert_rows(self._connection, involvement, rows, conflict="on conflict do nothing")
        if episodes:
            rows = [record.row() for record in episodes]
            await insert_rows(self._connection, episode, rows, conflict="on conflict do nothing")

    async def of_contacts(self, contact_ids: Iterable[UUID]) -> Mapping[UUID, DecidedEntry]:
        """The entries of these contacts, held until the unit ends. A contact about a place has none."""
        statement = select(_i.contact_id, *_ENTRY).where(
            _i.contact_id == any_(literal(sorted(set(contact_ids)), ARRAY(Uuid)))
        )
        rows = await self._connection.execute(statement.order_by(_i.entry_id).with_for_update())
        return {contact_id: DecidedEntry(contact_id, _entry(values), values[-1]) for contact_id, *values in rows}

    async def settle(self, entries: Sequence[DecidedEntry]) -> None:
        """Write level, outcome and kind as people decided them."""
        if not entries:
            return
        rows = (
            func.unnest(
                literal([one.contact_id for one in entries], ARRAY(Uuid)),
                literal([one.decided_version for one in entries], ARRAY(Integer)),
                literal([one.entry.kind for one in entries], ARRAY(Text)),
                literal([one.entry.level for one in entries], ARRAY(Integer)),
                literal([one.entry.outcome for one in entries], ARRAY(Text)),
            )
            .table_valued("contact_id", "decided_version", "kind", "level", "outcome", name="decided")
            .render_derived()
        )
        values = {name: rows.c[name] for name in ("decided_version", "kind", "level", "outcome")}
        await self._connection.execute(update(involvement).where(_i.contact_id == rows.c.contact_id).values(**values))


def _entry(values: Sequence[Any]) -> Entry:
    on, kind, agency_kind, level, outcome, indicators, detail, contact_id, supersedes, decided_version = values
    decided = decided_version > 0
    return Entry(on, kind, agency_kind, level, outcome, tuple(indicators), detail, contact_id, supersedes, decided)
