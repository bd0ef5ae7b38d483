"""Triage's stores in memory: what the tables do, without a database. One contract suite holds both to it."""

import copy
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID

from services.triage.domain.decisions import DecidedEntry
from services.triage.domain.history import Episode, History
from services.triage.domain.identity import KnownName, MatchKey, normalised_name
from services.triage.domain.in_force import Policies
from services.triage.domain.placing import Placing
from services.triage.domain.register import KnownPerson
from services.triage.records import AssessmentRecord, DecisionRecord, EntryRecord, EpisodeRecord, Told
from services.triage.work import Rulebook
from shared.messages.envelope import Message
from shared.sealing import DataKey
from shared.topics import Topic
from tests.builders.triage import durham

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@dataclass
class State:
    """Everything committed."""

    persons: dict[UUID, Placing] = field(default_factory=dict)
    holders: dict[MatchKey, UUID] = field(default_factory=dict)
    names: dict[UUID, set[KnownName]] = field(default_factory=dict)
    dates: dict[UUID, set[date]] = field(default_factory=dict)
    entries: dict[UUID, tuple[EntryRecord, int]] = field(default_factory=dict)
    episodes: dict[UUID, EpisodeRecord] = field(default_factory=dict)
    assessments: dict[UUID, AssessmentRecord] = field(default_factory=dict)
    decisions: dict[UUID, DecisionRecord] = field(default_factory=dict)
    sent: list[tuple[Topic, Message]] = field(default_factory=list)


class MemoryPeople:
    def __init__(self, state: State) -> None:
        self._state = state
        self.held: list[UUID] = []

    async def who_hold(self, keys: Iterable[MatchKey]) -> Sequence[KnownPerson]:
        state = self._state
        ids = {state.holders[key] for key in keys if key in state.holders}
        return [
            KnownPerson(
                one,
                frozenset(state.names.get(one, ())),
                frozenset(state.dates.get(one, ())),
                frozenset(key for key, holder in state.holders.items() if holder == one),
            )
            for one in ids
        ]

    async def claim(self, placings: Sequence[Placing]) -> frozenset[MatchKey]:
        lost = {key for placing in placings for key in placing.gained if key in self._state.holders}
        if not lost:
            for placing in placings:
                if placing.is_new_person:
                    self._state.persons[placing.person_id] = placing
                self._state.holders.update(dict.fromkeys(placing.gained, placing.person_id))
        return frozenset(lost)

    async def keep(self, told: Sequence[Told]) -> None:
        for one in told:
            pairs = [(normalised_name(n.forename or ""), normalised_name(n.surname or "")) for n in one.child.names]
            names = {KnownName(forename, surname) for forename, surname in pairs if forename and surname}
            self._state.names.setdefault(one.placing.person_id, set()).update(names)
            if one.identity.born_on is not None:
                self._state.dates.setdefault(one.placing.person_id, set()).add(one.identity.born_on)

    async def hold(self, person_ids: Iterable[UUID]) -> None:
        self.held.extend(sorted(set(person_ids)))


class MemoryInvolvement:
    def __init__(self, state: State) -> None:
        self._state = state

    async def history_of(self, person_ids: Iterable[UUID]) -> Mapping[UUID, History]:
        found: dict[UUID, History] = {}
        for one in set(person_ids):
            entries = [record for record, _ in self._state.entries.values() if record.person_id == one]
            episodes = [record for record in self._state.episodes.values() if record.person_id == one]
            if entries or episodes:
                in_order = sorted(entries, key=lambda record: (record.entry.on, record.entry_id))
                found[one] = History(
                    tuple(record.entry for record in in_order),
                    tuple(Episode(record.team, record.opened_on, record.closed_on) for record in episodes),
                )
        return found

    async def add(self, entries: Sequence[EntryRecord], episodes: Sequence[EpisodeRecord] = ()) -> None:
        for record in entries:
            self._state.entries.setdefault(record.entry_id, (record, 0))
        for episode in episodes:
            self._state.episodes.setdefault(episode.episode_id, episode)

    async def of_contacts(self, contact_ids: Iterable[UUID]) -> Mapping[UUID, DecidedEntry]:
        wanted = set(contact_ids)
        return {
            record.entry.contact_id: DecidedEntry(record.entry.contact_id, record.entry, version)
            for record, version in self._state.entries.values()
            if record.entry.contact_id is not None and record.entry.contact_id in wanted
        }

    async def settle(self, entries: Sequence[DecidedEntry]) -> None:
        decided = {one.contact_id: one for one in entries}
        for entry_id, (record, _) in list(self._state.entries.items()):
            one = decided.get(record.entry.contact_id) if record.entry.contact_id else None
            if one is not None:
                changed = EntryRecord(entry_id, record.person_id, one.entry)
                self._state.entries[entry_id] = (changed, one.decided_version)


class MemoryAssessments:
    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, assessments: Sequence[AssessmentRecord], now: datetime) -> None:
        for record in assessments:
            assert record.contact_id not in self._state.assessments
            self._state.assessments[record.contact_id] = record

    async def which_exist(self, contact_ids: Iterable[UUID]) -> frozenset[UUID]:
        return frozenset(set(contact_ids) & self._state.assessments.keys())

    async def add_decisions(self, decisions: Sequence[DecisionRecord]) -> None:
        for record in decisions:
            self._state.decisions.setdefault(UUID(record.message.facets.decision_id), record)


class MemoryOutbox:
    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, topic: Topic, message: Message) -> None:
        self._state.sent.append((topic, message))


@dataclass
class MemoryKeys:
    """Data keys of a test; a destroyed one is absent."""

    held: dict[UUID, DataKey] = field(default_factory=dict)

    async def of(self, contact_ids: Iterable[UUID]) -> dict[UUID, DataKey]:
        return {one: self.held[one] for one in contact_ids if one in self.held}


class MemoryWork:
    """One unit over a copy of the state."""

    def __init__(self, state: State, keys: MemoryKeys, rulebook: Rulebook) -> None:
        self.state = state
        self.now = NOW
        self.rulebook = rulebook
        self.people = MemoryPeople(state)
        self.involvement = MemoryInvolvement(state)
        self.assessments = MemoryAssessments(state)
        self.keys = keys
        self.outbox = MemoryOutbox(state)
        self.committed = False

    async def commit(self) -> None:
        self.committed = True


@dataclass
class MemoryUnits:
    """Opens units; what is not committed is gone."""

    state: State = field(default_factory=State)
    keys: MemoryKeys = field(default_factory=MemoryKeys)
    rulebook: Rulebook = field(default_factory=lambda: Rulebook("county-durham", Policies((durham(),))))

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[MemoryWork]:
        work = MemoryWork(copy.copy(self.state), self.keys, self.rulebook)
        for name, value in vars(self.state).items():
            setattr(work.state, name, copy.copy(value))
        yield work
        if work.committed:
            self.state = work.state
