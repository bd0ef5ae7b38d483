"""Decisions of people: what moves, what closes, what is stale and what is refused. The case never vanishes."""

from typing import Any

import pytest

from services.router.domain.models import Case
from services.router.domain.placement import Placed, Waiting
from services.router.domain.staff import Closed, Refusal, Refused, Ruling, StaffDecision, Stale, rule_on
from shared.messages.case_moved import CaseState
from shared.messages.staff_decided import DecisionAction
from tests.builders.router import a_case, a_contact, a_decision, durham_policy

CONFIRM, CHANGE, CLOSE = DecisionAction.CONFIRM, DecisionAction.CHANGE, DecisionAction.CLOSE
A_PLACE = a_contact(subject_kind="place", indicators=("AS1",))
AT_MAPS: dict[str, Any] = {"queue": "maps", "suggested_queue": "tac", "suggested_service": "tac"}
IN_DANGER = a_contact(level=5, flag="s47", rating="RED", danger=("hurt_now",))
PLACED_BY_RULE: dict[str, Any] = {
    "state": CaseState.PLACED,
    "queue": "one-point",
    "service": "one-point",
    "team": "hub-durham",
}


def ruling(decision: StaffDecision, case: Case) -> Ruling:
    return rule_on(decision, case, durham_policy())


def brief(outcome: Ruling) -> tuple[object, ...]:
    match outcome:
        case Placed(queue, reason, service, team, code):
            return ("placed", queue, str(reason), service, team, code)
        case Waiting(queue, reason, suggestion):
            return ("waiting", queue, str(reason), suggestion.queue)
        case Closed(code):
            return ("closed", code)
        case Stale(seen, current):
            return ("stale", seen, current)
        case Refused(refusal):
            return ("refused", refusal.value)


S17 = a_contact(level=4, flag="s17", rating="AMBER", indicators=("NE2",))


