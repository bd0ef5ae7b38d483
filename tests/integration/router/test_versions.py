"""Versions of one contact on a real PostgreSQL: at once, on both lanes, repeated, and while a person decides."""

import asyncio
import random
from datetime import timedelta
from typing import Any

from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from services.router.handlers import apply_decisions, place_contacts
from services.router.repository import VERSIONS_OF
from shared.ids import new_id
from shared.ledger import read_ledger
from shared.messages.contact_assessed import ContactAssessed
from shared.messages.envelope import Lane
from shared.messages.staff_decided import DecisionAction
from tests.builders.router import MONDAY_10, a_decided_message, an_assessed_message
from tests.contract.router.conftest import TableStores

ROUNDS = 25
IN_DANGER: dict[str, Any] = {
    "level": 5,
    "rating": "RED",
    "statutory_flag": "s47",
    "danger": ("missing_now",),
    "lane": Lane.URGENT,
}
STATUTORY: dict[str, Any] = {"level": 4, "rating": "AMBER", "statutory_flag": "s17"}
THREAD = "select state, queue, reason, superseded_by is null from router.v_case where subject = :subject order by 4, 3"


async def place(tables: TableStores, *messages: ContactAssessed) -> None:
    async with tables() as work:
        await place_contacts(messages, work)
        await work.commit()


async def close(tables: TableStores, contact: ContactAssessed, seen: int = 1) -> None:
    async with tables() as work:
        message = a_decided_message(contact.contact_id, DecisionAction.CLOSE, outcome="ADVICE", case_version=seen)
        await apply_decisions([message], work)
        await work.commit()


def a_newer(earlier: ContactAssessed, **facets: Any) -> ContactAssessed:
    at = earlier.facets.received_at + timedelta(hours=1)
    return an_assessed_message(
        **{"supersedes": earlier.contact_id, "subject": earlier.subject, "received_at": at, "at": at, **facets}
    )


async def test_versions_on_both_lanes_at_once_end_before_the_screener_of_the_urgent_queue(tables: TableStores) -> None:
    for number in range(ROUNDS):
        earlier = an_assessed_message(subject=f"subject-{number}", **(IN_DANGER if number % 2 else {}))
        newer = a_newer(earlier, **({} if number % 2 else IN_DANGER))
        await asyncio.gather(place(tables, earlier), place(tables, newer))
        [follows, leads] = await tables.rows(THREAD, subject=f"subject-{number}")
        assert follows == ("waiting", "mash-urgent", "superseded", False)
        assert leads == ("waiting", "mash-urgent", "newer_version" if number % 2 else "danger", True)


async def test_a_chain_of_three_that_arrives_at_once_has_one_that_leads(tables: TableStores) -> None:
    chance = random.Random(7)
    for number in range(ROUNDS):
        first = an_assessed_message(subject=f"subject-{number}", **STATUTORY)
        second = a_newer(first, consent="unknown")
        third = a_newer(second)
        arrivals = [place(tables, one) for one in (first, second, third)]
        chance.shuffle(arrivals)
        await asyncio.gather(*arrivals)
        assert await tables.rows(THREAD, subject=f"subject-{number}") == [
            ("waiting", "mash-screening", "superseded", False),
            ("waiting", "mash-screening", "superseded", False),
            ("waiting", "mash-screening", "newer_version", True),
        ]


async def test_a_decision_and_a_newer_version_at_once_end_one_before_the_other(tables: TableStores) -> None:
    found = set()
    for number in range(ROUNDS):
        earlier = an_assessed_message(subject=f"subject-{number}", consent="unknown")
        await place(tables, earlier)
        both = [close(tables, earlier), place(tables, a_newer(earlier))]
        await asyncio.gather(*(both if number % 2 else reversed(both)))
        found.add(tuple(await tables.rows(THREAD, subject=f"subject-{number}")))
    decided_first = (
        ("waiting", "mash-screening", "newer_version", True),
        ("closed", "mash-screening", "person_closed", True),
    )
    newer_first = (
        ("placed", "vcs-alliance", "superseded", False),
        ("placed", "vcs-alliance", "auto_early_help", True),
    )
    assert {tuple(sorted(one)) for one in found} <= {tuple(sorted(decided_first)), tuple(sorted(newer_first))}
    results = await tables.rows("select result, count(*) from router.v_decision group by 1")
    assert sum(int(str(count)) for _, count in results) == ROUNDS


