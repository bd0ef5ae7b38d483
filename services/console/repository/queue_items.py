"""The read model of the queues in PostgreSQL."""

import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.console.domain.queue import SUPERSEDED, QueueItem
from services.console.tables import queue_items as t
from shared.insert_rows import insert_rows

CHANGED = "console_queues"  # the channel that wakes the live pages
OPEN_STATES = ("in_triage", "waiting")
PLACED_SHOWN_FOR = timedelta(hours=24)

# Spelled out, not bound, so that the partial indexes of the open entries apply.
_OPEN = text("state in ('in_triage', 'waiting')")
_LEADS = t.c.reason.is_distinct_from(SUPERSEDED)
_COLUMNS = tuple(QueueItem.__dataclass_fields__)
_WRITTEN = tuple(name for name in _COLUMNS if name != "shown_at")
_MOVING = tuple(name for name in _WRITTEN if name not in ("contact_id", "moves_seen"))
_KEEP_NEWEST = (
    "on conflict (contact_id) do update set moves_seen = queue_items.moves_seen + excluded.moves_seen, "
    + ", ".join(
        f"{name} = case when excluded.version > queue_items.version or (excluded.version = queue_items.version and "
        f"queue_items.level is null) then excluded.{name} else queue_items.{name} end"
        for name in _MOVING
    )
)
_NOTIFY = text("select pg_notify(:channel, '')").bindparams(channel=CHANGED)


class QueueItems(Protocol):
    """What handlers and pages need of the read model."""

    async def record(self, items: Sequence[QueueItem]) -> None:
        """Keep each entry unless as high a version is known, with its level; its moves count either way.

        Wakes the live pages.
        """

    async def find(self, contact_id: UUID) -> QueueItem | None:
        """The entry of one contact."""

    async def by_reference(self, reference: str) -> list[QueueItem]:
        """The entries whose contact id, its last eight characters, or receipt id is this; oldest first."""

    async def open_items(self, queues: Sequence[str] | None, limit: int, after: int = 0) -> list[QueueItem]:
        """What waits for people, urgent first, then by the time left. queues: None for all; after: how many to skip.

        Of several versions of one contact only the newest stands in a list, here and in the two that follow.
        """

    async def placed_items(self, queue: str, since: datetime, limit: int, after: int = 0) -> list[QueueItem]:
        """What was placed on one queue since an instant, newest first."""

    async def urgent(self, queue: str | None) -> int:
        """How many contacts in danger wait in a queue, or in all."""

    async def counts(self, now: datetime) -> dict[str, int]:
        """Per queue: what is open, and for services what was placed in the last 24 hours."""


def _item(row: RowMapping) -> QueueItem:
    return QueueItem(**{**row, "danger": tuple(row["danger"])})


def _fields() -> list[ColumnElement[object]]:
    return [t.c[name] for name in _COLUMNS]


class PostgresQueueItems:
    """QueueItems over one connection, in the transaction of the unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        """connection: of the open unit of work."""
        self._connection = connection

    async def record(self, items: Sequence[QueueItem]) -> None:
        """See QueueItems."""
        if not items:
            return
        left = list(items)
        while left:
            first: dict[UUID, QueueItem] = {}
            later = [item for item in left if first.setdefault(item.contact_id, item) is not item]
            rows = [{name: getattr(item, name) for name in _WRITTEN} for item in first.values()]
            await insert_rows(self._connection, t, rows, conflict=_KEEP_NEWEST)
            left = later  # One statement cannot touch a row twice.
        await self._connection.execute(_NOTIFY)

    async def find(self, contact_id: UUID) -> QueueItem | None:
        """See QueueItems."""
        row = (
            (await self._connection.execute(select(*_fields()).where(t.c.contact_id == contact_id)))
            .mappings()
            .one_or_none()
        )
        return None if row is None else _item(row)

    async def by_reference(self, reference: str) -> list[QueueItem]:
        """See QueueItems."""
        wanted = (t.c.ref == reference) | (t.c.receipt_id == reference)
        with contextlib.suppress(ValueError):
            wanted = wanted | (t.c.contact_id == UUID(reference))
        found = select(*_fields()).where(wanted).order_by(t.c.received_at, t.c.contact_id)
        return [_item(row) for row in (await self._connection.execute(found.limit(100))).mappings()]

    async def open_items(self, queues: Sequence[str] | None, limit: int, after: int = 0) -> list[QueueItem]:
        """See QueueItems."""
        found = select(*_fields()).where(_OPEN, _LEADS)
        if queues is not None:
            found = found.where(t.c.queue == queues[0] if len(queues) == 1 else t.c.queue.in_(queues))
        order = (t.c.urgent.desc(), t.c.decide_by.asc().nulls_first(), t.c.received_at, t.c.contact_id)
        return await self._part(found.order_by(*order), limit, after)

    async def placed_items(self, queue: str, since: datetime, limit: int, after: int = 0) -> list[QueueItem]:
        """See QueueItems."""
        found = select(*_fields()).where(t.c.state == "placed", t.c.queue == queue, t.c.moved_at > since, _LEADS)
        return await self._part(found.order_by(t.c.moved_at.desc(), t.c.contact_id), limit, after)

    async def _part(self, found: Select[*tuple[Any, ...]], limit: int, after: int) -> list[QueueItem]:
        rows = await self._connection.execute(found.limit(limit).offset(after))
        return [_item(row) for row in rows.mappings()]

    async def urgent(self, queue: str | None) -> int:
        """See QueueItems."""
        found = select(func.count()).select_from(t).where(_OPEN, _LEADS, t.c.urgent)
        if queue is not None:
            found = found.where(t.c.queue == queue)
        return (await self._connection.execute(found)).scalar_one()

    async def counts(self, now: datetime) -> dict[str, int]:
        """See QueueItems."""
        per_queue = select(t.c.queue, func.count()).where(_LEADS).group_by(t.c.queue)
        waiting = per_queue.where(_OPEN)
        placed = per_queue.where(t.c.state == "placed", t.c.moved_at > now - PLACED_SHOWN_FOR)
        found: dict[str, int] = {}
        for statement in (waiting, placed):
            for queue, count in await self._connection.execute(statement):
                found[queue] = found.get(queue, 0) + count
        return found
