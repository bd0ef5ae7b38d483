"""Newer versions through the handlers: what is sent, who is told, what is locked."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.router.handlers import apply_decisions, place_contacts
from shared.ids import new_id
from shared.messages.contact_assessed import ContactAssessed
from shared.messages.envelope import Lane
from shared.messages.staff_decided import DecisionAction, StaffDecided
from tests.builders.router import MONDAY_10, a_decided_message, an_assessed_message
from tests.builders.router_memory import MemoryUnits

IN_DANGER: dict[str, Any] = {
    "level": 5,
    "rating": "RED",
    "statutory_flag": "s47",
    "danger": ("missing_now",),
    "lane": Lane.URGENT,
}


async def handle(units: MemoryUnits, *messages: ContactAssessed) -> None:
    async with units() as work:
        await place_contacts(messages, work)
        await work.commit()


async def decide(units: MemoryUnits, message: StaffDecided) -> None:
    async with units() as work:
        await apply_decisions([message], work)
        await work.commit()


def a_newer(earlier: ContactAssessed, **facets: Any) -> ContactAssessed:
    at = MONDAY_10 + timedelta(hours=1)
    return an_assessed_message(**{"supersedes": earlier.contact_id, "received_at": at, "at": at, **facets})


def stands(units: MemoryUnits, contact_id: UUID) -> tuple[str, str, str, int]:
    case = units.state.cases[contact_id]
    return case.position.state.value, case.position.queue, str(case.position.reason), case.version


async def test_the_earlier_version_moves_along_and_nobody_is_told_twice() -> None:
    units, earlier = MemoryUnits(), an_assessed_message(consent="unknown")
    await handle(units, earlier)
    before = len(units.notices)
    newer = a_newer(earlier)
    await handle(units, newer)
    assert stands(units, newer.contact_id) == ("placed", "vcs-alliance", "auto_early_help", 1)
    assert stands(units, earlier.contact_id) == ("placed", "vcs-alliance", "superseded", 2)
    assert units.notices[before:] == [
        ("routine", "queue-alert", "vcs-alliance"),
        ("routine", "queue-alert", "one-point"),
        ("routine", "outcome", "school-ferndale"),
    ]
    topic, moved = units.moves[-1]
    assert (topic, moved.contact_id, moved.facets.reason) == (
        "queue.vcs-alliance.v1",
        earlier.contact_id,
        "superseded",
    )
    assert (moved.facets.alerts, moved.facets.tells_referrer) == ((), False)


async def test_a_newer_version_on_the_urgent_lane_goes_first_and_the_holder_is_alerted_at_once() -> None:
    units, earlier = MemoryUnits(), an_assessed_message(level=3, indicators=("BE2",))
    await handle(units, earlier)
    before = len(units.notices)
    newer = a_newer(earlier, **IN_DANGER)
    await handle(units, newer)
    assert stands(units, newer.contact_id) == ("waiting", "mash-urgent", "danger", 1)
    assert stands(units, earlier.contact_id) == ("waiting", "mash-urgent", "superseded", 2)
    assert units.notices[before:] == [
        ("urgent", "danger-alert", "mash-urgent"),
        ("urgent", "danger-alert", "one-point"),
    ]


async def test_the_service_that_holds_an_earlier_version_hears_nothing_of_a_restricted_one() -> None:
    units, earlier = MemoryUnits(), an_assessed_message(level=3, indicators=("BE2",))
    await handle(units, earlier)
    before = len(units.notices)
    await handle(units, a_newer(earlier, markers=("restricted",), **IN_DANGER))
    assert units.notices[before:] == [("urgent", "danger-alert", "mash-urgent")]


async def test_the_service_that_had_the_newer_version_hears_nothing_of_a_restricted_one_that_comes_late() -> None:
    units, earlier = MemoryUnits(), an_assessed_message(markers=("restricted",))
    newer = a_newer(earlier)
    await handle(units, newer)
    assert stands(units, newer.contact_id) == ("placed", "vcs-alliance", "auto_early_help", 1)
    before = len(units.notices)
    await handle(units, earlier)
    assert stands(units, newer.contact_id)[:2] == ("waiting", "mash-restricted")
    assert [queue for _, _, queue in units.notices[before:]] == ["mash-restricted"]


async def test_an_urgent_earlier_version_that_comes_late_brings_the_newer_one_to_the_screener() -> None:
    units, earlier = MemoryUnits(), an_assessed_message(**IN_DANGER)
    newer = a_newer(earlier)
    await handle(units, newer)
    assert stands(units, newer.contact_id) == ("placed", "vcs-alliance", "auto_early_help", 1)
    await handle(units, earlier)
    assert stands(units, newer.contact_id) == ("waiting", "mash-urgent", "newer_version", 2)
    assert stands(units, earlier.contact_id) == ("waiting", "mash-urgent", "superseded", 1)
    assert ("urgent", "danger-alert", "mash-urgent") in units.notices
    assert units.state.cases[newer.contact_id].origin.lane is Lane.URGENT


async def test_a_decision_about_the_newer_version_ends_the_earlier_one_too_and_is_told_once() -> None:
    units, earlier = MemoryUnits(), an_assessed_message(consent="unknown")
    newer = a_newer(earlier, consent="unknown")
    await handle(units, earlier, newer)
    before = len(units.notices)
    await decide(units, a_decided_message(newer.contact_id, DecisionAction.CLOSE, outcome="ADVICE"))
    assert stands(units, newer.contact_id) == ("closed", "mash-screening", "person_closed", 2)
    assert stands(units, earlier.contact_id) == ("closed", "mash-screening", "superseded", 3)
    assert [one.contact_id for one in units.decided] == [newer.contact_id]
    assert units.notices[before:] == [("routine", "outcome", "school-ferndale")]


async def test_a_decision_that_crossed_the_newer_version_is_stale_and_its_people_are_told() -> None:
    units, earlier = MemoryUnits(), an_assessed_message(consent="unknown")
    await handle(units, earlier)
    seen = units.state.cases[earlier.contact_id].version
    newer = a_newer(earlier, consent="unknown")
    await handle(units, newer)
    before = len(units.notices)
    decision = a_decided_message(earlier.contact_id, DecisionAction.CLOSE, outcome="ADVICE", case_version=seen)
    await decide(units, decision)
    assert stands(units, earlier.contact_id) == ("waiting", "mash-screening", "superseded", 2)
    assert units.notices[before:] == [("routine", "queue-alert", "mash-screening")]


async def test_siblings_keep_to_their_own_earlier_versions() -> None:
    units = MemoryUnits()
    earlier = [an_assessed_message(consent="unknown", subject=f"subject-{n}") for n in (1, 2)]
    await handle(units, *earlier)
    newer = [
        a_newer(earlier[0], subject="subject-1"),
        a_newer(earlier[1], subject="subject-2", level=4, statutory_flag="s17"),
        an_assessed_message(subject="subject-3"),
    ]
    await handle(units, *newer)
    assert [stands(units, one.contact_id)[:3] for one in earlier] == [
        ("placed", "vcs-alliance", "superseded"),
        ("waiting", "mash-screening", "superseded"),
    ]
    assert stands(units, newer[2].contact_id) == ("placed", "vcs-alliance", "auto_early_help", 1)


async def test_a_further_assessment_of_the_earlier_version_reaches_the_one_that_leads() -> None:
    units, earlier = MemoryUnits(), an_assessed_message(consent="unknown")
    newer = a_newer(earlier)
    await handle(units, earlier, newer)
    again = an_assessed_message(
        contact_id=earlier.contact_id, level=4, statutory_flag="s17", at=MONDAY_10 + timedelta(hours=2)
    )
    await handle(units, again)
    assert stands(units, newer.contact_id) == ("waiting", "mash-screening", "newer_version", 2)
    assert stands(units, earlier.contact_id) == ("waiting", "mash-screening", "superseded", 3)
    assert units.state.cases[earlier.contact_id].contact.level == 4


async def test_new_danger_in_the_earlier_version_stands_by_itself_once_a_person_decided_on_the_newer() -> None:
    units, earlier = MemoryUnits(), an_assessed_message(consent="unknown")
    newer = a_newer(earlier, consent="unknown")
    await handle(units, earlier, newer)
    await decide(units, a_decided_message(newer.contact_id, DecisionAction.CLOSE, outcome="ADVICE"))
    again = an_assessed_message(contact_id=earlier.contact_id, at=MONDAY_10 + timedelta(hours=2), **IN_DANGER)
    await handle(units, again)
    assert stands(units, earlier.contact_id) == ("waiting", "mash-urgent", "danger", 4)
    assert units.state.cases[earlier.contact_id].superseded_by is None
    assert stands(units, newer.contact_id)[:2] == ("closed", "mash-screening")


async def test_the_same_assessment_again_moves_neither_version() -> None:
    units, earlier = MemoryUnits(), an_assessed_message(**IN_DANGER)
    newer = a_newer(earlier)
    await handle(units, earlier, newer)
    count = len(units.moves)
    await handle(units, earlier, newer)
    assert len(units.moves) == count


async def test_the_place_that_a_newer_request_follows_is_locked_with_it() -> None:
    units, place_id, newer_id = MemoryUnits(), new_id(), new_id()
    earlier = an_assessed_message(contact_id=place_id, subject=str(place_id), subject_kind="place")
    await handle(units, earlier)
    newer = a_newer(earlier, contact_id=newer_id, subject=str(newer_id), subject_kind="place")
    async with units() as work:
        await place_contacts([newer], work)
        assert set(work.locked) == {str(place_id), str(newer_id)}
