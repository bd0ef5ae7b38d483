"""The router's unit of work, and the stores in it as its code sees them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.domain.models import Case, HeldCase
from services.router.domain.moves import Ruled, Rules
from services.router.pack import Routing
from services.router.repository import CaseTable, ClockTable, DecisionTable
from services.router.rows import Look, RecordedMove
from shared.clock import london_date
from shared.keyring.keys import Keys
from shared.messages.envelope import Message
from shared.tables import StandardTables
from shared.topics import Topic
from shared.work import Work


class Cases(Protocol):
    """Where every contact stands, and how it got there."""

    async def versions_of(self, contact_ids: Collection[UUID]) -> Mapping[UUID, Case]:
        """The cases of these contacts and of every version before and after them; one without a case is not in it."""

    async def open_of(
        self, subjects: Collection[str], services: Collection[str], besides: Collection[UUID]
    ) -> Sequence[HeldCase]:
        """Placed cases of these subjects with these services: the newest of each, leaving some contacts out.

        What a newer version has taken the place of is no case of its own.
        """

    async def record(self, moves: Sequence[RecordedMove], rules: Rules) -> None:
        """Keep each case as its last move left it, every move in the history, and the clocks that run now."""


class Decisions(Protocol):
    """What people decided, and what became of it."""

    async def known(self, decision_ids: Collection[str]) -> Collection[str]:
        """Which of these decisions were recorded before."""

    async def record(self, ruled: Sequence[Ruled], at: datetime) -> None:
        """Keep these decisions with their results."""


class ClockAlerts(Protocol):
    """Alerts of clocks that run."""

    async def raise_due(self, percents: Sequence[int], notice_from: int, limit: int) -> Look:
        """Record every alert that has come due, once each, by the store's clock."""


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
    def routing(self) -> Routing:
        """The packs."""

    @property
    def cases(self) -> Cases:
        """Where every contact stands."""

    @property
    def decisions(self) -> Decisions:
        """What people decided."""

    @property
    def clock_alerts(self) -> ClockAlerts:
        """Alerts of clocks."""

    @property
    def outbox(self) -> Outgoing:
        """What leaves with the commit."""

    async def lock_subjects(self, subjects: Iterable[str]) -> None:
        """Wait until nobody else holds these, then hold them until the unit ends."""

    async def commit(self) -> None:
        """Keep everything together."""


OpenUnits = Callable[[], AbstractAsyncContextManager[OpenUnit]]


def rules_now(work: OpenUnit) -> Rules:
    """The rules in force at the start of this unit."""
    return work.routing.rules_on(london_date(work.now))


class RouterWork(Work):
    """One transaction over cases, decisions, clocks, inbox and outbox."""

    def __init__(
        self, connection: AsyncConnection, now: datetime, tables: StandardTables, keys: Keys, *, routing: Routing
    ) -> None:
        """routing: the packs, loaded once at start."""
        super().__init__(connection, now, tables, keys)
        self.routing = routing
        self.cases = CaseTable(connection)
        self.decisions = DecisionTable(connection)
        self.clock_alerts = ClockTable(connection)
