"""The relay sends what the direct send left, and has the reconciler look for what readers never got.

One process per schema does both, elected by a session advisory lock on a connection of its own: a lost connection is
a lost lock, and a connection that is given up is closed. Rows are always found by state, never by a cursor, so nothing
can fall between two looks.
"""

import asyncio
import time
from datetime import timedelta
from hashlib import blake2b

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared import meters
from shared.database import is_database_away
from shared.outbox import Outgoing
from shared.reconciler import Reconciler
from shared.sender import Sender
from shared.tables import StandardTables

log = structlog.get_logger()

BATCH = 1000
POLL_SECONDS = 1.0
BEHIND_SECONDS = 5.0  # For how long a topic that took nothing makes room for the others.


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
        self._reconciler = Reconciler(service, engine, tables, sender.link, after_seconds=reconcile_after_seconds)
        self._behind_until: dict[str, float] = {}
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
        try:
            await self._serve(connection)
        finally:
            await connection.invalidate()  # Else the pool would keep the lock, and nobody could be elected.

    async def _serve(self, connection: AsyncConnection) -> None:
        reconciled_at = time.monotonic()
        while True:
            await connection.execute(text("select 1"))  # Raises once the connection, and so the lock, is lost.
            await connection.commit()
            sent = await self.relay_once()
            if time.monotonic() - reconciled_at >= self._every:
                await self._reconciler.look()
                reconciled_at = time.monotonic()
            if sent < BATCH:
                await asyncio.sleep(POLL_SECONDS)

    async def relay_once(self) -> int:
        """Send one batch of rows unpublished for longer than the patience; returns how many were acknowledged.

        A topic that took nothing steps back for a while, so that its rows do not fill every batch.
        """
        outbox, now = self._tables.outbox, time.monotonic()
        behind = [topic for topic, until in self._behind_until.items() if until > now]
        statement = (
            select(outbox.c.id, outbox.c.topic, outbox.c.key, outbox.c.contact_id, outbox.c.body)
            .where(
                outbox.c.published_at.is_(None),
                outbox.c.refused.is_(None),
                outbox.c.created_at < func.now() - self._after,
                outbox.c.topic.not_in(behind),
            )
            .order_by(outbox.c.created_at, outbox.c.id)
            .limit(BATCH)
        )
        async with self._engine.connect() as connection:
            rows = [Outgoing(*row) for row in await connection.execute(statement)]
        meters.UNPUBLISHED.labels(self._service).set(len(rows))
        left: dict[str, list[Outgoing]] = {}
        for row in rows:
            if row.id not in self._sender.in_hand:
                left.setdefault(row.topic, []).append(row)
        doubtful_last = sorted(left.items(), key=lambda item: item[0] in self._behind_until)
        return sum([await self._relay_topic(topic, of_topic) for topic, of_topic in doubtful_last])

    async def _relay_topic(self, topic: str, rows: list[Outgoing]) -> int:
        sent = await self._sender.send(rows, by="relay")
        if sent:
            self._behind_until.pop(topic, None)
        else:
            self._behind_until[topic] = time.monotonic() + BEHIND_SECONDS
        return sent
