"""What PostgreSQL itself holds the router to: history is only added to, and the views say what they promised."""

from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from services.router.handlers import apply_decisions, place_contacts
from shared.messages.contact_assessed import ContactAssessed
from shared.messages.staff_decided import DecisionAction
from tests.builders.router import a_decided_message, an_assessed_message
from tests.contract.router.conftest import TableStores


async def a_placed_contact(tables: TableStores, **facets: Any) -> ContactAssessed:
    message = an_assessed_message(**facets)
    async with tables() as work:
        await place_contacts([message], work)
        await work.commit()
    return message


@pytest.mark.parametrize(
    "statement",
    [
        "update router.placements set reason = 'rewritten'",
        "delete from router.placements",
        "update router.decisions set result = 'applied'",
        "delete from router.decisions",
    ],
)
async def test_history_cannot_be_rewritten(tables: TableStores, statement: str) -> None:
    message = await a_placed_contact(tables, consent="unknown")
    async with tables() as work:
        await apply_decisions([a_decided_message(message.contact_id, DecisionAction.CONFIRM, case_version=7)], work)
        await work.commit()
    with pytest.raises(DBAPIError, match="only ever added to"):
        await tables.change(statement)


@pytest.mark.parametrize(
    "change",
    [
        "state = 'lost'",
        "state = 'closed', outcome = 'NFA', decided_by = null",
        "state = 'waiting', outcome = 'NFA'",
        "state = 'placed', outcome = null",
        "version = 0",
    ],
)
async def test_a_case_cannot_stand_nowhere(tables: TableStores, change: str) -> None:
    await a_placed_contact(tables)
    with pytest.raises(DBAPIError, match="ck_cases_"):
        await tables.change(f"update router.cases set {change}")


async def test_the_views_show_the_case_its_history_and_the_decisions(tables: TableStores) -> None:
    message = await a_placed_contact(tables, consent="unknown")
    contact_id = message.contact_id
    async with tables() as work:
        await apply_decisions([a_decided_message(contact_id, DecisionAction.CLOSE, outcome="ADVICE")], work)
        await work.commit()
    assert await tables.rows(
        "select state, queue, version, level, rating, outcome, reason, subject from router.v_case"
        " where contact_id = :contact_id",
        contact_id=contact_id,
    ) == [("closed", "mash-screening", 2, 2, "GREEN", "ADVICE", "person_closed", "subject-1")]
    assert await tables.rows(
        "select version, state, queue, reason, outcome, decided_by, level from router.v_placement order by version"
    ) == [
        (1, "waiting", "mash-screening", "consent_missing", None, None, 2),
        (2, "closed", "mash-screening", "person_closed", "ADVICE", "screener-1", 2),
    ]
    assert await tables.rows("select action, seen_version, found_version, result from router.v_decision") == [
        ("close", 1, 1, "applied")
    ]
    assert await tables.rows("select clock, stopped_at is null from router.v_clock") == [("DECIDE_BY", False)]


async def test_every_decision_records_the_versions_of_the_packs_it_was_made_under(tables: TableStores) -> None:
    await a_placed_contact(tables)
    assert await tables.rows("select policy_version, catalogue_version, clocks_version from router.v_placement") == [
        ("county-durham/continuum@2026.1", "county-durham/catalogue@2026.1", "county-durham/clocks@2026.1")
    ]
