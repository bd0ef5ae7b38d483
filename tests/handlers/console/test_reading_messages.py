"""What the console does with each message, once with every ending."""

import asyncio

import pytest

from services.console.handlers import raise_tasks, show_in_triage, show_moves
from shared.ids import new_id
from shared.messages.case_moved import CaseState
from shared.messages.envelope import Lane
from tests.builders.console import RECEIVED_AT, a_contact_in_danger, a_move, a_settled_notice
from tests.builders.console_memory import MemoryWork
from tests.builders.router import an_assessed_message


async def test_a_move_puts_the_contact_on_its_list() -> None:
    work = MemoryWork()
    move = a_move(queue="mash-identity", reason="identity_uncertain")

    await show_moves([move], work.as_work)

    item = work.queue_items.rows[move.contact_id]
    assert (item.state, item.queue, item.version, item.has_gap) == ("waiting", "mash-identity", 1, False)
    assert work.committed == 0, "the recipe commits, not the handler"


async def test_a_move_that_arrives_late_never_undoes_a_newer_one() -> None:
    work = MemoryWork()
    contact_id = new_id()
    second = a_move(contact_id=contact_id, version=2, state=CaseState.PLACED, queue="one-point")

    await show_moves([second], work.as_work)
    gap_before = work.queue_items.rows[contact_id].has_gap
    await show_moves([a_move(contact_id=contact_id, version=1)], work.as_work)

    item = work.queue_items.rows[contact_id]
    assert (item.state, item.queue, item.version) == ("placed", "one-point", 2)
    assert (gap_before, item.has_gap) == (True, False), "the gap is shown until the missing move has arrived"


async def test_several_moves_of_one_contact_in_a_batch_leave_the_newest() -> None:
    work = MemoryWork()
    contact_id = new_id()
    moves = [a_move(contact_id=contact_id, version=version, queue=f"q{version}") for version in (1, 3, 2)]

    await show_moves(moves, work.as_work)

    item = work.queue_items.rows[contact_id]
    assert (item.version, item.queue, item.moves_seen, item.has_gap) == (3, "q3", 3, False)


async def test_a_contact_in_danger_is_shown_before_the_router_has_it_and_gives_way_to_its_first_move() -> None:
    work = MemoryWork()
    contact = a_contact_in_danger(danger=("missing_now",))

    await show_in_triage([contact], work.as_work)
    shown = work.queue_items.rows[contact.contact_id]
    await show_moves(
        [a_move(contact_id=contact.contact_id, queue="mash-urgent", danger=("missing_now",))], work.as_work
    )

    assert (shown.state, shown.queue, shown.urgent, shown.version) == ("in_triage", "mash-urgent", True, 0)
    routed = work.queue_items.rows[contact.contact_id]
    assert (routed.state, routed.queue, routed.urgent, routed.has_gap) == ("waiting", "mash-urgent", True, False)


async def test_danger_that_triage_found_is_shown_before_the_router_has_it_and_gives_way_to_its_first_move() -> None:
    work = MemoryWork()
    found = an_assessed_message(
        lane=Lane.URGENT, danger=("non_mobile_baby_injury",), level=5, rating="RED", statutory_flag="s47"
    )

    await show_in_triage([found], work.as_work)
    shown = work.queue_items.rows[found.contact_id]
    await show_moves([a_move(contact_id=found.contact_id, queue="mash-urgent")], work.as_work)
    await show_in_triage([found], work.as_work)

    assert (shown.state, shown.queue, shown.urgent, shown.version) == ("in_triage", "mash-urgent", True, 0)
    assert (shown.level, shown.rating, shown.statutory_flag) == (5, "RED", "s47")
    assert (shown.received_at, shown.danger) == (found.facets.received_at, ("non_mobile_baby_injury",))
    routed = work.queue_items.rows[found.contact_id]
    assert (routed.state, routed.version) == ("waiting", 1)


async def test_what_triage_found_adds_to_what_intake_knew_in_whatever_order_they_are_read() -> None:
    known = a_contact_in_danger(danger=("missing_now",))
    found = an_assessed_message(
        contact_id=known.contact_id, lane=Lane.URGENT, danger=("hurt_now",), level=5, rating="RED"
    )
    for first, second in ((known, found), (found, known)):
        work = MemoryWork()
        await show_in_triage([first], work.as_work)
        await show_in_triage([second], work.as_work)
        shown = work.queue_items.rows[known.contact_id]
        assert (shown.level, shown.rating, shown.danger) == (5, "RED", ("hurt_now",))


async def test_a_danger_contact_read_after_its_move_changes_nothing() -> None:
    work = MemoryWork()
    move = a_move(queue="mash-urgent", danger=("missing_now",))

    await show_moves([move], work.as_work)
    await show_in_triage([a_contact_in_danger(contact_id=move.contact_id)], work.as_work)

    assert work.queue_items.rows[move.contact_id].state == "waiting"


async def test_a_failed_notice_becomes_a_task_and_one_that_arrived_after_all_ends_it() -> None:
    work = MemoryWork()

    await raise_tasks([a_settled_notice(notice_id="n-1"), a_settled_notice(notice_id="n-2")], work.as_work)
    await raise_tasks([a_settled_notice(notice_id="n-1", status="delivered")], work.as_work)

    assert [task.notice_id for task in await work.tasks.open_tasks(10)] == ["n-2"]
    assert work.tasks.rows["n-1", "email"].settled_at == RECEIVED_AT


async def test_a_delivered_notice_alone_makes_no_task() -> None:
    work = MemoryWork()

    await raise_tasks([a_settled_notice(status="delivered"), a_settled_notice(status="not_wanted")], work.as_work)

    assert work.tasks.rows == {}


@pytest.mark.parametrize("read", ["moves", "danger"])
async def test_a_large_batch_lets_others_go_on_between_its_slices(read: str) -> None:
    work = MemoryWork()
    turns = 0
    done = asyncio.Event()

    async def somebody_else() -> None:
        nonlocal turns
        while not done.is_set():
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(somebody_else())
    await asyncio.sleep(0)
    before = turns
    if read == "moves":
        await show_moves([a_move() for _ in range(2000)], work.as_work)
    else:
        await show_in_triage([a_contact_in_danger() for _ in range(2000)], work.as_work)
    during = turns - before
    done.set()
    await other

    assert len(work.queue_items.rows) == 2000
    assert during == 8, "one turn for each two hundred and fifty entries"
