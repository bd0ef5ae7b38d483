"""The same new child in two processes at the same instant: one person, on a real PostgreSQL."""

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

from services.triage.handlers import assess_contacts
from shared.messages.contact import Child
from tests.builders.triage import RECEIVED_AT, a_child, a_contact, a_name, nhs_number, upn
from tests.integration.triage.conftest import ROUTINE, URGENT, Triage

ROUNDS = 200
UPNS = ("H840990118001", "Y392990219034", "B887990320117", "D887990522208")


def a_new_child(number: int, **changes: object) -> Child:
    """A child nobody has heard of; every number is another one."""
    letters = "".join(chr(ord("a") + number // 26**power % 26) for power in range(3))
    return a_child(names=(a_name(f"Child{letters}"),), born_on=date(2012, 1, 1) + timedelta(days=number), **changes)


async def test_two_processes_meet_the_same_new_child_at_once_and_make_one_person(
    triage: Triage, other_triage: Triage
) -> None:
    for number in range(ROUNDS):
        contacts = [a_contact("AT1", subject=a_new_child(number), agency_kind=kind) for kind in ("school", "health")]
        mine, theirs = await triage.received(*contacts)
        await asyncio.gather(triage.takes(ROUTINE, [mine]), other_triage.takes(URGENT, [theirs]))
    persons = await triage.rows("select count(*), count(distinct person_id) from triage.involvement")
    assert persons == [(2 * ROUNDS, ROUNDS)]
    assert await triage.rows("select count(*) from triage.person") == [(ROUNDS,)]
    assert await triage.rows("select match, count(*) from triage.assessment group by match order by match") == [
        ("name_and_birth_date", ROUNDS),
        ("new", ROUNDS),
    ]
    known = await triage.rows("select count(*) from triage.involvement where suggested_level = 2")
    assert known == [(2 * ROUNDS,)]


async def test_whole_batches_of_the_same_children_in_opposite_order_do_not_deadlock(
    triage: Triage, other_triage: Triage
) -> None:
    children = [a_new_child(number) for number in range(60)]
    forward = await triage.received(*(a_contact("AT1", subject=child) for child in children))
    backward = await triage.received(*(a_contact("AT1", subject=child) for child in reversed(children)))
    await asyncio.gather(triage.takes(ROUTINE, forward), other_triage.takes(URGENT, backward))
    assert await triage.rows("select count(*) from triage.person") == [(60,)]
    counts = await triage.rows("select count(*) from triage.involvement group by person_id")
    assert counts == [(2,)] * 60
    assert await triage.rows("select count(*) from triage.parked") == [(0,)]


async def test_the_later_unit_waits_for_the_earlier_one_and_finds_its_person_and_history(
    triage: Triage, other_triage: Triage
) -> None:
    child = a_new_child(1, identifiers=(nhs_number("9992041870"),))
    same = a_new_child(1, identifiers=(upn(UPNS[0]),))
    mine, theirs = await triage.received(a_contact("NE2", subject=child), a_contact("AT1", subject=same))
    async with triage.open_work() as work:
        await assess_contacts([mine], work)
        waiting = asyncio.create_task(other_triage.takes(ROUTINE, [theirs]))
        await asyncio.sleep(0.5)
        assert not waiting.done()
        await work.commit()
    await waiting
    assert await triage.rows("select count(*) from triage.person") == [(1,)]
    assert await triage.rows("select kind from triage.match_key order by kind") == [
        ("name_and_birth_date",),
        ("nhs_number",),
        ("upn",),
    ]
    (needs,) = await triage.rows(f"select needs_person from triage.assessment where contact_id = '{theirs.contact_id}'")
    assert needs == ("history_review",)


async def test_where_the_earlier_unit_fails_the_later_one_makes_the_person(
    triage: Triage, other_triage: Triage
) -> None:
    mine, theirs = await triage.received(*(a_contact("AT1", subject=a_new_child(2)) for _ in range(2)))
    async with triage.open_work() as work:
        await assess_contacts([mine], work)
        waiting = asyncio.create_task(other_triage.takes(ROUTINE, [theirs]))
        await asyncio.sleep(0.3)
    await waiting
    assert await triage.rows("select match from triage.assessment") == [("new",)]
    await triage.takes(ROUTINE, [mine])
    assert await triage.rows("select count(*) from triage.person") == [(1,)]


async def test_two_contacts_of_a_known_child_at_once_both_count(triage: Triage, other_triage: Triage) -> None:
    child = a_new_child(3)
    first = await triage.received(a_contact("AT1", subject=child, received_at=RECEIVED_AT - timedelta(days=20)))
    await triage.takes(ROUTINE, first)
    mine, theirs = await triage.received(*(a_contact("AT1", subject=child) for _ in range(2)))
    await asyncio.gather(triage.takes(ROUTINE, [mine]), other_triage.takes(URGENT, [theirs]))
    reasons = await triage.rows("select needs_person from triage.assessment order by assessed_at, needs_person")
    assert sorted(reasons, key=str) == [("history_review",), (None,), (None,)]


async def test_two_numbers_that_come_at_once_for_one_known_child_are_not_both_believed(
    triage: Triage, other_triage: Triage
) -> None:
    known = [a_new_child(number) for number in range(ROUNDS)]
    await triage.takes(ROUTINE, await triage.received(*(a_contact("AT1", subject=child) for child in known)))
    numbers = nhs_numbers()
    for number in range(ROUNDS):
        told = [a_new_child(number, identifiers=(nhs_number(next(numbers)),)) for _ in range(2)]
        mine, theirs = await triage.received(*(a_contact("AT1", subject=child) for child in told))
        await asyncio.gather(triage.takes(ROUTINE, [mine]), other_triage.takes(URGENT, [theirs]))
    held = await triage.rows("select count(*) from triage.match_key where kind = 'nhs_number' group by person_id")
    assert held == [(1,)] * (2 * ROUNDS)
    reviews = await triage.rows("select review, count(*) from triage.person where review is not null group by 1")
    assert reviews == [("identifiers_differ", ROUNDS)]


async def test_contacts_that_each_know_another_part_of_a_new_child_make_one_person(
    triage: Triage, other_triage: Triage
) -> None:
    numbers = nhs_numbers()
    for number in range(ROUNDS):
        told = [a_new_child(number, identifiers=(nhs_number(next(numbers)),)), a_new_child(number)]
        mine, theirs = await triage.received(*(a_contact("AT1", subject=child) for child in told))
        await asyncio.gather(triage.takes(ROUTINE, [mine]), other_triage.takes(URGENT, [theirs]))
    assert await triage.rows("select count(*) from triage.person") == [(ROUNDS,)]
    keys = await triage.rows("select kind, count(*), count(distinct person_id) from triage.match_key group by 1")
    assert sorted(keys) == [("name_and_birth_date", ROUNDS, ROUNDS), ("nhs_number", ROUNDS, ROUNDS)]


def nhs_numbers() -> Iterator[str]:
    """Numbers of the 999 range with their check digits."""
    for first_nine in count(999000000, 137):
        left = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(str(first_nine))) % 11
        if left != 10:
            yield f"{first_nine}{left % 11}"
