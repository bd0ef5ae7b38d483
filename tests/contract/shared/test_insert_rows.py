"""Whatever a column can hold comes back as it was given, in one statement for all rows."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared.database import is_database_away, sqlstate
from shared.insert_rows import insert_rows, replacing

THINGS = Table(
    "things",
    MetaData(),
    Column("key", Uuid, primary_key=True),
    Column("order", Integer, server_default="7"),
    Column("small", SmallInteger),
    Column("big", BigInteger),
    Column("says", Text),
    Column("bytes", LargeBinary),
    Column("at", DateTime(timezone=True)),
    Column("on", Date),
    Column("is_open", Boolean),
    Column("codes", ARRAY(Text)),
    Column("others", ARRAY(Uuid)),
    Column("told", JSONB),
    Column("answer", JSON),
)
FIRST, SECOND = UUID(int=1), UUID(int=2)
AWKWARD = ["", "a b", 'say "now"', "back\\slash", "{x,y}", "null", "NULL", "O'Neill", "Zoë ☃", "line\nbreak"]


@pytest.fixture
async def connection(unmigrated_database: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(unmigrated_database)
    async with engine.connect() as connection:
        await connection.run_sync(THINGS.metadata.create_all)
        yield connection
    await engine.dispose()


@pytest.mark.parametrize("conflict", ["", "on conflict do nothing"])
async def test_every_kind_of_value_comes_back_as_it_was(conflict: str, connection: AsyncConnection) -> None:
    row = {
        "key": FIRST,
        "small": 5,
        "big": 2**40,
        "says": 'the child said "no\\never", {1}',
        "bytes": b"\x00\xff",
        "at": datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        "on": date(2024, 2, 29),
        "is_open": False,
        "codes": AWKWARD,
        "others": (FIRST, SECOND),
        "told": {"b": [1, None], "a": "☃"},
        "answer": [{"x": 'quote " and \\'}],
    }
    nothing = dict.fromkeys(row) | {"key": SECOND, "codes": (), "others": []}

    await insert_rows(connection, THINGS, [row, nothing], conflict=conflict)

    found = (await connection.execute(select(THINGS).order_by(THINGS.c.key))).mappings().all()
    assert dict(found[0]) == {**row, "order": 7, "others": [FIRST, SECOND]}
    assert dict(found[1]) == {**nothing, "order": 7, "codes": []}


async def test_a_row_that_is_there_is_replaced_or_left_as_the_clause_says(connection: AsyncConnection) -> None:
    await insert_rows(connection, THINGS, [{"key": FIRST, "order": 1, "says": "first"}])

    await insert_rows(
        connection, THINGS, [{"key": FIRST, "order": 2, "says": "second"}], conflict="on conflict do nothing"
    )
    left = (await connection.execute(select(THINGS.c.order, THINGS.c.says))).one()
    await insert_rows(
        connection, THINGS, [{"key": FIRST, "order": 3, "says": "third"}], conflict=replacing(THINGS, "key")
    )
    replaced = (await connection.execute(select(THINGS.c.order, THINGS.c.says, THINGS.c.codes))).one()

    assert tuple(left) == (1, "first")
    assert tuple(replaced) == (3, "third", None)


@pytest.mark.parametrize("conflict", ["", "on conflict (key) do nothing"])
async def test_what_the_table_refuses_is_an_error_of_the_database(conflict: str, connection: AsyncConnection) -> None:
    await insert_rows(connection, THINGS, [{"key": FIRST, "says": "first"}])

    with pytest.raises(DBAPIError) as refused:
        await insert_rows(connection, THINGS, [{"key": FIRST, "small": 70_000}], conflict=conflict)

    assert not is_database_away(refused.value)


async def test_a_row_that_is_there_twice_is_a_broken_key(connection: AsyncConnection) -> None:
    with pytest.raises(DBAPIError) as refused:
        await insert_rows(connection, THINGS, [{"key": FIRST}, {"key": FIRST}])

    assert sqlstate(refused.value) == "23505"


async def test_a_lost_connection_means_that_the_database_is_away(connection: AsyncConnection) -> None:
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    driver.terminate()

    with pytest.raises(DBAPIError) as refused:
        await insert_rows(connection, THINGS, [{"key": FIRST}])

    await connection.invalidate()
    assert is_database_away(refused.value)


async def test_no_rows_need_no_statement(connection: AsyncConnection) -> None:
    await insert_rows(connection, THINGS, [])

    assert (await connection.execute(select(THINGS))).all() == []
