"""The decision command, one test per ending."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.console.decide import (
    AlreadyDecided,
    Answer,
    ContentGone,
    Made,
    NotPossible,
    decide,
)
from services.console.domain.decisions import Refused, Request
from services.console.domain.roles import Staff
from services.console.door import ClosedDoor, NoSuchContact, Opened, open_door
from shared.errors import PermanentFailure
from shared.ids import new_id
from shared.messages.envelope import Lane
from shared.messages.staff_decided import REASON_PART, DecisionAction, StaffDecided, reason_seal
from tests.builders.console import MANAGER, SCREENER, a_request
from tests.builders.console_contacts import a_contact
from tests.builders.console_memory import MemoryWork

CLOSING = frozenset({"NFA", "ADVICE"})


async def _decide(
    work: MemoryWork,
    contact_id: UUID,
    request: Request | None = None,
    staff: Staff = SCREENER,
    decision_id: UUID | None = None,
) -> Answer:
    return await decide(
        contact_id, request or a_request(), staff, work.as_work, closing_outcomes=CLOSING, decision_id=decision_id
    )


def _waiting(contact_id: UUID, *, danger: tuple[str, ...] = (), queue: str = "mash-screening") -> MemoryWork:
    work = MemoryWork()
    work.accept(contact_id, danger=danger)
    work.route(contact_id, queue=queue)
    return work


async def test_a_confirmed_suggestion_is_recorded_and_sent_with_its_reason_sealed() -> None:
    contact_id = new_id()
    work = _waiting(contact_id)

    answer = await _decide(work, contact_id)

    assert isinstance(answer, Made)
    assert answer.decision.queue == "one-point"
    [(topic, message)] = work.outbox.sent
    assert isinstance(message, StaffDecided)
    assert (topic.name, message.lane) == ("staff.decided.routine.v1", Lane.ROUTINE)
    assert (message.subject, message.contact_id) == ("person-1", contact_id)
    assert (message.facets.staff_id, message.facets.role) == (str(SCREENER.staff_id), "screener")
    assert message.facets.case_version == 1
    opened = work.keys.kept[contact_id].open(reason_seal(answer.decision.decision_id), message.parts[REASON_PART])
    assert b"parenting support" in opened
    assert "parenting" not in message.facets.model_dump_json()
    assert [act.outcome.value for act in work.audit.acts] == ["allowed"]
    assert work.committed == 1


async def test_the_reason_of_one_decision_does_not_open_beside_another() -> None:
    contact_id = new_id()
    work = _waiting(contact_id)
    await _decide(work, contact_id)
    [(_, message)] = work.outbox.sent
    with pytest.raises(PermanentFailure):
        work.keys.kept[contact_id].open(reason_seal(new_id()), message.parts[REASON_PART])


@pytest.mark.parametrize(("danger", "queue"), [(("missing_now",), "mash-screening"), ((), "mash-urgent")])
async def test_a_decision_about_danger_takes_the_urgent_lane(danger: tuple[str, ...], queue: str) -> None:
    contact_id = new_id()
    work = _waiting(contact_id, danger=danger, queue=queue)

    await _decide(work, contact_id)

    assert [topic.name for topic, _ in work.outbox.sent] == ["staff.decided.urgent.v1"]


async def test_the_second_person_is_shown_the_first_decision() -> None:
    contact_id = new_id()
    work = _waiting(contact_id)
    first = await _decide(work, contact_id)
    assert isinstance(first, Made)

    second = await _decide(work, contact_id, a_request(action=DecisionAction.CLOSE, outcome="ADVICE"), MANAGER)

    assert second == AlreadyDecided(first.decision)
    assert len(work.outbox.sent) == 1


async def test_the_same_form_sent_again_is_the_same_decision() -> None:
    contact_id, decision_id = new_id(), new_id()
    work = _waiting(contact_id)
    first = await _decide(work, contact_id, decision_id=decision_id)

    again = await _decide(work, contact_id, decision_id=decision_id)

    assert again == first
    assert len(work.outbox.sent) == 1


async def test_the_first_decision_is_shown_even_when_the_case_has_moved_on_since() -> None:
    contact_id = new_id()
    work = _waiting(contact_id)
    first = await _decide(work, contact_id)
    assert isinstance(first, Made)
    work.route(contact_id, version=2, state="placed", queue="one-point")

    assert await _decide(work, contact_id, staff=MANAGER) == AlreadyDecided(first.decision)


async def test_a_decision_that_the_router_refused_gives_way_to_another() -> None:
    contact_id = new_id()
    work = _waiting(contact_id)
    first = await _decide(work, contact_id, a_request(queue="tac"))
    assert isinstance(first, Made)
    work.views.refused = {first.decision.decision_id: "only_for_places"}

    second = await _decide(work, contact_id)

    assert isinstance(second, Made)
    assert [kept.refusal for kept, _ in await work.decisions.of(contact_id)] == ["only_for_places", None]


async def test_a_contact_still_in_flight_cannot_be_decided_on() -> None:
    contact_id = new_id()
    work = MemoryWork()
    work.accept(contact_id)

    assert await _decide(work, contact_id) == NotPossible(Refused.NOT_YET_ROUTED, None)
    assert [act.detail["why"] for act in work.audit.acts] == ["not-yet-routed"]


async def test_an_older_version_is_stale() -> None:
    contact_id = new_id()
    work = _waiting(contact_id)
    work.route(contact_id, version=2)

    answer = await _decide(work, contact_id)

    assert isinstance(answer, NotPossible)
    assert answer.why is Refused.STALE_VERSION
    assert answer.case is not None
    assert answer.case.version == 2


async def test_a_restricted_record_is_a_closed_door_for_a_screener() -> None:
    contact_id = new_id()
    work = _waiting(contact_id, queue="mash-restricted")

    assert await _decide(work, contact_id) == ClosedDoor()
    assert [act.outcome.value for act in work.audit.acts] == ["denied"]
    assert isinstance(await _decide(work, contact_id, staff=MANAGER), Made)


async def test_the_marker_closes_the_door_on_whatever_queue_the_contact_lies() -> None:
    contact_id = new_id()
    work = MemoryWork()
    work.accept(contact_id, content=a_contact(contact_id, markers=("restricted",)))
    work.route(contact_id)

    assert await _decide(work, contact_id) == ClosedDoor()


async def test_words_that_may_mean_danger_open_a_restricted_record_only_to_a_reason_of_this_session() -> None:
    contact_id = new_id()
    work = MemoryWork()
    work.accept(contact_id, content=a_contact(contact_id, markers=("restricted",)), danger=("text_prompt",))
    work.route(contact_id, queue="mash-urgent")

    assert await _decide(work, contact_id) == ClosedDoor(asks=True)
    opened = await open_door(contact_id, "The school cannot be reached.", SCREENER, work.as_work, client="192.0.2.7")

    assert opened == Opened()
    [(_, act, about, who, words)] = work.reasons.given
    assert (act, about, who, words) == (
        "open-restricted",
        str(contact_id),
        SCREENER,
        "The school cannot be reached.",
    )
    assert [(act.action, act.outcome.value) for act in work.audit.acts][-1] == ("contact.open-restricted", "allowed")
    later = replace(SCREENER, session_ref="0c0c0c0c0c0c")
    assert await _decide(work, contact_id, staff=later) == ClosedDoor(asks=True)
    assert isinstance(await _decide(work, contact_id), Made)


async def test_no_reason_opens_a_restricted_record_without_a_word_of_danger() -> None:
    contact_id = new_id()
    work = _waiting(contact_id, queue="mash-restricted")

    assert await open_door(contact_id, "I want to see it.", SCREENER, work.as_work, client=None) == ClosedDoor()
    assert await open_door(new_id(), "I want to see it.", SCREENER, work.as_work, client=None) == NoSuchContact()
    assert work.reasons.given == []
    assert [act.outcome.value for act in work.audit.acts] == ["denied", "failed"]


async def test_an_unknown_contact_and_a_destroyed_one_have_endings_of_their_own() -> None:
    contact_id = new_id()
    work = _waiting(contact_id)

    assert await _decide(work, new_id()) == NoSuchContact()
    work.keys.kept.clear()
    assert await _decide(work, contact_id) == ContentGone()
    assert work.outbox.sent == []
    assert work.committed == 2, "a refusal is audited, so it is committed"
