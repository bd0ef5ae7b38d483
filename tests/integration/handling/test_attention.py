"""Every schema shows what needs a person, and settles an item once, with a record of who did it and why."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.ids import new_id

SERVICES = ("intake", "triage", "router", "notifier", "console")


@pytest.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(database)
    yield engine
    await engine.dispose()


async def _rows(engine: AsyncEngine, statement: str, **values: object) -> list[tuple[object, ...]]:
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(statement), values)]


async def _execute(engine: AsyncEngine, statement: str, **values: object) -> None:
    async with engine.begin() as connection:
        await connection.execute(text(statement), values)


async def _quarantined(engine: AsyncEngine, schema: str, reason: str = "unreadable") -> object:
    item = new_id()
    await _execute(
        engine,
        f"insert into {schema}.quarantine (id, consumer, topic, partition, kafka_offset, reason, body, fingerprint) "
        "values (:id, 'c', 't', 0, 7, :reason, '', uuid_send(:id))",
        id=item,
        reason=reason,
    )
    return item


async def _parked(engine: AsyncEngine, schema: str, state: str = "held", attempts: int = 6, age: str = "0 s") -> object:
    ((item,),) = await _in_transaction(
        engine,
        f"insert into {schema}.parked "
        "(message_id, consumer, subject, contact_id, topic, body, reason, state, attempts, parked_at) values "
        "(:id, 'c', 's', :id, 't', '', 'try-again', :state, :attempts, now() - cast(:age as text)::interval) "
        "returning id",
        id=new_id(),
        state=state,
        attempts=attempts,
        age=age,
    )
    return item


async def _in_transaction(engine: AsyncEngine, statement: str, **values: object) -> list[tuple[object, ...]]:
    async with engine.begin() as connection:
        return [tuple(row) for row in await connection.execute(text(statement), values)]


async def _settle(engine: AsyncEngine, schema: str, item: object, action: str) -> object:
    statement = f"select {schema}.settle_attention(:item, :action, 'ops-1', 'looked at it')"
    ((settled,),) = await _in_transaction(engine, statement, item=item, action=action)
    return settled


async def _seen(engine: AsyncEngine, schema: str) -> list[tuple[object, ...]]:
    return await _rows(engine, f"select kind, id, state from {schema}.v_attention order by kind, since, id")


@pytest.mark.parametrize("schema", SERVICES)
async def test_each_schema_shows_and_settles_what_needs_a_person(engine: AsyncEngine, schema: str) -> None:
    rejected, held = await _quarantined(engine, schema), await _parked(engine, schema)
    assert await _seen(engine, schema) == [("parked", held, "open"), ("quarantined", rejected, "open")]
    assert await _settle(engine, schema, rejected, "release") is True
    assert await _settle(engine, schema, held, "resolve") is True
    assert await _seen(engine, schema) == [("parked", held, "resolved"), ("quarantined", rejected, "released")]
    assert await _rows(engine, f"select item, kind, action, who, why from {schema}.attention_log order by id") == [
        (rejected, "quarantined", "release", "ops-1", "looked at it"),
        (held, "parked", "resolve", "ops-1", "looked at it"),
    ]


async def test_what_is_settled_is_not_settled_again_and_an_unknown_item_is_not_settled(engine: AsyncEngine) -> None:
    rejected, held = await _quarantined(engine, "router"), await _parked(engine, "router")
    for item in (rejected, held):
        assert await _settle(engine, "router", item, "resolve") is True
        assert await _settle(engine, "router", item, "release") is False
    assert await _settle(engine, "router", new_id(), "release") is False
    assert await _rows(engine, "select count(*) from router.attention_log") == [(2,)]


async def test_parked_work_shows_once_it_is_past_normal_patience(engine: AsyncEngine) -> None:
    await _parked(engine, "triage", state="waiting", attempts=2)
    tried = await _parked(engine, "triage", state="waiting", attempts=3)
    old = await _parked(engine, "triage", state="waiting", attempts=0, age="16 min")
    await _parked(engine, "triage", state="done", attempts=3)
    assert {row[1] for row in await _seen(engine, "triage")} == {tried, old}


async def test_parked_work_that_is_released_is_due_at_once(engine: AsyncEngine) -> None:
    held = await _parked(engine, "triage")
    await _execute(engine, "update triage.parked set next_attempt_at = now() + interval '1 hour'")
    assert await _settle(engine, "triage", held, "release") is True
    assert await _rows(engine, "select state, attempts, next_attempt_at <= now() from triage.parked") == [
        ("waiting", 6, True)
    ]
    assert await _seen(engine, "triage") == [("parked", held, "released")]


async def test_a_message_that_nobody_of_ours_wrote_is_resolved_and_never_released(engine: AsyncEngine) -> None:
    forged = await _quarantined(engine, "router", reason="unproven")
    assert await _settle(engine, "router", forged, "release") is False
    assert await _settle(engine, "router", forged, "resolve") is True


async def test_an_item_that_is_being_worked_is_not_open_to_a_second_hand(engine: AsyncEngine) -> None:
    held = await _parked(engine, "router")
    async with engine.begin() as worker:
        await worker.execute(text("select 1 from router.parked for update"))
        assert await asyncio.wait_for(_settle(engine, "router", held, "release"), 2) is False
    assert await _settle(engine, "router", held, "release") is True


@pytest.mark.parametrize("action", ["delete", "", "RELEASE"])
async def test_an_unknown_action_changes_nothing(engine: AsyncEngine, action: str) -> None:
    rejected = await _quarantined(engine, "router")
    with pytest.raises(DBAPIError, match="action is release or resolve"):
        await _settle(engine, "router", rejected, action)
    assert await _seen(engine, "router") == [("quarantined", rejected, "open")]


async def test_the_functions_are_not_for_everybody_and_find_no_table_of_a_caller(engine: AsyncEngine) -> None:
    rows = await _rows(
        engine,
        "select proname, prosecdef, proconfig, has_function_privilege('public', p.oid, 'execute') from pg_proc p "
        "where pronamespace = 'router'::regnamespace and proname like 'settle%' order by proname",
    )
    path = ["search_path=pg_catalog, pg_temp"]
    assert rows == [("settle_attention", True, path, False), ("settle_standard_attention", True, path, False)]
