"""Applying decisions of staff: moved, closed, stale, refused, not known yet. None is lost."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.router.domain.staff import Refused, Stale
from services.router.handlers import apply_decisions, place_contacts
from shared.errors import ReasonCode, TransientFailure
from shared.messages.envelope import Lane
from shared.messages.staff_decided import DecisionAction, StaffDecided
from tests.builders.router import a_decided_message, an_assessed_message
from tests.builders.router_memory import MemoryUnits

CONFIRM, CHANGE, CLOSE = DecisionAction.CONFIRM, DecisionAction.CHANGE, DecisionAction.CLOSE


async def a_waiting_contact(units: MemoryUnits, **facets: Any) -> UUID:
    message = an_assessed_message(**{"consent": "unknown", **facets})
    async with units() as work:
        await place_contacts([message], work)
        await work.commit()
    units.sent.clear()
    units.later(timedelta(minutes=10))
    return message.contact_id


async def decide(units: MemoryUnits, *messages: StaffDecided) -> None:
    async with units() as work:
        await apply_decisions(messages, work)
        await work.commit()


def stands(units: MemoryUnits, contact_id: UUID) -> tuple[str, str, int]:
    case = units.state.cases[contact_id]
    return case.position.state.value, case.position.queue, case.version


async def test_a_confirmed_suggestion_is_placed_and_the_referrer_hears() -> None:
    units = MemoryUnits()
    contact_id = await a_waiting_contact(units)
    await decide(units, a_decided_message(contact_id, CONFIRM))
    assert stands(units, contact_id) == ("placed", "vcs-alliance", 2)
    [(topic, moved)] = units.moves
    assert topic == "queue.vcs-alliance.v1"
    assert (moved.facets.version, moved.facets.reason, moved.facets.decided_by) == (2, "person_decided", "screener-1")
    assert units.notices == [
        ("routine", "queue-alert", "vcs-alliance"),
        ("routine", "queue-alert", "one-point"),
        ("routine", "outcome", "school-ferndale"),
    ]


async def test_a_closed_contact_ends_with_its_outcome_and_only_the_referrer_hears() -> None:
    units = MemoryUnits()
    contact_id = await a_waiting_contact(units)
    await decide(units, a_decided_message(contact_id, CLOSE, outcome="ADVICE"))
    assert stands(units, contact_id) == ("closed", "mash-screening", 2)
    [(topic, moved)] = units.moves
    assert (topic, moved.facets.reason, moved.facets.outcome) == ("queue.mash.v1", "person_closed", "ADVICE")
    assert units.notices == [("routine", "outcome", "school-ferndale")]


async def test_universal_services_have_no_team_to_alert() -> None:
    units = MemoryUnits()
    contact_id = await a_waiting_contact(units, level=1, rating="BLUE")
    await decide(units, a_decided_message(contact_id, CONFIRM))
    assert stands(units, contact_id) == ("placed", "universal", 2)
    assert units.state.cases[contact_id].position.outcome == "ADVICE"
    assert units.notices == [("routine", "outcome", "school-ferndale")]


async def test_danger_that_a_person_places_reaches_the_team_as_a_danger_alert() -> None:
    units = MemoryUnits()
    contact_id = await a_waiting_contact(
        units, lane=Lane.URGENT, level=5, rating="RED", statutory_flag="s47", danger=("missing_now",)
    )
    await decide(units, a_decided_message(contact_id, CONFIRM, lane=Lane.URGENT))
    assert stands(units, contact_id) == ("placed", "families-first", 2)
    assert units.notices == [
        ("urgent", "danger-alert", "families-first"),
        ("urgent", "outcome", "school-ferndale"),
    ]


async def test_a_stale_decision_is_recorded_and_the_case_stays() -> None:
    units = MemoryUnits()
    contact_id = await a_waiting_contact(units)
    await decide(units, a_decided_message(contact_id, CHANGE, queue="mash-restricted"))
    units.sent.clear()
    late = a_decided_message(contact_id, CLOSE, outcome="NFA", case_version=1)
    await decide(units, late)
    assert stands(units, contact_id) == ("waiting", "mash-restricted", 2)
    assert units.state.decisions[late.facets.decision_id].ruling == Stale(seen=1, current=2)
    assert units.moves == []
    assert units.notices == [("routine", "queue-alert", "mash-restricted")]


async def test_a_stale_decision_about_a_placed_case_is_shown_at_the_screening_queue() -> None:
    units = MemoryUnits()
    contact_id = await a_waiting_contact(units)
    await decide(units, a_decided_message(contact_id, CONFIRM), a_decided_message(contact_id, CLOSE, outcome="NFA"))
    assert stands(units, contact_id) == ("placed", "vcs-alliance", 2)
    assert units.notices[-1] == ("routine", "queue-alert", "mash-screening")


async def test_a_refused_decision_is_recorded_with_its_reason_and_the_case_stays() -> None:
    units = MemoryUnits()
    contact_id = await a_waiting_contact(units)
    message = a_decided_message(contact_id, CHANGE, queue="tac")
    await decide(units, message)
    assert stands(units, contact_id) == ("waiting", "mash-screening", 1)
    ruling = units.state.decisions[message.facets.decision_id].ruling
    assert isinstance(ruling, Refused)
    assert ruling.refusal.value == "only_for_places"
    assert units.notices == [("routine", "queue-alert", "mash-screening")]


async def test_the_same_decision_in_a_second_message_changes_nothing() -> None:
    units = MemoryUnits()
    contact_id = await a_waiting_contact(units)
    await decide(units, a_decided_message(contact_id, CONFIRM, decision_id="decision-1"))
    sent = len(units.sent)
    await decide(units, a_decided_message(contact_id, CONFIRM, decision_id="decision-1"))
    assert stands(units, contact_id) == ("placed", "vcs-alliance", 2)
    assert len(units.sent) == sent


async def test_decisions_of_one_batch_see_each_other() -> None:
    units = MemoryUnits()
    contact_id = await a_waiting_contact(units)
    await decide(
        units,
        a_decided_message(contact_id, CHANGE, queue="mash-identity", case_version=1),
        a_decided_message(contact_id, CHANGE, queue="one-point", case_version=2),
    )
    assert stands(units, contact_id) == ("placed", "one-point", 3)
    assert [moved.facets.version for _, moved in units.moves] == [2, 3]


async def test_a_decision_that_overtook_its_contact_is_tried_again_later() -> None:
    units = MemoryUnits()
    unknown = an_assessed_message().contact_id
    with pytest.raises(TransientFailure) as failure:
        await decide(units, a_decided_message(unknown, CONFIRM))
    assert failure.value.reason is ReasonCode.CONTACT_UNKNOWN
    assert units.sent == []


async def test_triage_hears_of_a_decision_what_holds_after_it() -> None:
    units = MemoryUnits()
    contact_id = await a_waiting_contact(units)
    message = a_decided_message(contact_id, CHANGE, queue="families-first", level=4, statutory_flag="s17")
    await decide(units, message)
    assert [topic for topic, one in units.sent if one in units.decided] == ["case.decided.v1"]
    [told] = units.decided
    assert (told.contact_id, told.subject) == (contact_id, "subject-1")
    assert told.facets.model_dump(mode="json") == {
        "authority": "county-durham",
        "decision_id": message.facets.decision_id,
        "staff_id": "screener-1",
        "role": "screener",
        "action": "change",
        "reason_code": "person_decided",
        "version": 2,
        "state": "placed",
        "queue": "families-first",
        "level": 4,
        "rating": "AMBER",
        "statutory_flag": "s17",
        "outcome": "CIN",
    }


async def test_of_refused_and_stale_decisions_triage_hears_nothing() -> None:
    units = MemoryUnits()
    contact_id = await a_waiting_contact(units)
    await decide(
        units,
        a_decided_message(contact_id, CHANGE, queue="tac", level=5),
        a_decided_message(contact_id, CHANGE, queue="one-point", level=2),
        a_decided_message(contact_id, CHANGE, queue="families-first", level=5),
    )
    assert [(told.facets.version, told.facets.level, told.facets.queue) for told in units.decided] == [
        (2, 2, "one-point")
    ]


async def test_a_confirmed_automatic_placement_tells_nobody_twice() -> None:
    units = MemoryUnits()
    contact_id = await a_waiting_contact(units, consent="given")
    await decide(units, a_decided_message(contact_id, CONFIRM))
    assert stands(units, contact_id) == ("placed", "vcs-alliance", 2)
    assert units.state.cases[contact_id].position.decided_by == "screener-1"
    assert units.notices == []


async def test_a_further_assessment_of_what_a_person_decided_is_shown_and_moves_nothing() -> None:
    units = MemoryUnits()
    contact_id = await a_waiting_contact(units)
    await decide(units, a_decided_message(contact_id, CONFIRM))
    units.sent.clear()
    async with units() as work:
        again = an_assessed_message(contact_id=contact_id, at=units.now, level=4, rating="AMBER", statutory_flag="s17")
        await place_contacts([again], work)
        await work.commit()
    assert stands(units, contact_id) == ("placed", "vcs-alliance", 2)
    assert units.notices == [("routine", "queue-alert", "mash-screening")]
