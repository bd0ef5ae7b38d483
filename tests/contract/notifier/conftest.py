"""The stores of the notifier, in memory and in PostgreSQL, behind the same words."""

import base64
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.notifier.work import NotifierWork, OpenUnit
from shared.messages.envelope import Lane
from shared.sealing import KeyEncryption
from shared.tables import tables_in
from shared.work import WorkFactory
from tests.builders.notifier_memory import MemoryUnits


class Stores(Protocol):
    """Units of work, and a clock that a test can move."""

    def __call__(self) -> AbstractAsyncContextManager[OpenUnit]: ...

    async def passes(self, pause: timedelta) -> None:
        """Let time go by."""


class MemoryStores(MemoryUnits):
    async def passes(self, pause: timedelta) -> None:
        self.later(pause)


class Nowhere:
    def hand_over(self, rows: object) -> None:
        """What is committed to be sent stays in the outbox."""


@dataclass
class TableStores:
    """Units over PostgreSQL. Time passes by moving what is kept into the past: nobody can move the database's clock."""

    engine: AsyncEngine
    factory: WorkFactory[NotifierWork]
    woken: list[frozenset[Lane]]

    def __call__(self) -> AbstractAsyncContextManager[OpenUnit]:
        return self.factory()

    async def passes(self, pause: timedelta) -> None:
        async with self.engine.begin() as connection:
            for statement in (
                "update notifier.bundles set bundled_at = bundled_at - cast(:pause as interval)",
                "update notifier.deliveries set next_attempt_at = next_attempt_at - cast(:pause as interval),"
                " lease_until = lease_until - cast(:pause as interval)",
            ):
                await connection.execute(text(statement), {"pause": pause})

    async def rows(self, statement: str) -> list[tuple[object, ...]]:
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(statement))]


@pytest.fixture
async def tables(database: str) -> AsyncIterator[TableStores]:
    engine = create_async_engine(database)
    woken: list[frozenset[Lane]] = []
    kek = KeyEncryption(base64.b64encode(bytes(32)).decode())
    make_work = partial(NotifierWork, wake=woken.append)
    yield TableStores(engine, WorkFactory(make_work, engine, tables_in("notifier"), kek, Nowhere()), woken)
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    await engine.dispose()


@pytest.fixture(params=["memory", "postgresql"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        return MemoryStores()
    found: Stores = request.getfixturevalue("tables")
    return found
