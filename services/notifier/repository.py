"""The only SQL of the notifier: whole batches at a time, times by the database's clock."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Uuid, and_, any_, func, literal, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.domain.bundle import Bundle, Recipients, Waiting
from services.notifier.domain.delivery import AttemptRecord, Claimed
from services.notifier.domain.directory import Recipient, RecipientKind
from services.notifier.domain.notice import Notice
from services.notifier.domain.retry import Status
from services.notifier.rows import claimed_in, notice_in, row_of_bundle, row_of_notice, rows_of_deliveries
from services.notifier.tables import bundles, deliveries, delivery_attempts, notices
from shared.insert_rows import insert_rows
from shared.messages.envelope import Lane
from shared.messages.notice_requested import NoticeKind

_n, _b, _d = notices.c, bundles.c, deliveries.c

# Few recipients have many waiting notices: they are looked for before anybody asks when each was last written to.
_RECIPIENTS_DUE = text("""
with waiting as materialized (
    select distinct recipient_kind, recipient, kind from notifier.notices where bundle_id is null and lane = :lane
)
select recipient_kind, recipient, kind from waiting
where cast(:pause as interval) = interval '0' or not exists (
    select from notifier.bundles b
    where b.bundled_at > now() - cast(:pause as interval) and b.lane = :lane
        and b.recipient_kind = waiting.recipient_kind and b.recipient = waiting.recipient and b.kind = waiting.kind
)
""")


class NoticeTable:
    """Notices in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        """connection: of the open transaction."""
        self._connection = connection
        self.lanes_recorded: set[Lane] = set()

    async def record(self, requested: Sequence[Notice]) -> None:
        """Keep these notices in one statement; one that is kept already stays as it is."""
        if not requested:
            return
        rows = [row_of_notice(notice) for notice in requested]
        await insert_rows(self._connection, notices, rows, conflict="on conflict do nothing")
        self.lanes_recorded.update(notice.lane for notice in requested)

    async def recipients_due(self, lane: Lane, pause: timedelta) -> Recipients:
        """Recipients with waiting notices of a kind that no bundle was made of within `pause`."""
        rows = await self._connection.execute(_RECIPIENTS_DUE, {"lane": lane.value, "pause": pause})
        return [(Recipient(RecipientKind(kind), name), NoticeKind(of)) for kind, name, of in rows]

    async def take(self, lane: Lane, recipients: Recipients, limit: int) -> Sequence[Waiting]:
        """Waiting notices for these recipients, oldest first, locked for this unit; what others hold is passed over."""
        keys = [(recipient.kind.value, recipient.id, kind.value) for recipient, kind in recipients]
        statement = (
            select(_n.notice_id, _n.kind, _n.recipient_kind, _n.recipient)
            .where(_n.bundle_id.is_(None), _n.lane == lane.value)
            .where(tuple_(_n.recipient_kind, _n.recipient, _n.kind).in_(keys))
            .order_by(_n.recorded_at, _n.notice_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = await self._connection.execute(statement)
        return [Waiting(i, NoticeKind(kind), lane, Recipient(RecipientKind(of), name)) for i, kind, of, name in rows]

    async def of_bundles(self, bundle_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Notice]]:
        """The notices of each bundle, in an order that never changes."""
        found: dict[UUID, list[Notice]] = defaultdict(list)
        if bundle_ids:
            rows = await self._connection.execute(
                select(notices)
                .where(_n.bundle_id == any_(literal(list(bundle_ids), ARRAY(Uuid))))
                .order_by(_n.bundle_id, _n.requested_at, _n.notice_id)
            )
            for row in rows:
                found[row.bundle_id].append(notice_in(row))
        return found


class DeliveryTable:
    """Bundles, deliveries and attempts in PostgreSQL."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        """connection: of the open transaction; now: the database's clock at its start."""
        self._connection = connection
        self._now = now

    async def add(self, made: Sequence[Bundle]) -> None:
        """Keep bundles with their deliveries and mark their notices as bundled."""
        if not made:
            return
        await insert_rows(self._connection, bundles, [row_of_bundle(bundle, self._now) for bundle in made])
        planned = [row for bundle in made for row in rows_of_deliveries(bundle, self._now)]
        await insert_rows(self._connection, deliveries, planned)
        pairs = [(notice_id, bundle.bundle_id) for bundle in made for notice_id in bundle.notice_ids]
        unnested = (
            func.unnest(
                literal([notice_id for notice_id, _ in pairs], ARRAY(Uuid)),
                literal([bundle_id for _, bundle_id in pairs], ARRAY(Uuid)),
            )
            .table_valued("notice_id", "bundle_id", name="bundled")
            .render_derived()
        )
        await self._connection.execute(
            update(notices).values(bundle_id=unnested.c.bundle_id).where(_n.notice_id == unnested.c.notice_id)
        )

    async def claim(self, lane: Lane, *, limit: int, lease: timedelta, token: UUID) -> Sequence[Claimed]:
        """Begin an attempt at deliveries that are due and in nobody's hand, longest due first."""
        due = (
            select(_d.delivery_id)
            .where(_d.status == Status.WAITING.value, _d.lane == lane.value, _d.next_attempt_at <= func.now())
            .where(or_(_d.lease_until.is_(None), _d.lease_until < func.now()))
            .order_by(_d.next_attempt_at, _d.delivery_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).cte("due")
        statement = (
            update(deliveries)
            .values(attempts=_d.attempts + 1, lease_token=token, lease_until=func.now() + lease)
            .where(_d.delivery_id == due.c.delivery_id, _d.bundle_id == _b.bundle_id)
            .returning(deliveries, _b.kind, _b.recipient_kind, _b.recipient, _b.bundled_at)
        )
        claimed = [claimed_in(row) for row in await self._connection.execute(statement)]
        if claimed:
            begun = [{"delivery_id": one.delivery_id, "attempt": one.attempt} for one in claimed]
            await insert_rows(self._connection, delivery_attempts, begun)
        return claimed

    async def record(self, record: AttemptRecord) -> bool:
        """Keep how an attempt ended. False, and nothing kept, where somebody else holds the delivery by now."""
        waits = record.status is Status.WAITING
        held = await self._connection.execute(
            update(deliveries)
            .where(_d.delivery_id == record.delivery_id, _d.lease_token == record.lease_token)
            .values(
                status=record.status.value,
                reason=record.reason.value if record.reason else None,
                next_attempt_at=record.next_attempt_at if waits else _d.next_attempt_at,
                settled_at=None if waits else func.now(),
                lease_token=None,
                lease_until=None,
            )
        )
        if held.rowcount != 1:
            return False
        tried = delivery_attempts.c
        await self._connection.execute(
            update(delivery_attempts)
            .where(and_(tried.delivery_id == record.delivery_id, tried.attempt == record.attempt))
            .values(
                ended_at=func.clock_timestamp(),
                sent=record.status is Status.DELIVERED,
                reason=record.reason.value if record.reason else None,
                code=record.code,
                directory_version=record.directory_version,
            )
        )
        return True
