"""A ledger that balances still tells how long the oldest contact has been on its way."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.ids import new_id
from shared.ledger import read_ledger


@pytest.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    """What intake and the router show is given by tables here."""
    engine = create_async_engine(database)
    async with engine.begin() as connection:
        for view in ("intake.v_accepted", "router.v_case"):
            await connection.execute(text(f"create table {view}_copy as select * from {view} limit 0"))
            await connection.execute(text(f"drop view {view} cascade"))
            await connection.execute(text(f"alter table {view}_copy rename to {view.split('.')[1]}"))
    yield engine
    await engine.dispose()


async def _execute(engine: AsyncEngine, statement: str, **values: object) -> None:
    async with engine.begin() as connection:
        await connection.execute(text(statement), values)


async def _accepted(engine: AsyncEngine, minutes: int) -> UUID:
    contact_id = new_id()
    await _execute(
        engine,
        "insert into intake.v_accepted (contact_id, agency_id, received_at) "
        "values (:id, 'police-durham', now() - make_interval(mins => :minutes))",
        id=contact_id,
        minutes=minutes,
    )
    return contact_id


async def _oldest(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return (await read_ledger(connection)).oldest_in_flight_seconds


async def test_the_age_is_of_the_oldest_contact_without_a_case(engine: AsyncEngine) -> None:
    assert await _oldest(engine) == 0
    placed = await _accepted(engine, 90)
    await _accepted(engine, 10)
    await _accepted(engine, 30)
    await _execute(engine, "insert into router.v_case (contact_id, state) values (:id, 'placed')", id=placed)
    assert 1800 <= await _oldest(engine) < 1830


@pytest.mark.parametrize("schema", ["triage", "router"])
async def test_what_a_person_dealt_with_otherwise_does_not_ring(engine: AsyncEngine, schema: str) -> None:
    resolved = await _accepted(engine, 90)
    await _execute(
        engine,
        f"insert into {schema}.quarantine "
        "(id, consumer, topic, partition, kafka_offset, contact_id, reason, body, fingerprint) "
        "values (:item, 'c', 't', 0, 1, :id, 'unreadable', '', '')",
        item=new_id(),
        id=resolved,
    )
    assert await _oldest(engine) >= 5400
    await _execute(engine, f"select {schema}.settle_attention(id, 'resolve', 'ops', 'w') from {schema}.quarantine")
    assert await _oldest(engine) == 0


async def test_the_shape_of_the_ledger_has_the_age_beside_what_it_had(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        shape = (await read_ledger(connection)).as_json()
    assert shape == {
        **dict.fromkeys(("accepted", "in_flight", "waiting", "placed", "closed", "refused", "quarantined"), 0),
        "unaccounted": 0,
        "balanced": True,
        "oldest_in_flight_seconds": 0,
        "by_agency": {},
    }
