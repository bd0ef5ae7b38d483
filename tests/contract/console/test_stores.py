"""The console's stores behave the same in memory and in PostgreSQL."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from services.console.domain.queue import item_in_triage, newest_of
from services.console.domain.roles import Role
from services.console.domain.tasks import tasks_of
from services.console.repository.decisions import Decisions, PostgresDecisions
from services.console.repository.queue_items import PostgresQueueItems, QueueItems
from services.console.repository.staff import Account, Accounts
from services.console.repository.tasks import PostgresTasks, Tasks
from shared.ids import new_id
from shared.messages.case_moved import CaseState
from shared.messages.envelope import SealedPart
from tests.builders.console import (
    MANAGER,
    RECEIVED_AT,
    SCREENER,
    a_contact_in_danger,
    a_decision,
    a_move,
    a_settled_notice,
)
from tests.builders.console_memory import MemoryDecisions, MemoryQueueItems, MemoryTasks

PART = SealedPart(nonce=b"\x00\xff" * 6, ciphertext=b"\xfe" * 20)


@dataclass
class Stores:
    queue_items: QueueItems
    tasks: Tasks
    decisions: Decisions


@pytest.fixture
async def connection(database: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(database)
    async with engine.connect() as connection:
        accounts = Accounts(connection, RECEIVED_AT)
        for staff in (SCREENER, MANAGER):
            await accounts.keep(Account(staff.staff_id, staff.username, Role.SCREENER, "hash", active=True))
        yield connection
    await engine.dispose()


@pytest.fixture(params=["memory", "postgresql"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        return Stores(MemoryQueueItems(), MemoryTasks(), MemoryDecisions())
    connection: AsyncConnection = request.getfixturevalue("connection")
    return Stores(PostgresQueueItems(connection), PostgresTasks(connection), PostgresDecisions(connection))


async def test_a_lower_version_is_ignored_and_counted(stores: Stores) -> None:
    contact_id = new_id()
    await stores.queue_items.record(newest_of([a_move(contact_id=contact_id, version=3, queue="tas")]))
    await stores.queue_items.record(newest_of([a_move(contact_id=contact_id, version=2, queue="one-point")]))

    item = await stores.queue_items.find(contact_id)

    assert item is not None
    assert (item.version, item.queue, item.moves_seen, item.has_gap) == (3, "tas", 2, True)
    assert await stores.queue_items.find(new_id()) is None


async def test_every_field_comes_back_as_it_was(stores: Stores) -> None:
    [item] = newest_of([a_move(danger=("missing_now", "no_carer"), team="Ferryhill", suggested_queue=None)])
    contact = item_in_triage(a_contact_in_danger())

    await stores.queue_items.record(sorted([item, contact], key=lambda one: one.contact_id))

    assert await stores.queue_items.find(item.contact_id) == item
    assert await stores.queue_items.find(contact.contact_id) == contact


async def test_open_items_are_urgent_first_then_by_the_time_left(stores: Stores) -> None:
    due = [RECEIVED_AT + timedelta(hours=hours) for hours in (5, 1, 9)]
    later, sooner, urgent = (
        a_move(decide_by=due[0]),
        a_move(decide_by=due[1]),
        a_move(decide_by=due[2], queue="mash-urgent", danger=("missing_now",)),
    )
    in_triage = a_contact_in_danger()
    placed = a_move(state=CaseState.PLACED, queue="one-point")
    closed = a_move(state=CaseState.CLOSED)
    await stores.queue_items.record(newest_of([later, sooner, urgent, placed, closed]))
    await stores.queue_items.record([item_in_triage(in_triage)])

    async def shown(queues: list[str] | None, limit: int = 10) -> list[UUID]:
        return [item.contact_id for item in await stores.queue_items.open_items(queues, limit)]

    everything = [in_triage.contact_id, urgent.contact_id, sooner.contact_id, later.contact_id]
    assert await shown(None) == everything
    assert await shown(None, 2) == everything[:2]
    assert await shown(["mash-screening"]) == [sooner.contact_id, later.contact_id]
    assert await shown(["one-point"]) == []


async def test_placed_items_are_newest_first_and_counts_leave_out_what_is_old_or_closed(stores: Stores) -> None:
    old, new, newer = (
        a_move(state=CaseState.PLACED, queue="tas", moved_at=RECEIVED_AT - timedelta(hours=hours))
        for hours in (30, 2, 1)
    )
    await stores.queue_items.record(newest_of([old, new, newer, a_move(), a_move(state=CaseState.CLOSED)]))

    placed = await stores.queue_items.placed_items("tas", RECEIVED_AT - timedelta(hours=24), 10)

    assert [item.contact_id for item in placed] == [newer.contact_id, new.contact_id]
    assert await stores.queue_items.counts(RECEIVED_AT) == {"tas": 2, "mash-screening": 1}


async def test_of_two_versions_of_a_contact_only_the_newer_stands_in_the_lists(stores: Stores) -> None:
    at = RECEIVED_AT - timedelta(hours=1)
    waiting, placed = a_move(), a_move(state=CaseState.PLACED, queue="tas", moved_at=at)
    earlier = [
        a_move(reason="superseded", suggested_queue=None),
        a_move(state=CaseState.PLACED, queue="tas", reason="superseded", moved_at=at),
    ]
    await stores.queue_items.record(newest_of([waiting, placed, *earlier]))

    assert [item.contact_id for item in await stores.queue_items.open_items(None, 10)] == [waiting.contact_id]
    assert [item.contact_id for item in await stores.queue_items.open_items(["mash-screening"], 10)] == [
        waiting.contact_id
    ]
    since = RECEIVED_AT - timedelta(hours=24)
    assert [item.contact_id for item in await stores.queue_items.placed_items("tas", since, 10)] == [placed.contact_id]
    assert await stores.queue_items.counts(RECEIVED_AT) == {"tas": 1, "mash-screening": 1}
    assert await stores.queue_items.find(earlier[0].contact_id) is not None


async def test_a_reference_finds_contact_and_receipt(stores: Stores) -> None:
    receipt_id = str(new_id())
    first, second, other = a_move(receipt_id=receipt_id), a_move(receipt_id=receipt_id), a_move()
    await stores.queue_items.record(newest_of([first, second, other]))

    async def found(reference: str) -> list[UUID]:
        return [item.contact_id for item in await stores.queue_items.by_reference(reference)]

    assert await found(str(other.contact_id)) == [other.contact_id]
    assert await found(str(other.contact_id)[-8:]) == [other.contact_id]
    assert await found(receipt_id) == sorted([first.contact_id, second.contact_id])
    assert await found("' or true --") == []


async def test_a_task_is_raised_once_and_ends_once(stores: Stores) -> None:
    first, _ = tasks_of([a_settled_notice(attempts=6)])
    other_channel = replace(first[0], channel="webhook")
    again, _ = tasks_of([a_settled_notice(attempts=7)])
    await stores.tasks.raise_all(first)
    await stores.tasks.raise_all(again)
    [task] = await stores.tasks.open_tasks(10)

    ended = await stores.tasks.end([task.key, ("unknown", "email")], RECEIVED_AT, "s.okafor")
    ended_again = await stores.tasks.end([task.key], RECEIVED_AT, "s.okafor")
    await stores.tasks.raise_all(first)

    assert (task.attempts, task.contact_id) == (7, first[0].contact_id)
    assert (ended, ended_again) == ([first[0].contact_id], [])
    assert await stores.tasks.open_tasks(10) == [], "a repeat does not open a settled task again"
    await stores.tasks.raise_all([other_channel])
    assert await stores.tasks.open_tasks(10) == [other_channel], "each channel can fail on its own"


async def test_one_decision_stands_per_version_and_a_refused_one_gives_way(stores: Stores) -> None:
    contact_id = new_id()
    first = a_decision()
    second = a_decision(staff=MANAGER, at=RECEIVED_AT + timedelta(minutes=1))
    later = a_decision(case_version=2, at=RECEIVED_AT + timedelta(minutes=2))

    assert await stores.decisions.record(contact_id, first, PART)
    assert not await stores.decisions.record(contact_id, second, PART)
    assert await stores.decisions.find(contact_id, 1) == first
    await stores.decisions.mark_refused(first.decision_id, "only_for_places")
    assert await stores.decisions.find(contact_id, 1) is None
    assert await stores.decisions.record(contact_id, second, PART)
    assert await stores.decisions.record(contact_id, later, PART)

    kept = await stores.decisions.of(contact_id)
    assert [(one.decision_id, one.refusal, one.username) for one, _ in kept] == [
        (first.decision_id, "only_for_places", "s.okafor"),
        (second.decision_id, None, "m.lindqvist"),
        (later.decision_id, None, "s.okafor"),
    ]
    assert [part for _, part in kept] == [PART, PART, PART]