async def test_requests_about_a_place_that_arrive_at_once_have_one_that_leads(tables: TableStores) -> None:
    chance = random.Random(11)
    for _ in range(ROUNDS):
        ids = [new_id() for _ in range(3)]
        versions = [
            an_assessed_message(
                contact_id=one,
                subject=str(one),
                subject_kind="place",
                supersedes=ids[place_ - 1] if place_ else None,
                received_at=MONDAY_10 + timedelta(hours=place_),
            )
            for place_, one in enumerate(ids)
        ]
        chance.shuffle(versions)
        await asyncio.gather(*(place(tables, one) for one in versions))
        rows = await tables.rows(
            "select reason, superseded_by from router.v_case where contact_id = any(:ids) order by contact_id", ids=ids
        )
        assert rows == [("superseded", ids[1]), ("superseded", ids[2]), ("place_via_maps", None)]


async def test_siblings_and_strangers_in_one_batch_keep_apart(tables: TableStores) -> None:
    earlier = [an_assessed_message(subject=f"subject-{n}", consent="unknown") for n in range(40)]
    await place(tables, *earlier)
    newer = [a_newer(one, **(STATUTORY if n % 2 else {})) for n, one in enumerate(earlier)]
    await place(tables, *newer, *(an_assessed_message(subject=f"stranger-{n}") for n in range(40)))
    assert await tables.rows("select state, reason, count(*) from router.v_case group by 1, 2 order by 1, 2") == [
        ("placed", "auto_early_help", 60),
        ("placed", "superseded", 20),
        ("waiting", "level_4_5", 20),
        ("waiting", "superseded", 20),
    ]
    assert await tables.rows(
        "select count(*) from router.v_case f join router.v_case l on l.contact_id = f.superseded_by"
        " where (f.state, f.queue, f.subject) = (l.state, l.queue, l.subject) and f.decide_by = l.decide_by"
    ) == [(40,)]


async def test_the_ledger_counts_each_version_once_wherever_it_stands(tables: TableStores) -> None:
    await tables.change("create table router.accepted_copy as select * from intake.v_accepted limit 0")
    await tables.change("drop view intake.v_accepted")
    await tables.change("alter table router.accepted_copy set schema intake")
    await tables.change("alter table intake.accepted_copy rename to v_accepted")
    first = an_assessed_message(consent="unknown")
    second = a_newer(first, consent="unknown")
    other = an_assessed_message(subject="subject-2")
    for one in (first, second, other):
        await tables.change(
            "insert into intake.v_accepted (contact_id, agency_id, received_at) values (:id, 'school-ferndale', now())",
            id=one.contact_id,
        )
    await place(tables, second, other)
    await place(tables, first)
    assert await counted(tables) == (3, 0, 2, 1, 0, True)
    await close(tables, second, seen=2)
    assert await counted(tables) == (3, 0, 0, 1, 2, True)


async def counted(tables: TableStores) -> tuple[int, int, int, int, int, bool]:
    async with tables.engine.connect() as connection:
        ledger = await read_ledger(connection)
    total = ledger.total
    return total.accepted, total.in_flight, total.waiting, total.placed, total.closed, ledger.balanced


async def test_only_what_leads_has_a_clock_that_asks_for_a_decision(tables: TableStores) -> None:
    first = an_assessed_message(consent="unknown")
    second = a_newer(first, consent="unknown")
    await place(tables, first)
    await place(tables, second)
    assert await tables.rows(
        "select contact_id, stopped_at is null from router.v_clock where clock = 'DECIDE_BY' order by 1"
    ) == [(first.contact_id, False), (second.contact_id, True)]


async def test_the_versions_of_a_batch_are_read_by_index(tables: TableStores) -> None:
    await place(tables, an_assessed_message())
    await tables.change(
        "insert into router.cases select (jsonb_populate_record(null::router.cases,"
        " to_jsonb(c) || jsonb_build_object('contact_id', gen_random_uuid()))).*"
        " from router.cases c, generate_series(1, 20000)"
    )
    await tables.change("analyze router.cases")
    async with tables.engine.connect() as connection:
        explained = text(f"explain {VERSIONS_OF.text}").bindparams(bindparam("ids", type_=ARRAY(Uuid)))
        plan = [row[0] for row in await connection.execute(explained, {"ids": [new_id() for _ in range(500)]})]
    assert [line for line in plan if "Seq Scan on cases" in line] == []
    assert len([line for line in plan if "ix_cases_supersedes" in line]) == 2
