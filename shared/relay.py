"""The relay sends what the direct send left; the reconciler sends again what a reader never handled.

One process per schema does both, elected by a session advisory lock on a connection of its own: a lost connection is
a lost lock. Rows are always found by state, never by a cursor, so nothing can fall between two looks.
"""

import asyncio
import time
from datetime import datetime, timedelta
from hashlib import blake2b

import structlog
from sqlalchemy import func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared import meters
from shared.database import is_database_away
from shared.outbox import Outgoing
from shared.sender import Sender
from shared.tables import StandardTables, tables_in
from shared.topics import RETENTION_DAYS, all_topics

log = structlog.get_logger()

BATCH = 1000
POLL_SECONDS = 1.0


class Relay:
    """The relay and reconciler of one service's outbox."""

    def __init__(
        self,
        service: str,
        engine: AsyncEngine,
        tables: StandardTables,
        sender: Sender,
        *,
        after_seconds: float,
        reconcile_every_seconds: float,
        reconcile_after_seconds: float,
    ) -> None:
        """after_seconds: patience with the direct send; reconcile_*: how often, and for messages older than what."""
        self._service = service
        self._engine = engine
        self._tables = tables
        self._sender = sender
        self._after = timedelta(seconds=after_seconds)
        self._every = reconcile_every_seconds
        self._reconcile_after = timedelta(seconds=reconcile_after_seconds)
        self._lock_key = int.from_bytes(
            blake2b(f"relay:{service}".encode(), digest_size=8).digest(), "big", signed=True
        )

    async def run(self) -> None:
        """Stand for election and, while elected, relay and reconcile; until cancelled."""
        while True:
            try:
                async with self._engine.connect() as connection:
                    await self._serve_while_elected(connection)
            except Exception as error:
                if not is_database_away(error):
                    log.error("relay_failed", service=self._service, exc_info=error)
            await asyncio.sleep(POLL_SECONDS)

    async def _serve_while_elected(self, connection: AsyncConnection) -> None:
        lock = text("select pg_try_advisory_lock(:key)")
        if not (await connection.execute(lock, {"key": self._lock_key})).scalar_one():
            await connection.rollback()
            return
        await connection.commit()
        reconciled_at = time.monotonic()
        while True:
            await connection.execute(text("select 1"))  # Raises once the connection, and so the lock, is lost.
            await connection.commit()
            sent = await self.relay_once()
            if time.monotonic() - reconciled_at >= self._every:
                await self.reconcile_once()
                reconciled_at = time.monotonic()
            if sent < BATCH:
                await asyncio.sleep(POLL_SECONDS)

    async def relay_once(self) -> int:
        """Send one batch of rows unpublished for longer than the patience; returns how many were acknowledged."""
        outbox = self._tables.outbox
        statement = (
            select(outbox.c.id, outbox.c.topic, outbox.c.key, outbox.c.contact_id, outbox.c.body)
            .where(outbox.c.published_at.is_(None), outbox.c.created_at < func.now() - self._after)
            .order_by(outbox.c.created_at, outbox.c.id)
            .limit(BATCH)
        )
        async with self._engine.connect() as connection:
            rows = [Outgoing(*row) for row in await connection.execute(statement)]
        meters.UNPUBLISHED.labels(self._service).set(len(rows))
        left = [row for row in rows if row.id not in self._sender.in_hand]
        return await self._sender.send(left, by="relay")

    async def reconcile_once(self) -> int:
        """Send again what was published long ago and never handled by a reader of its topic; returns how many."""
        sent = 0
        for topic in all_topics():
            if self._service in topic.owners:
                for reader in topic.readers:
                    sent += await self._reconcile(topic.name, reader)
        return sent

    async def _reconcile(self, topic: str, reader: str) -> int:
        async with self._engine.connect() as connection:
            upper = (await connection.execute(select(func.now() - self._reconcile_after))).scalar_one()
            missing = await self._missing(connection, topic, reader, upper)
            if len(missing) < BATCH:
                confirmed = min((created_at for _, created_at in missing), default=upper)
                await self._confirm(connection, topic, reader, confirmed, upper)
                await connection.commit()
        if missing:
            log.warning("reconciled", service=self._service, topic=topic, count=len(missing))
            meters.RESENT.labels(self._service, topic).inc(len(missing))
            await self._sender.send([row for row, _ in missing], by="reconciler")
        return len(missing)

    async def _missing(
        self, connection: AsyncConnection, topic: str, reader: str, upper: datetime
    ) -> list[tuple[Outgoing, datetime]]:
        outbox, reconciled, theirs = self._tables.outbox, self._tables.reconciled, tables_in(reader)
        handled = select(theirs.inbox.c.message_id).where(theirs.inbox.c.message_id == outbox.c.id)
        a_persons_task = select(theirs.quarantine.c.id).where(theirs.quarantine.c.message_id == outbox.c.id)
        confirmed_to = (
            select(reconciled.c.confirmed_to)
            .where(reconciled.c.topic == topic, reconciled.c.reader == reader)
            .scalar_subquery()
        )
        statement = (
            select(outbox.c.id, outbox.c.topic, outbox.c.key, outbox.c.contact_id, outbox.c.body, outbox.c.created_at)
            .where(
                outbox.c.topic == topic,
                outbox.c.published_at.is_not(None),
                outbox.c.created_at >= func.coalesce(confirmed_to, func.now() - timedelta(days=RETENTION_DAYS)),
                outbox.c.created_at < upper,
                outbox.c.published_at < upper,
                ~handled.exists(),
                ~a_persons_task.exists(),
            )
            .order_by(outbox.c.created_at, outbox.c.id)
            .limit(BATCH)
        )
        return [(Outgoing(*row[:5]), row.created_at) for row in await connection.execute(statement)]

    async def _confirm(
        self, connection: AsyncConnection, topic: str, reader: str, confirmed_to: datetime, upper: datetime
    ) -> None:
        """Everything older is known to be handled: the next look starts there.

        A row not yet published, or published too lately to be missed yet, holds it back.
        """
        outbox, reconciled = self._tables.outbox, self._tables.reconciled
        still_young = or_(outbox.c.published_at.is_(None), outbox.c.published_at >= upper)
        oldest_young = (
            select(func.min(outbox.c.created_at)).where(outbox.c.topic == topic, still_young).scalar_subquery()
        )
        upto = func.least(confirmed_to, func.coalesce(oldest_young, confirmed_to))
        statement = insert(reconciled).values(topic=topic, reader=reader, confirmed_to=upto)
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=[reconciled.c.topic, reconciled.c.reader],
                set_={"confirmed_to": func.greatest(reconciled.c.confirmed_to, statement.excluded.confirmed_to)},
            )
        )
