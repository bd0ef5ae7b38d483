"""What operations see: counts, ages, codes and positions from the standard tables and contract views; no content."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

SERVICES = ("intake", "triage", "router", "notifier", "console")

_PER_MINUTE = text("""
with minutes as (
    select generate_series(date_trunc('minute', now()) - interval '14 minutes', date_trunc('minute', now()),
                           interval '1 minute') as minute
), accepted as (
    select date_trunc('minute', received_at) as minute, count(*) as n from intake.v_accepted
    where received_at >= date_trunc('minute', now()) - interval '14 minutes' group by 1
), settled as (
    select date_trunc('minute', moved_at) as minute, count(*) as n from router.v_placement
    where version = 1 and moved_at >= date_trunc('minute', now()) - interval '14 minutes' group by 1
)
select minutes.minute, coalesce(accepted.n, 0) as accepted, coalesce(settled.n, 0) as settled
from minutes left join accepted using (minute) left join settled using (minute) order by minute desc
""")

_LATENCIES = text("""
with recent as materialized (
    select contact_id, received_at from intake.v_accepted
    where received_at > now() - interval '15 minutes' order by received_at desc limit 5000
), spans as (
    select 'Received to assessed' as stage, 1 as place, assessed_at - received_at as span
    from recent join triage.v_assessment using (contact_id)
    union all
    select 'Assessed to routed', 2, moved_at - assessed_at
    from recent join triage.v_assessment using (contact_id) join router.v_placement using (contact_id)
    where version = 1
    union all
    select 'Routed to on the screen', 3, shown_at - p.moved_at
    from recent join router.v_placement p using (contact_id) join console.queue_items q using (contact_id)
    where p.version = 1 and q.version = 1
    union all
    select 'Routed to notice settled', 4, settled_at - moved_at
    from recent join router.v_placement using (contact_id) join notifier.v_notice n using (contact_id)
    where version = 1 and settled_at >= moved_at
    union all
    select 'Received to waiting or placed', 5, moved_at - received_at
    from recent join router.v_placement using (contact_id) where version = 1
)
select stage, count(*) as count,
       percentile_cont(0.5) within group (order by extract(epoch from greatest(span, interval '0'))) as p50,
       percentile_cont(0.95) within group (order by extract(epoch from greatest(span, interval '0'))) as p95
from spans group by stage, place order by place
""")


def _of_each_service(select: str, tail: str = "") -> TextClause:
    """One statement over the same table of every service. The names are constants: nothing sent becomes part of it."""
    return text(" union all ".join(select.replace("SERVICE", name) for name in SERVICES) + tail)


_OUTBOXES = _of_each_service(
    "select 'SERVICE' as service, count(*) as waiting, min(created_at) as oldest "
    "from SERVICE.outbox where published_at is null"
)
_PARKED = _of_each_service(
    "select 'SERVICE' as service, consumer, reason, state, count(*) as count, min(parked_at) as oldest, "
    "min(next_attempt_at) as next_attempt_at from SERVICE.parked where state in ('waiting', 'held') "
    "group by consumer, reason, state",
    " order by oldest limit 100",
)
_QUARANTINED = _of_each_service(
    "select 'SERVICE' as service, consumer, topic, partition, kafka_offset, reason, type, quarantined_at "
    "from SERVICE.quarantine where state = 'open'",
    " order by quarantined_at desc limit 100",
)
_NOTICES = text("""
select kind, channel, recipient, count(*) as count, max(attempts) as attempts, max(settled_at) as newest
from notifier.v_notice where status = 'failed' group by kind, channel, recipient order by count desc limit 50
""")


@dataclass(frozen=True, slots=True)
class Minute:
    """Contacts accepted and first routed in one minute."""

    minute: datetime
    accepted: int
    settled: int


@dataclass(frozen=True, slots=True)
class Latency:
    """How long one stage took for contacts of the last 15 minutes; seconds."""

    stage: str
    count: int
    p50: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """Rows of one outbox that Kafka has not acknowledged."""

    service: str
    waiting: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Parked:
    """Work that is tried again, or held for a person, by consumer and reason."""

    service: str
    consumer: str
    reason: str
    state: str
    count: int
    oldest: datetime
    next_attempt_at: datetime


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One message that needs a person: where it lay and why, never what it says."""

    service: str
    consumer: str
    topic: str
    partition: int
    kafka_offset: int
    reason: str
    type: str | None
    quarantined_at: datetime


@dataclass(frozen=True, slots=True)
class FailingNotice:
    """Notices to one recipient that could not be delivered."""

    kind: str
    channel: str
    recipient: str
    count: int
    attempts: int
    newest: datetime | None


class Operations:
    """Reads for the operations page over one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        """connection: of the open unit of work."""
        self._connection = connection

    async def per_minute(self) -> list[Minute]:
        """The last 15 minutes, newest first."""
        return [Minute(**row) for row in (await self._connection.execute(_PER_MINUTE)).mappings()]

    async def latencies(self) -> list[Latency]:
        """Stages in the order a contact meets them, for at most 5,000 contacts of the last 15 minutes."""
        return [Latency(**row) for row in (await self._connection.execute(_LATENCIES)).mappings()]

    async def backlogs(self) -> list[Backlog]:
        """One line per service."""
        return [Backlog(**row) for row in (await self._connection.execute(_OUTBOXES)).mappings()]

    async def parked(self) -> list[Parked]:
        """Oldest first."""
        return [Parked(**row) for row in (await self._connection.execute(_PARKED)).mappings()]

    async def quarantined(self) -> list[Quarantined]:
        """Newest first, at most 100."""
        return [Quarantined(**row) for row in (await self._connection.execute(_QUARANTINED)).mappings()]

    async def failing_notices(self) -> list[FailingNotice]:
        """By recipient, most first."""
        return [FailingNotice(**row) for row in (await self._connection.execute(_NOTICES)).mappings()]
