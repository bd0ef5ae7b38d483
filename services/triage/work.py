"""Triage's unit of work, and the stores in it as its code sees them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.triage.domain.decisions import DecidedEntry
from services.triage.domain.history import History
from services.triage.domain.identity import MatchKey
from services.triage.domain.in_force import Policies
from services.triage.domain.placing import Placing
from services.triage.domain.register import KnownPerson
from services.triage.records import AssessmentRecord, DecisionRecord, EntryRecord, EpisodeRecord, Told
from services.triage.repository.assessments import AssessmentTable
from services.triage.repository.involvement import InvolvementTable
from services.triage.repository.people import PeopleTable
from shared.keyring.keys import Keys
from shared.messages.envelope import Message
from shared.sealing import DataKey
from shared.tables import StandardTables
from shared.topics import Topic
from shared.work import Work


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The authority whose contacts are triaged, and its continuum in every version."""

    authority: str
    policies: Policies


class People(Protocol):
    """Who is known, and by what."""

    async def who_hold(self, keys: Iterable[MatchKey]) -> Sequence[KnownPerson]:
        """The persons who hold any of these keys, each with everything known about them."""

    async def claim(self, placings: Sequence[Placing]) -> frozenset[MatchKey]:
        """Make new persons and give everyone their keys, or nothing where keys changed hands meanwhile: then those."""

    async def keep(self, told: Sequence[Told]) -> None:
        """Keep what each contact told of names, dates of birth and identifiers, known before or not."""

    async def hold(self, person_ids: Iterable[UUID]) -> None:
        """Hold these persons until the unit ends."""


class Involvement(Protocol):
    """What happened with each child."""

    async def history_of(self, person_ids: Iterable[UUID]) -> Mapping[UUID, History]:
        """The history of each person who has one, oldest first."""

    async def add(self, entries: Sequence[EntryRecord], episodes: Sequence[EpisodeRecord] = ()) -> None:
        """Keep entries and episodes; one that is kept already stays as it is."""

    async def of_contacts(self, contact_ids: Iterable[UUID]) -> Mapping[UUID, DecidedEntry]:
        """The entries of these contacts, held until the unit ends."""

    async def settle(self, entries: Sequence[DecidedEntry]) -> None:
        """Write level, outcome and kind as people decided them."""


class Assessments(Protocol):
    """Assessments as sent, and the decisions about them that were carried out."""

    async def add(self, assessments: Sequence[AssessmentRecord], now: datetime) -> None:
        """Keep assessments; a contact is assessed once."""

    async def which_exist(self, contact_ids: Iterable[UUID]) -> frozenset[UUID]:
        """Those of these contacts that were assessed."""

    async def add_decisions(self, decisions: Sequence[DecisionRecord]) -> None:
        """Keep decisions; one that is kept already stays as it is."""


class DataKeys(Protocol):
    """The data keys of contacts."""

    async def of(self, contact_ids: Iterable[UUID]) -> dict[UUID, DataKey]:
        """The data keys that exist."""


class Outgoing(Protocol):
    """Messages that leave with the commit."""

    def add(self, topic: Topic, message: Message) -> None:
        """Send `message` once this unit has committed."""


class OpenUnit(Protocol):
    """One open unit of work as handlers see it."""

    @property
    def now(self) -> datetime:
        """The database's clock at the start of the unit."""

    @property
    def rulebook(self) -> Rulebook:
        """Whose contacts, by which continuum."""

    @property
    def people(self) -> People:
        """Who is known."""

    @property
    def involvement(self) -> Involvement:
        """What happened before."""

    @property
    def assessments(self) -> Assessments:
        """What was suggested, and decided since."""

    @property
    def keys(self) -> DataKeys:
        """What opens the sealed parts."""

    @property
    def outbox(self) -> Outgoing:
        """What leaves with the commit."""


class TriageWork(Work):
    """One transaction over people, involvement, assessments, inbox and outbox."""

    def __init__(
        self, connection: AsyncConnection, now: datetime, tables: StandardTables, keys: Keys, *, rulebook: Rulebook
    ) -> None:
        """rulebook: of this deployment."""
        super().__init__(connection, now, tables, keys)
        self.rulebook = rulebook
        self.people = PeopleTable(connection)
        self.involvement = InvolvementTable(connection)
        self.assessments = AssessmentTable(connection)
