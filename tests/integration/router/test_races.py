"""Two at once on a real PostgreSQL: one decision wins, the other is recorded as stale; open cases are never missed."""

import asyncio
from collections import Counter

from services.router.handlers import apply_decisions, place_contacts
from shared.messages.contact_assessed import ContactAssessed
from shared.messages.staff_decided import DecisionAction, StaffDecided
from tests.builders.router import a_decided_message, an_assessed_message
from tests.contract.router.conftest import TableStores


async def place(tables: TableStores, *messages: ContactAssessed) -> None:
    async with tables() as work:
        await place_contacts(messages, work)
        await work.commit()


async def decide(tables: TableStores, message: StaffDecided) -> None:
    async with tables() as work:
        await apply_decisions([message], work)
        await work.commit()


async def test_of_two_decisions_at_once_one_wins_and_the_other_is_stale(tables: TableStores) -> None:
    contacts = [an_assessed_message(consent="unknown", subject=f"subject-{number}") for number in range(20)]
    await place(tables, *contacts)
    for contact in contacts:
        await asyncio.gather(
            decide(tables, a_decided_message(contact.contact_id, DecisionAction.CONFIRM)),
            decide(tables, a_decided_message(contact.contact_id, DecisionAction.CLOSE, outcome="ADVICE")),
        )
    results = await tables.rows("select contact_id, result from router.decisions")
    assert Counter(result for _, result in results) == {"applied": 20, "stale": 20}
    assert Counter(contact_id for contact_id, result in results if result == "applied") == Counter(
        contact.contact_id for contact in contacts
    )
    assert await tables.rows("select distinct version from router.v_case") == [(2,)]
    assert await tables.rows("select count(*) from router.v_placement") == [(40,)]


async def test_two_contacts_of_one_child_at_once_see_each_other(tables: TableStores) -> None:
    for number in range(10):
        subject = f"subject-{number}"
        first = an_assessed_message(level=3, indicators=("BE2",), subject=subject)
        second = an_assessed_message(level=3, indicators=("BE2",), subject=subject)
        await asyncio.gather(place(tables, first), place(tables, second))
    reasons = await tables.rows("select subject, reason from router.cases order by subject, reason")
    assert reasons == [
        (f"subject-{number}", reason) for number in range(10) for reason in ("auto_early_help", "open_case")
    ]


async def test_batches_that_share_children_in_opposite_order_do_not_block_each_other(tables: TableStores) -> None:
    subjects = [f"subject-{number}" for number in range(40)]
    one = [an_assessed_message(subject=subject) for subject in subjects]
    other = [an_assessed_message(subject=subject) for subject in reversed(subjects)]
    await asyncio.wait_for(asyncio.gather(place(tables, *one), place(tables, *other)), timeout=10)
    assert await tables.rows("select count(*) from router.v_case") == [(80,)]


async def test_two_watches_raise_each_alert_once(tables: TableStores) -> None:
    await place(tables, *(an_assessed_message(consent="unknown", subject=f"subject-{n}") for n in range(50)))
    await tables.change(
        "update router.clocks set starts_at = now() - interval '2 days', due_at = now() - interval '1 minute',"
        " next_alert_at = now() - interval '1 day'"
    )

    async def look() -> int:
        async with tables() as work:
            found = await work.clock_alerts.raise_due((50, 80, 100), 80, 30)
            await work.commit()
        return len(found.raised)

    raised = await asyncio.gather(look(), look(), look())
    assert sum(raised) == 50
    assert await tables.rows("select percent, count(*) from router.clock_alerts group by 1 order by 1") == [
        (50, 50),
        (80, 50),
        (100, 50),
    ]
