"""Placing contacts: one test for each way it ends, and who is told."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.router.handlers import place_contacts
from shared.messages.contact_assessed import ContactAssessed
from shared.messages.envelope import Lane, SealedPart
from tests.builders.router import MONDAY_10, an_assessed_message
from tests.builders.router_memory import MemoryUnits

IN_DANGER: dict[str, Any] = {
    "level": 5,
    "rating": "RED",
    "statutory_flag": "s47",
    "danger": ("missing_now",),
    "indicators": ("MI3",),
}


async def handle(units: MemoryUnits, *messages: ContactAssessed) -> None:
    async with units() as work:
        await place_contacts(messages, work)
        await work.commit()


def stands(units: MemoryUnits, contact_id: UUID) -> tuple[str, str, int]:
    case = units.state.cases[contact_id]
    return case.position.state.value, case.position.queue, case.version


async def test_early_help_with_consent_is_placed_and_everybody_hears() -> None:
    units, message = MemoryUnits(), an_assessed_message()
    await handle(units, message)
    assert stands(units, message.contact_id) == ("placed", "vcs-alliance", 1)
    [(topic, moved)] = units.moves
    assert topic == "queue.vcs-alliance.v1"
    assert moved.facets.model_dump(mode="json") == {
        "authority": "county-durham",
        "agency_id": "school-ferndale",
        "agency_kind": "school",
        "receipt_id": "receipt-1",
        "received_at": "2026-11-23T10:00:00Z",
        "version": 1,
        "state": "placed",
        "queue": "vcs-alliance",
        "suggested_queue": None,
        "level": 2,
        "rating": "GREEN",
        "statutory_flag": "none",
        "danger": [],
        "reason": "auto_early_help",
        "outcome": "EH",
        "decide_by": "2026-11-24T10:00:00Z",
        "decided_by": None,
        "team": None,
        "catalogue_version": "county-durham/catalogue@2026.1",
        "alerts": ["vcs-alliance", "one-point"],
        "tells_referrer": True,
    }
    assert units.notices == [
        ("routine", "queue-alert", "vcs-alliance"),
        ("routine", "queue-alert", "one-point"),
        ("routine", "outcome", "school-ferndale"),
    ]


async def test_what_needs_a_person_waits_and_the_referrer_hears_no_outcome_yet() -> None:
    units, message = MemoryUnits(), an_assessed_message(consent="unknown")
    await handle(units, message)
    assert stands(units, message.contact_id) == ("waiting", "mash-screening", 1)
    [(topic, moved)] = units.moves
    assert topic == "queue.mash.v1"
    assert (moved.facets.reason, moved.facets.suggested_queue, moved.facets.outcome) == (
        "consent_missing",
        "vcs-alliance",
        None,
    )
    assert units.notices == [("routine", "queue-alert", "mash-screening")]


async def test_danger_waits_at_the_urgent_queue_with_a_danger_alert_on_the_urgent_lane() -> None:
    units, message = MemoryUnits(), an_assessed_message(lane=Lane.URGENT, **IN_DANGER)
    await handle(units, message)
    assert stands(units, message.contact_id) == ("waiting", "mash-urgent", 1)
    assert units.moves[0][1].lane is Lane.URGENT
    assert units.moves[0][1].facets.decide_by == MONDAY_10 + timedelta(hours=4)
    assert units.notices == [("urgent", "danger-alert", "mash-urgent")]


async def test_danger_found_by_triage_on_the_routine_lane_goes_on_urgently() -> None:
    units = MemoryUnits()
    await handle(units, an_assessed_message(lane=Lane.ROUTINE, **IN_DANGER))
    assert {topic for topic, _ in units.sent} == {"queue.mash.v1", "notice.requested.urgent.v1"}


async def test_a_place_waits_at_maps() -> None:
    units, message = MemoryUnits(), an_assessed_message(subject_kind="place", indicators=("AS1",))
    await handle(units, message)
    assert stands(units, message.contact_id) == ("waiting", "maps", 1)
    assert [topic for topic, _ in units.moves] == ["queue.maps.v1"]


async def test_services_without_a_topic_of_their_own_are_read_from_the_shared_one() -> None:
    units = MemoryUnits()
    await handle(units, an_assessed_message(indicators=("CA1",)))
    [(topic, moved)] = units.moves
    assert (topic, moved.facets.queue) == ("queue.other.v1", "young-carers")


async def test_send_early_help_is_reached_through_one_point_and_named_in_the_history() -> None:
    units, message = MemoryUnits(), an_assessed_message(level=3, indicators=("SE2",))
    await handle(units, message)
    [(topic, moved)] = units.moves
    assert (topic, moved.facets.queue, moved.facets.team) == ("queue.one-point.v1", "one-point", "hub-durham")
    assert units.state.history[0].move.case.position.service == "send-early-help"


async def test_a_further_assessment_moves_the_case_under_the_next_version() -> None:
    units = MemoryUnits()
    first = an_assessed_message(needs_person="identity_uncertain", subject="subject-unsettled")
    await handle(units, first)
    later = MONDAY_10 + timedelta(hours=1)
    units.later(timedelta(hours=1))
    await handle(units, an_assessed_message(contact_id=first.contact_id, at=later))
    assert stands(units, first.contact_id) == ("placed", "vcs-alliance", 2)
    assert units.state.cases[first.contact_id].origin.subject == "subject-1"
    assert [moved.facets.version for _, moved in units.moves] == [1, 2]


async def test_an_assessment_that_changes_nothing_tells_nobody() -> None:
    units = MemoryUnits()
    first = an_assessed_message(consent="unknown")
    await handle(units, first)
    sent = len(units.sent)
    await handle(units, an_assessed_message(contact_id=first.contact_id, consent="unknown"))
    assert stands(units, first.contact_id) == ("waiting", "mash-screening", 1)
    assert len(units.sent) == sent


async def test_every_subject_is_locked_before_anything_is_read() -> None:
    units = MemoryUnits()
    async with units() as work:
        await place_contacts([an_assessed_message(subject="b"), an_assessed_message(subject="a")], work)
        assert work.locked == ["a", "b"]


async def test_sealed_parts_are_neither_opened_nor_passed_on() -> None:
    units = MemoryUnits()
    sealed = SealedPart(nonce=b"0" * 12, ciphertext=b"not a cipher text of any key")
    message = an_assessed_message().model_copy(update={"parts": {"contact": sealed, "assessment": sealed}})
    await handle(units, message)
    assert [topic for topic, _ in units.sent] == ["queue.vcs-alliance.v1"]
    assert all(message.parts == {} for _, message in units.sent)
