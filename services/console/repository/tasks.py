"""Tasks for people in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.console.domain.tasks import NoticeTask, TaskKey
from services.console.tables import tasks as t

_COLUMNS = tuple(NoticeTask.__dataclass_fields__)


class Tasks(Protocol):
    """What handlers and pages need of the tasks."""

    async def raise_all(self, tasks: Sequence[NoticeTask]) -> None:
        """Open a task for each notice and channel; one that is open already only learns the newest attempt."""

    async def end(self, keys: Sequence[TaskKey], at: datetime, by: str | None) -> list[UUID]:
        """End the open ones among these tasks; returns the contacts they were about. by: who, None where it arrived."""

    async def open_tasks(self, limit: int) -> list[NoticeTask]:
        """The open tasks, oldest first."""


class PostgresTasks:
    """Tasks over one connection, in the transaction of the unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        """connection: of the open unit of work."""
        self._connection = connection

    async def raise_all(self, tasks: Sequence[NoticeTask]) -> None:
        """See Tasks."""
        if not tasks:
            return
        new = insert(t)
        learnt = {name: new.excluded[name] for name in ("attempts", "reason")}
        upsert = new.on_conflict_do_update(index_elements=[t.c.notice_id, t.c.channel], set_=learnt)
        await self._connection.execute(upsert, [{name: getattr(task, name) for name in _COLUMNS} for task in tasks])

    async def end(self, keys: Sequence[TaskKey], at: datetime, by: str | None) -> list[UUID]:
        """See Tasks."""
        if not keys:
            return []
        still_open = tuple_(t.c.notice_id, t.c.channel).in_(keys) & t.c.settled_at.is_(None)
        ended = update(t).where(still_open).values(settled_at=at, settled_by=by).returning(t.c.contact_id)
        return list((await self._connection.execute(ended)).scalars())

    async def open_tasks(self, limit: int) -> list[NoticeTask]:
        """See Tasks."""
        found = select(*(t.c[name] for name in _COLUMNS)).where(t.c.settled_at.is_(None))
        rows = await self._connection.execute(found.order_by(t.c.raised_at, t.c.notice_id, t.c.channel).limit(limit))
        return [NoticeTask(**row._asdict()) for row in rows]
