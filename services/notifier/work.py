"""The notifier's unit of work, and the two stores in it as its code sees them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.domain.bundle import Bundle, Recipients, Waiting
from services.notifier.domain.delivery import AttemptRecord, Claimed
from services.notifier.domain.notice import Notice
from services.notifier.repository import DeliveryTable, NoticeTable
from shared.keyring.keys import Keys
from shared.messages.envelope import Lane, Message
from shared.tables import StandardTables
from shared.topics import Topic
from shared.work import Work

Wake = Callable[[frozenset[Lane]], None]


class Notices(Protocol):
    """What must be told."""

    async def record(self, notices: Sequence[Notice]) -> None:
        """Keep these notices; one that is kept already stays as it is."""

    async def recipients_due(self, lane: Lane, pause: timedelta) -> Recipients:
        """Recipients with waiting notices of a kind that no bundle was made of within `pause`."""

    async def take(self, lane: Lane, recipients: Recipients, limit: int) -> Sequence[Waiting]:
        """Waiting notices for these recipients, oldest first, locked for this unit; what others hold is passed over."""

    async def of_bundles(self, bundle_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Notice]]:
        """The notices of each bundle, in an order that never changes."""


class Deliveries(Protocol):
    """What must be sent."""

    async def add(self, bundles: Sequence[Bundle]) -> None:
        """Keep bundles with their deliveries and mark their notices as bundled."""

    async def claim(self, lane: Lane, *, limit: int, lease: timedelta, token: UUID) -> Sequence[Claimed]:
        """Begin an attempt at deliveries that are due and in nobody's hand, longest due first."""

    async def record(self, record: AttemptRecord) -> bool:
        """Keep how an attempt ended. False, and nothing kept, where somebody else holds the delivery by now."""


class Outgoing(Protocol):
    """Messages that leave with the commit."""

    def add(self, topic: Topic, message: Message) -> None:
        """Send `message` once this unit has committed."""


class OpenUnit(Protocol):
    """One open unit of work as handlers and workers see it."""

    @property
    def now(self) -> datetime:
        """The database's clock at the start of the unit."""

    @property
    def notices(self) -> Notices:
        """What must be told."""

    @property
    def deliveries(self) -> Deliveries:
        """What must be sent."""

    @property
    def outbox(self) -> Outgoing:
        """What leaves with the commit."""

    async def lock_subjects(self, subjects: Iterable[str]) -> None:
        """Wait until nobody else holds these, then hold them until the unit ends."""

    async def commit(self) -> None:
        """Keep everything together."""


OpenUnits = Callable[[], AbstractAsyncContextManager[OpenUnit]]


class NotifierWork(Work):
    """One transaction over notices, deliveries, inbox and outbox."""

    def __init__(
        self, connection: AsyncConnection, now: datetime, tables: StandardTables, keys: Keys, *, wake: Wake
    ) -> None:
        """wake: called after a commit that recorded notices, with their lanes, so that none waits for the next look."""
        super().__init__(connection, now, tables, keys)
        self.notices = NoticeTable(connection)
        self.deliveries = DeliveryTable(connection, now)
        self._wake = wake

    async def commit(self) -> None:
        """Commit, then wake the workers that bundle and send."""
        await super().commit()
        if self.notices.lanes_recorded:
            self._wake(frozenset(self.notices.lanes_recorded))
