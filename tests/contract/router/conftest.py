"""The stores of the router, in memory and in PostgreSQL, behind the same words."""

import base64
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.router.work import OpenUnit, RouterWork
from shared.sealing import KeyEncryption
from shared.tables import tables_in
from shared.work import WorkFactory
from tests.builders.router import durham
from tests.builders.router_memory import MemoryUnits


class Stores(Protocol):
    """Units of work, and a clock that a test can move."""

    def __call__(self) -> AbstractAsyncContextManager[OpenUnit]: ...

    async def passes(self, pause: timedelta) -> None:
        """Let time go by."""


class MemoryStores(MemoryUnits):
    def __init__(self) -> None:
        super().__init__()
        self.now = datetime.now(UTC)

    async def passes(self, pause: timedelta) -> None:
        self.later(pause)


class Nowhere:
    def hand_over(self, rows: object) -> None:
        """What is committed to be sent stays in the outbox."""


@dataclass
class TableStores:
    """Units over PostgreSQL. Time passes by moving the clocks into the past: nobody can move the database's clock."""

    engine: AsyncEngine
    factory: WorkFactory[RouterWork]

    def __call__(self) -> AbstractAsyncContextManager[OpenUnit]:
        return self.factory()

    async def passes(self, pause: timedelta) -> None:
        await self.change(
            "update router.clocks set starts_at = starts_at - cast(:pause as interval),"
            " due_at = due_at - cast(:pause as interval), next_alert_at = next_alert_at - cast(:pause as interval)",
            pause=pause,
        )
        await self.change("update router.clock_alerts set due_at = due_at - cast(:pause as interval)", pause=pause)

    async def change(self, statement: str, **values: object) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(text(statement), values)

    async def rows(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(statement), values)]


@pytest.fixture
async def tables(database: str) -> AsyncIterator[TableStores]:
    engine = create_async_engine(database)
    kek = KeyEncryption(base64.b64encode(bytes(32)).decode())
    make_work = partial(RouterWork, routing=durham())
    yield TableStores(engine, WorkFactory(make_work, engine, tables_in("router"), kek, Nowhere()))
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    await engine.dispose()


@pytest.fixture(params=["memory", "postgresql"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        return MemoryStores()
    found: Stores = request.getfixturevalue("tables")
    return found
