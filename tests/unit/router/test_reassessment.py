"""A contact assessed again: the newest assessment counts, and nothing moves behind a person's back."""

from datetime import timedelta

from services.router.domain.placement import Placed, Waiting, place
from services.router.domain.reassessment import Kept, Stays, reassess
from shared.messages.case_moved import CaseState
from tests.builders.router import MONDAY_10, a_case, a_contact, durham_policy

LATER = MONDAY_10 + timedelta(minutes=5)
WAITS_FOR_CONSENT = a_contact(consent="unknown")


def test_a_settled_identity_lets_a_waiting_contact_go_on() -> None:
    unsettled = a_contact(needs_person="identity_uncertain")
    case = a_case(contact=unsettled, queue="mash-identity", reason="identity_uncertain")
    decision = reassess(case, a_contact(), LATER, None, durham_policy())
    assert isinstance(decision, Placed)
    assert decision.queue == "vcs-alliance"


def test_the_same_assessment_again_moves_nothing() -> None:
    case = a_case(contact=WAITS_FOR_CONSENT)
    assert reassess(case, WAITS_FOR_CONSENT, LATER, None, durham_policy()) == Stays(Kept.UNCHANGED)


def test_an_older_assessment_that_comes_late_moves_nothing() -> None:
    case = a_case(contact=a_contact(level=5, flag="s47"))
    earlier = MONDAY_10 - timedelta(minutes=5)
    assert reassess(case, a_contact(), earlier, None, durham_policy()) == Stays(Kept.OLDER)


def test_what_a_person_decided_stays() -> None:
    case = a_case(contact=WAITS_FOR_CONSENT, queue="mash-restricted", decided_by="manager-1")
    higher = a_contact(level=4, flag="s17")
    assert reassess(case, higher, LATER, None, durham_policy()) == Stays(Kept.PERSON_DECIDED)


def test_danger_brings_even_a_closed_case_back_to_a_person() -> None:
    case = a_case(state=CaseState.CLOSED, outcome="ADVICE", decided_by="screener-1")
    decision = reassess(case, a_contact(danger=("missing_now",)), LATER, None, durham_policy())
    assert isinstance(decision, Waiting)
    assert (decision.queue, decision.reason) == ("mash-urgent", "danger")


def test_danger_that_the_person_knew_of_does_not_undo_the_decision() -> None:
    danger = a_contact(danger=("missing_now",))
    case = a_case(contact=danger, state=CaseState.CLOSED, outcome="MISSING", decided_by="screener-1")
    again = a_contact(danger=("missing_now",), level=3)
    assert reassess(case, again, LATER, None, durham_policy()) == Stays(Kept.PERSON_DECIDED)


def test_an_automatic_placement_comes_back_when_the_level_rises() -> None:
    placed = place(a_contact(), None, durham_policy())
    assert isinstance(placed, Placed)
    case = a_case(state=CaseState.PLACED, queue=placed.queue, reason=placed.reason, service=placed.service)
    decision = reassess(case, a_contact(level=4, flag="s17"), LATER, None, durham_policy())
    assert isinstance(decision, Waiting)
    assert (decision.queue, decision.reason) == ("mash-screening", "level_4_5")
