"""What the router's stores promise, in memory and in PostgreSQL alike."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.router.handlers import apply_decisions, place_contacts
from services.router.rows import RaisedAlert
from shared.ids import new_id
from shared.messages.contact_assessed import ContactAssessed
from shared.messages.staff_decided import DecisionAction, StaffDecided
from tests.builders.router import a_decided_message, an_assessed_message
from tests.contract.router.conftest import Stores

OPEN_SERVICES = ["one-point", "families-first"]
RED: dict[str, Any] = {"level": 5, "rating": "RED", "statutory_flag": "s47", "indicators": ("PH2",)}


def received_now(**facets: Any) -> ContactAssessed:
    now = datetime.now(UTC)
    return an_assessed_message(**{"received_at": now, "at": now, **facets})


async def place(stores: Stores, *messages: ContactAssessed) -> None:
    async with stores() as work:
        await place_contacts(messages, work)
        await work.commit()


async def decide(stores: Stores, *messages: StaffDecided) -> None:
    async with stores() as work:
        await apply_decisions(messages, work)
        await work.commit()


async def raise_due(stores: Stores, limit: int = 500) -> list[tuple[UUID, str, int]]:
    async with stores() as work:
        found = await work.clock_alerts.raise_due((50, 80, 100), 80, limit)
        await work.commit()
    return [brief(one) for one in found.raised]


def brief(one: RaisedAlert) -> tuple[UUID, str, int]:
    return one.case.origin.contact_id, one.clock, one.percent


async def test_a_case_comes_back_as_it_was_recorded(stores: Stores) -> None:
    message = received_now(
        consent="unknown",
        markers=("missing_returned", "school_secondary"),
        indicators=("MI1", "AT1"),
        requested_service="tas",
        known_within_12_months=True,
    )
    await place(stores, message)
    async with stores() as work:
        case = (await work.cases.versions_of([message.contact_id]))[message.contact_id]
    assert case.contact.indicators == ("MI1", "AT1")
    assert case.contact.markers == ("missing_returned", "school_secondary")
    assert (case.contact.consent, case.contact.district, case.contact.requested_service) == ("unknown", "DH1", "tas")
    assert case.contact.received_at == message.facets.received_at
    assert (case.origin.subject, case.origin.agency_id, case.origin.trace) == (
        "subject-1",
        "school-ferndale",
        "trace-1",
    )
    assert (case.version, case.position.queue, case.position.reason) == (1, "mash-screening", "consent_missing")
    assert (case.position.suggested_queue, case.position.notes) == ("vcs-alliance", ("return_interview",))
    assert case.policy_version == "county-durham/continuum@2026.1"


async def test_a_contact_without_a_case_is_not_found(stores: Stores) -> None:
    async with stores() as work:
        assert await work.cases.versions_of([new_id()]) == {}
        assert await work.cases.versions_of([]) == {}


async def test_what_was_not_committed_is_not_there(stores: Stores) -> None:
    message = received_now()
    async with stores() as work:
        await place_contacts([message], work)
    async with stores() as work:
        assert await work.cases.versions_of([message.contact_id]) == {}


async def test_open_cases_are_the_newest_of_each_service_and_leave_out_what_is_asked(stores: Stores) -> None:
    older, newer = received_now(level=3, indicators=("BE2",)), received_now(level=3, indicators=("BE2",))
    waiting, elsewhere = received_now(**RED, subject="subject-3"), received_now(subject="subject-2")
    await place(stores, older)
    await place(stores, newer, waiting, elsewhere)
    async with stores() as work:
        found = await work.cases.open_of(["subject-1", "subject-2", "subject-3"], OPEN_SERVICES, [])
        assert len(found) == 1
        assert (found[0].subject, found[0].held.queue, found[0].held.team) == ("subject-1", "one-point", "hub-durham")
        assert found[0].contact_id in (older.contact_id, newer.contact_id)
        besides = [found[0].contact_id]
        again = await work.cases.open_of(["subject-1"], OPEN_SERVICES, besides)
        assert [one.contact_id for one in again] == [
            one for one in (older.contact_id, newer.contact_id) if one not in besides
        ]
        assert await work.cases.open_of(["subject-1"], OPEN_SERVICES, [older.contact_id, newer.contact_id]) == []


async def test_a_closed_case_is_no_open_case(stores: Stores) -> None:
    message = received_now(level=3, indicators=("BE2",))
    await place(stores, message)
    await decide(stores, a_decided_message(message.contact_id, DecisionAction.CLOSE, outcome="EH"))
    async with stores() as work:
        assert await work.cases.open_of(["subject-1"], OPEN_SERVICES, []) == []


async def test_recorded_decisions_are_known(stores: Stores) -> None:
    message = received_now(consent="unknown")
    await place(stores, message)
    await decide(stores, a_decided_message(message.contact_id, DecisionAction.CONFIRM, decision_id="decision-1"))
    async with stores() as work:
        assert set(await work.decisions.known(["decision-1", "decision-2"])) == {"decision-1"}
        assert set(await work.decisions.known([])) == set()


async def test_an_alert_is_raised_once_at_each_point(stores: Stores) -> None:
    message = received_now(**RED)
    await place(stores, message)
    assert await raise_due(stores) == []
    await stores.passes(timedelta(hours=2, minutes=1))
    assert await raise_due(stores) == []
    await stores.passes(timedelta(hours=1, minutes=15))
    assert await raise_due(stores) == [(message.contact_id, "DECIDE_BY", 80)]
    assert await raise_due(stores) == []
    await stores.passes(timedelta(hours=1))
    assert await raise_due(stores) == [(message.contact_id, "DECIDE_BY", 100)]
    await stores.passes(timedelta(days=30))
    assert await raise_due(stores) == []


async def test_a_watch_that_slept_tells_the_highest_point_only(stores: Stores) -> None:
    message = received_now(**RED)
    await place(stores, message)
    await stores.passes(timedelta(hours=9))
    assert await raise_due(stores) == [(message.contact_id, "DECIDE_BY", 100)]
    assert await raise_due(stores) == []


async def test_a_look_takes_no_more_than_it_may(stores: Stores) -> None:
    await place(stores, *(received_now(**RED, subject=f"subject-{number}") for number in range(5)))
    await stores.passes(timedelta(hours=9))
    counts = [len(await raise_due(stores, limit=2)) for _ in range(4)]
    assert counts == [2, 2, 1, 0]


async def test_a_decision_stops_the_clock_it_was_waited_for_with(stores: Stores) -> None:
    message = received_now(**RED)
    await place(stores, message)
    await decide(stores, a_decided_message(message.contact_id, DecisionAction.CONFIRM))
    await stores.passes(timedelta(hours=9))
    assert await raise_due(stores) == []


async def test_a_move_between_waiting_queues_restarts_nothing(stores: Stores) -> None:
    message = received_now(**RED)
    await place(stores, message)
    await stores.passes(timedelta(hours=3, minutes=15))
    assert await raise_due(stores) == [(message.contact_id, "DECIDE_BY", 80)]
    await decide(stores, a_decided_message(message.contact_id, DecisionAction.CHANGE, queue="mash-identity"))
    async with stores() as work:
        case = (await work.cases.versions_of([message.contact_id]))[message.contact_id]
    assert case.decide_by == message.facets.received_at + timedelta(hours=4)
