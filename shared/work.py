"""The unit of work: one transaction over a service's repositories, its inbox and its outbox."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Generic, Protocol, TypeVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.keyring.keys import Keys
from shared.outbox import Outbox, Outgoing
from shared.sealing import KeyEncryption
from shared.tables import StandardTables

_NOW = text("select now()")
_LOCK = text(
    "select pg_advisory_xact_lock(key) from unnest(cast(:keys as bigint[])) with ordinality as k(key, n) order by n"
)


class Departures(Protocol):
    """Takes what a unit has committed to send."""

    def hand_over(self, rows: Sequence[Outgoing]) -> None:
        """Send soon; never blocks and never fails: what it cannot take, the relay sends."""


class Work:
    """One open transaction. Services subclass it and build their repositories on `connection`."""

    def __init__(self, connection: AsyncConnection, now: datetime, tables: StandardTables, keys: Keys) -> None:
        """now: the database's clock at the start of the transaction, aware UTC."""
        self.connection = connection
        self.now = now
        self.tables = tables
        self.keys = keys
        self.outbox = Outbox(tables.outbox)
        self.departed: Sequence[Outgoing] = ()

    async def lock_subjects(self, subjects: Iterable[str]) -> None:
        """Hold the order of these subjects until the transaction ends; taken in one order, so nobody deadlocks."""
        keys = sorted({_lock_number(subject) for subject in subjects})
        if keys:
            await self.connection.execute(_LOCK, {"keys": keys})

    async def commit(self) -> None:
        """Write keys and outgoing messages and commit everything together."""
        await self.keys.write()
        rows = await self.outbox.write(self.connection)
        await self.connection.commit()
        self.departed = rows  # Only now: what was not committed must never be sent.


def _lock_number(subject: str) -> int:
    return int.from_bytes(blake2b(subject.encode(), digest_size=8).digest(), "big", signed=True)


W = TypeVar("W", bound=Work)
OpenWork = Callable[[], AbstractAsyncContextManager[W]]


@dataclass(frozen=True)
class WorkFactory(Generic[W]):
    """Opens units of work: `async with factory() as work`. Without a commit everything is rolled back."""

    kind: Callable[[AsyncConnection, datetime, StandardTables, Keys], W]
    engine: AsyncEngine
    tables: StandardTables
    kek: KeyEncryption
    departures: Departures

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[W]:
        """A fresh unit; after its commit the outgoing rows are handed over for sending."""
        async with AsyncExitStack() as stack:
            connection, now = await self._begin()
            stack.push_async_exit(connection)
            work = self.kind(connection, now, self.tables, Keys(connection, self.kek))
            yield work
        if work.departed:
            self.departures.hand_over(work.departed)

    async def _begin(self) -> tuple[AsyncConnection, datetime]:
        """A connection that lives, and its server's time. One that had ended in the pool is found by asking for it."""
        try:
            return await self._connected()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return await self._connected()

    async def _connected(self) -> tuple[AsyncConnection, datetime]:
        connection = await self.engine.connect()
        try:
            return connection, (await connection.execute(_NOW)).scalar_one()
        except BaseException:
            await asyncio.shield(connection.close())
            raise


T = TypeVar("T")


async def uninterrupted(unit: "asyncio.Future[T] | asyncio.Task[T]") -> T:
    """Wait for a unit that must run to its end even when the caller is cancelled; the cancellation follows after it."""
    try:
        return await asyncio.shield(unit)
    except asyncio.CancelledError:
        if not unit.done():
            await asyncio.wait({unit})
        raise