@pytest.mark.parametrize(
    ("decision", "case", "expected"),
    [
        pytest.param(
            a_decision(CONFIRM),
            a_case(),
            ("placed", "vcs-alliance", "person_decided", "vcs-alliance", None, "EH"),
            id="confirm places with the suggestion",
        ),
        pytest.param(
            a_decision(CONFIRM),
            a_case(contact=S17, suggested_queue="families-first", suggested_service="families-first"),
            ("placed", "families-first", "person_decided", "families-first", "ff-durham-city", "CIN"),
            id="confirmed child in need",
        ),
        pytest.param(
            a_decision(CONFIRM),
            a_case(
                contact=IN_DANGER,
                queue="mash-urgent",
                suggested_queue="families-first",
                suggested_service="families-first",
            ),
            ("placed", "families-first", "person_decided", "families-first", "ff-durham-city", "CP_ENQUIRY"),
            id="confirmed child protection",
        ),
        pytest.param(
            a_decision(CONFIRM),
            a_case(suggested_queue="families-first", suggested_service="pre-birth"),
            ("placed", "families-first", "person_decided", "pre-birth", "ff-durham-city", "EH"),
            id="confirm keeps the service behind the queue",
        ),
        pytest.param(
            a_decision(CONFIRM),
            a_case(suggested_queue=None, suggested_service=None),
            ("refused", "no_suggestion"),
            id="nothing to confirm",
        ),
        pytest.param(
            a_decision(CONFIRM),
            a_case(**PLACED_BY_RULE, outcome="EH"),
            ("placed", "one-point", "person_decided", "one-point", "hub-durham", "EH"),
            id="a person stands behind an automatic placement",
        ),
        pytest.param(
            a_decision(CONFIRM, queue="one-point"),
            a_case(suggested_queue=None, suggested_service=None),
            ("placed", "one-point", "person_decided", "one-point", "hub-durham", "EH"),
            id="confirm with a queue of its own where nothing was suggested",
        ),
        pytest.param(
            a_decision(CONFIRM, queue="families-first"),
            a_case(suggested_queue="families-first", suggested_service="pre-birth"),
            ("placed", "families-first", "person_decided", "pre-birth", "ff-durham-city", "EH"),
            id="naming the suggested queue keeps the service behind it",
        ),
        pytest.param(
            a_decision(CHANGE, queue="one-point"),
            a_case(),
            ("placed", "one-point", "person_decided", "one-point", "hub-durham", "EH"),
            id="change to another service",
        ),
        pytest.param(
            a_decision(CHANGE, queue="intensive-family-support"),
            a_case(),
            ("placed", "one-point", "person_decided", "intensive-family-support", "ifs-durham", "EH"),
            id="a service behind One Point is reached through it",
        ),
        pytest.param(
            a_decision(CHANGE, queue="one-point", outcome="ADVICE"),
            a_case(),
            ("placed", "one-point", "person_decided", "one-point", "hub-durham", "ADVICE"),
            id="the person's own outcome counts",
        ),
        pytest.param(
            a_decision(CHANGE, queue="mash-restricted"),
            a_case(),
            ("waiting", "mash-restricted", "person_decided", "vcs-alliance"),
            id="a contact in the wrong queue is moved by us",
        ),
        pytest.param(
            a_decision(CHANGE, level=4),
            a_case(),
            ("placed", "one-point", "person_decided", "intensive-family-support", "ifs-durham", "EH"),
            id="another level places with what fits there",
        ),
        pytest.param(
            a_decision(CHANGE, level=5),
            a_case(contact=S17),
            ("placed", "families-first", "person_decided", "families-first", "ff-durham-city", "CIN"),
            id="a step up keeps the statutory flag",
        ),
        pytest.param(
            a_decision(CHANGE, level=3),
            a_case(contact=S17),
            ("refused", "flag_not_said"),
            id="below level 4 with a statutory flag and no service, nobody guesses which is meant",
        ),
        pytest.param(
            a_decision(CHANGE, level=3, flag="none"),
            a_case(contact=S17),
            ("placed", "one-point", "person_decided", "one-point", "hub-durham", "EH"),
            id="below level 4 a person who drops the flag means early help",
        ),
        pytest.param(
            a_decision(CHANGE, level=3, flag="s17"),
            a_case(contact=S17),
            ("placed", "families-first", "person_decided", "families-first", "ff-durham-city", "CIN"),
            id="below level 4 a person who keeps the flag means statutory work",
        ),
        pytest.param(
            a_decision(CHANGE, flag="s47"),
            a_case(contact=S17),
            ("placed", "families-first", "person_decided", "families-first", "ff-durham-city", "CP_ENQUIRY"),
            id="another flag alone is a change",
        ),
        pytest.param(
            a_decision(CONFIRM, level=6), a_case(), ("refused", "unknown_level"), id="no action has a level beyond"
        ),
        pytest.param(
            a_decision(CHANGE, queue="families-first"),
            a_case(**PLACED_BY_RULE),
            ("placed", "families-first", "person_decided", "families-first", "ff-durham-city", "CIN"),
            id="a placed case steps up without a new referral",
        ),
        pytest.param(a_decision(CHANGE), a_case(), ("refused", "nothing_changed"), id="a change of nothing"),
        pytest.param(
            a_decision(CHANGE, queue="no-such-queue"),
            a_case(),
            ("refused", "unknown_queue"),
            id="a queue the catalogue does not have",
        ),
        pytest.param(
            a_decision(CHANGE, level=6), a_case(), ("refused", "unknown_level"), id="a level beyond the scale"
        ),
        pytest.param(
            a_decision(CHANGE, queue="tac"),
            a_case(),
            ("refused", "only_for_places"),
            id="a child is never placed with TAC",
        ),
        pytest.param(
            a_decision(CHANGE, queue="maps"),
            a_case(),
            ("refused", "only_for_places"),
            id="a child is never sent to MAPS",
        ),
        pytest.param(
            a_decision(CHANGE, queue="one-point"),
            a_case(contact=A_PLACE, **AT_MAPS),
            ("refused", "only_for_children"),
            id="a place is no case for a family centre",
        ),
        pytest.param(
            a_decision(CONFIRM),
            a_case(contact=A_PLACE, **AT_MAPS),
            ("placed", "tac", "person_decided", "tac", None, "EH"),
            id="MAPS lets a place through to TAC",
        ),
        pytest.param(
            a_decision(CHANGE, queue="tac"),
            a_case(contact=A_PLACE, queue="mash-urgent"),
            ("waiting", "maps", "place_via_maps", "tac"),
            id="from anywhere else a place goes to MAPS first",
        ),
        pytest.param(
            a_decision(CONFIRM),
            a_case(contact=A_PLACE, queue="mash-urgent", suggested_queue="tac", suggested_service="tac"),
            ("waiting", "maps", "place_via_maps", "tac"),
            id="even a confirmed TAC goes to MAPS first",
        ),
        pytest.param(
            a_decision(CHANGE, queue="mash-screening"),
            a_case(contact=A_PLACE, **AT_MAPS),
            ("waiting", "mash-screening", "person_decided", "tac"),
            id="MAPS may hand a place back",
        ),
        pytest.param(a_decision(CLOSE, outcome="ADVICE"), a_case(), ("closed", "ADVICE"), id="closed with an outcome"),
        pytest.param(
            a_decision(CLOSE, outcome="NFA"),
            a_case(contact=IN_DANGER, queue="mash-urgent"),
            ("closed", "NFA"),
            id="a person may close even danger, with an outcome and a reason",
        ),
        pytest.param(a_decision(CLOSE), a_case(), ("refused", "outcome_missing"), id="never closed without an outcome"),
        pytest.param(
            a_decision(CLOSE, outcome="ADVICE", reason_code=" "),
            a_case(),
            ("refused", "reason_missing"),
            id="never closed without a reason",
        ),
        pytest.param(
            a_decision(CLOSE, outcome="GONE"),
            a_case(),
            ("refused", "unknown_outcome"),
            id="an outcome outside the list",
        ),
        pytest.param(
            a_decision(CLOSE, outcome="EH"),
            a_case(),
            ("refused", "outcome_needs_a_service"),
            id="early help cannot be the end while nobody has the child",
        ),
        pytest.param(
            a_decision(CLOSE, outcome="EH"),
            a_case(**PLACED_BY_RULE),
            ("closed", "EH"),
            id="a placed case ends with its service's outcome",
        ),
        pytest.param(a_decision(CONFIRM, case_version=1), a_case(version=2), ("stale", 1, 2), id="stale"),
        pytest.param(
            a_decision(CLOSE, case_version=3, outcome="ADVICE"),
            a_case(version=2),
            ("stale", 3, 2),
            id="a version that does not exist yet is stale too",
        ),
        pytest.param(
            a_decision(CONFIRM, role="ops"),
            a_case(),
            ("refused", "role_may_not_decide"),
            id="operations staff decide nothing about a child",
        ),
        pytest.param(
            a_decision(CONFIRM, role="manager"),
            a_case(),
            ("placed", "vcs-alliance", "person_decided", "vcs-alliance", None, "EH"),
            id="a manager decides",
        ),
        pytest.param(
            a_decision(CHANGE, queue="one-point"),
            a_case(state=CaseState.CLOSED, outcome="ADVICE"),
            ("refused", "case_closed"),
            id="a closed case is not reopened by a decision",
        ),
    ],
)
def test_a_decision_moves_closes_or_is_kept(decision: StaffDecision, case: Case, expected: tuple[object, ...]) -> None:
    assert brief(ruling(decision, case)) == expected


@pytest.mark.parametrize("action", list(DecisionAction))
def test_no_action_stands_without_a_reason_code(action: DecisionAction) -> None:
    assert ruling(a_decision(action, reason_code=""), a_case()) == Refused(Refusal.REASON_MISSING)
