"""The notifier's unit of work in memory: the same promises as the tables, for handler tests and the contract suite."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from services.notifier.domain.bundle import Bundle, Planned, Recipients, Waiting
from services.notifier.domain.delivery import AttemptRecord, Claimed
from services.notifier.domain.notice import Notice
from services.notifier.domain.retry import DeliveryReason, Status
from shared.messages.envelope import Lane, Message
from shared.topics import Topic
from tests.builders.notifier import NOON


@dataclass
class Kept:
    """One delivery as it rests."""

    planned: Planned
    bundle_id: UUID
    status: Status
    next_attempt_at: datetime
    reason: DeliveryReason | None = None
    attempts: int = 0
    token: UUID | None = None
    lease_until: datetime | None = None


@dataclass
class State:
    """Everything that was committed."""

    notices: dict[UUID, Notice] = field(default_factory=dict)
    bundle_of: dict[UUID, UUID] = field(default_factory=dict)
    bundles: dict[UUID, tuple[Bundle, datetime]] = field(default_factory=dict)
    deliveries: dict[UUID, Kept] = field(default_factory=dict)
    attempts: list[AttemptRecord] = field(default_factory=list)


class MemoryNotices:
    def __init__(self, state: State, now: datetime) -> None:
        self._state, self._now = state, now

    async def record(self, notices: Sequence[Notice]) -> None:
        for notice in notices:
            kept = {(n.contact_id, n.kind, n.recipient.id, n.occasion) for n in self._state.notices.values()}
            key = (notice.contact_id, notice.kind, notice.recipient.id, notice.occasion)
            if notice.notice_id not in self._state.notices and key not in kept:
                self._state.notices[notice.notice_id] = notice

    def _waiting(self, lane: Lane) -> list[Notice]:
        state = self._state
        return [n for n in state.notices.values() if n.lane is lane and n.notice_id not in state.bundle_of]

    async def recipients_due(self, lane: Lane, pause: timedelta) -> Recipients:
        recent = {
            (bundle.recipient, bundle.kind)
            for bundle, made_at in self._state.bundles.values()
            if pause and bundle.lane is lane and made_at > self._now - pause
        }
        return list({(n.recipient, n.kind): None for n in self._waiting(lane) if (n.recipient, n.kind) not in recent})

    async def take(self, lane: Lane, recipients: Recipients, limit: int) -> Sequence[Waiting]:
        due = set(recipients)
        found = [n for n in self._waiting(lane) if (n.recipient, n.kind) in due]
        return [Waiting(n.notice_id, n.kind, n.lane, n.recipient) for n in found[:limit]]

    async def of_bundles(self, bundle_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Notice]]:
        state = self._state
        return {
            bundle_id: sorted(
                (state.notices[n] for n, b in state.bundle_of.items() if b == bundle_id),
                key=lambda notice: (notice.requested_at, notice.notice_id),
            )
            for bundle_id in bundle_ids
        }


class MemoryDeliveries:
    def __init__(self, state: State, now: datetime) -> None:
        self._state, self._now = state, now

    async def add(self, bundles: Sequence[Bundle]) -> None:
        for bundle in bundles:
            self._state.bundles[bundle.bundle_id] = (bundle, self._now)
            self._state.bundle_of.update(dict.fromkeys(bundle.notice_ids, bundle.bundle_id))
            for planned in bundle.deliveries:
                self._state.deliveries[planned.delivery_id] = Kept(
                    planned, bundle.bundle_id, planned.status, self._now, planned.reason
                )

    async def claim(self, lane: Lane, *, limit: int, lease: timedelta, token: UUID) -> Sequence[Claimed]:
        due = [
            kept
            for kept in self._state.deliveries.values()
            if kept.status is Status.WAITING
            and self._state.bundles[kept.bundle_id][0].lane is lane
            and kept.next_attempt_at <= self._now
            and (kept.lease_until is None or kept.lease_until < self._now)
        ]
        due.sort(key=lambda kept: kept.next_attempt_at)
        return [self._begin(kept, lease, token) for kept in due[:limit]]

    def _begin(self, kept: Kept, lease: timedelta, token: UUID) -> Claimed:
        kept.attempts += 1
        kept.token, kept.lease_until = token, self._now + lease
        bundle, made_at = self._state.bundles[kept.bundle_id]
        return Claimed(
            delivery_id=kept.planned.delivery_id,
            bundle_id=kept.bundle_id,
            lease_token=token,
            attempt=kept.attempts,
            tries=kept.attempts,
            lane=bundle.lane,
            kind=bundle.kind,
            recipient=bundle.recipient,
            listed_as=kept.planned.listed_as,
            channel=kept.planned.channel,
            channel_name=kept.planned.channel_name,
            bundled_at=made_at,
        )

    async def record(self, record: AttemptRecord) -> bool:
        kept = self._state.deliveries[record.delivery_id]
        if kept.token != record.lease_token:
            return False
        kept.status, kept.reason = record.status, record.reason
        kept.next_attempt_at = record.next_attempt_at or kept.next_attempt_at
        kept.token = kept.lease_until = None
        self._state.attempts.append(record)
        return True


class MemoryOutbox:
    def __init__(self) -> None:
        self.sent: list[tuple[str, Message]] = []

    def add(self, topic: Topic, message: Message) -> None:
        self.sent.append((topic.name, message))


class MemoryUnit:
    """One open unit: works on a copy, which becomes the state at commit."""

    def __init__(self, memory: "MemoryUnits") -> None:
        self._memory = memory
        self._state = deepcopy(memory.state)
        self.now = memory.now
        self.notices = MemoryNotices(self._state, memory.now)
        self.deliveries = MemoryDeliveries(self._state, memory.now)
        self.outbox = MemoryOutbox()

    async def lock_subjects(self, subjects: Iterable[str]) -> None:
        """Units in memory run one after the other."""

    async def commit(self) -> None:
        self._memory.state = self._state
        self._memory.sent += self.outbox.sent


class MemoryUnits:
    """Opens units over one state; `now` is the clock that a test moves."""

    def __init__(self) -> None:
        self.state = State()
        self.now = NOON
        self.sent: list[tuple[str, Message]] = []

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[MemoryUnit]:
        yield MemoryUnit(self)

    def later(self, pause: timedelta) -> None:
        """Move the clock."""
        self.now += pause

    def statuses(self) -> list[tuple[str, str, int]]:
        """Channel name, status and attempts of each delivery."""
        kept = self.state.deliveries.values()
        return [(k.planned.channel_name, k.status.value, k.attempts) for k in kept]
