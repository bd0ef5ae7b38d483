"""The stores of triage, in memory and in PostgreSQL, behind the same words."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Protocol

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.triage.domain.in_force import Policies
from services.triage.work import OpenUnit, Rulebook, TriageWork
from shared.database import make_engine
from shared.sealing import KeyEncryption, new_kek_line
from shared.tables import tables_in
from shared.work import WorkFactory
from tests.builders.triage import durham
from tests.builders.triage_memory import MemoryUnits


class Committing(OpenUnit, Protocol):
    """A unit that a test commits itself."""

    async def commit(self) -> None: ...


Units = Callable[[], AbstractAsyncContextManager[Committing]]


class Nowhere:
    def hand_over(self, rows: object) -> None:
        """What is committed to be sent stays in the outbox."""


def units_of(engine: AsyncEngine, kek: KeyEncryption | None = None) -> WorkFactory[TriageWork]:
    """Units of work over PostgreSQL."""
    make_work = partial(TriageWork, rulebook=Rulebook("county-durham", Policies((durham(),))))
    return WorkFactory(make_work, engine, tables_in("triage"), kek or KeyEncryption(new_kek_line()), Nowhere())


@pytest.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    made = make_engine(database, application="test-triage")
    yield made
    assert made.pool.checkedout() == 0  # type: ignore[attr-defined]
    await made.dispose()


@pytest.fixture(params=["memory", "postgresql"])
def units(request: pytest.FixtureRequest) -> Units:
    if request.param == "memory":
        return MemoryUnits()
    return units_of(request.getfixturevalue("engine"))
