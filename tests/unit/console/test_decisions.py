"""When a decision can be recorded: every rule as a table."""

import pytest

from services.console.domain.decisions import CaseNow, Refused, Request, faults_in, refusal_of
from services.console.domain.roles import GRANTED, Permission, Role, door_of
from shared.messages.assessment import StatutoryFlag
from shared.messages.staff_decided import DecisionAction
from tests.builders.console import MANAGER, SCREENER, a_case, a_request

QUEUES = frozenset({"one-point", "tas", "mash-urgent"})
OUTCOMES = frozenset({"NFA", "ADVICE", "EH"})
CLOSING = frozenset({"NFA", "ADVICE"})
CLOSE, CHANGE = DecisionAction.CLOSE, DecisionAction.CHANGE


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        (a_request(), []),
        (a_request(action=CLOSE, outcome="ADVICE"), []),
        (a_request(action=CHANGE, queue="tas"), []),
        (a_request(action=CHANGE, level=2), []),
        (a_request(action=CHANGE, flag=StatutoryFlag.S17), []),
        (a_request(reason=""), [("reason", "missing")]),
        (a_request(reason="  ok "), [("reason", "missing")]),
        (a_request(reason="x" * 4001), [("reason", "too-long")]),
        (a_request(action=CLOSE), [("outcome", "missing")]),
        (a_request(action=CLOSE, outcome="GONE"), [("outcome", "unknown-code")]),
        (a_request(action=CHANGE), [("queue", "missing")]),
        (a_request(action=CHANGE, queue="elsewhere"), [("queue", "unknown-code")]),
        (a_request(action=CHANGE, level=6), [("level", "out-of-range")]),
        (a_request(action=CHANGE, level=0), [("level", "out-of-range")]),
        (a_request(case_version=0), [("case_version", "out-of-range")]),
        (a_request(action=CLOSE, reason=""), [("reason", "missing"), ("outcome", "missing")]),
    ],
)
def test_everything_wrong_with_a_form_is_said_at_once(request_: Request, found: list[tuple[str, str]]) -> None:
    faults = faults_in(request_, queues=QUEUES, outcomes=OUTCOMES)

    assert [(fault.field, fault.code) for fault in faults] == found


@pytest.mark.parametrize(
    ("request_", "case", "why"),
    [
        (a_request(), a_case(), None),
        (a_request(), None, Refused.NOT_YET_ROUTED),
        (a_request(case_version=1), a_case(version=2), Refused.STALE_VERSION),
        (a_request(case_version=2), a_case(version=1), Refused.STALE_VERSION),
        (a_request(), a_case(superseded=True), Refused.SUPERSEDED),
        (a_request(), a_case(state="closed", superseded=True), Refused.SUPERSEDED),
        (a_request(), a_case(state="closed"), Refused.ALREADY_CLOSED),
        (a_request(case_version=1), a_case(version=2, state="closed"), Refused.STALE_VERSION),
        (a_request(), a_case(suggested_queue=None), Refused.NOTHING_TO_CONFIRM),
        (a_request(queue="tas"), a_case(suggested_queue=None), None),
        (a_request(), a_case(state="placed", suggested_queue=None), None),
        (a_request(action=CLOSE, outcome="EH"), a_case(), Refused.OUTCOME_NEEDS_A_SERVICE),
        (a_request(action=CLOSE, outcome="EH"), a_case(state="placed"), None),
        (a_request(action=CLOSE, outcome="NFA"), a_case(suggested_queue=None), None),
        (a_request(action=CHANGE, level=3), a_case(flag="s47"), Refused.FLAG_NOT_SAID),
        (a_request(action=CHANGE, level=3, queue="tas"), a_case(flag="s17"), Refused.FLAG_NOT_SAID),
        (a_request(action=CHANGE, level=2), a_case(flag="s17", state="placed"), Refused.FLAG_NOT_SAID),
        (a_request(action=CHANGE, level=3, flag=StatutoryFlag.NONE), a_case(flag="s47"), None),
        (a_request(action=CHANGE, level=3, flag=StatutoryFlag.S17), a_case(flag="s47"), None),
        (a_request(action=CHANGE, level=4), a_case(flag="s47"), None),
        (a_request(action=CHANGE, queue="tas"), a_case(flag="s47"), None),
        (a_request(action=CHANGE, level=3), a_case(), None),
    ],
)
def test_a_decision_stands_only_on_the_case_as_it_is_now(
    request_: Request, case: CaseNow | None, why: Refused | None
) -> None:
    assert refusal_of(request_, case, CLOSING) is why


DESK = ["decide", "read-contact", "read-mailbox", "read-reasons", "see-attention", "see-queues"]


def test_roles_have_exactly_what_is_granted() -> None:
    assert {role: sorted(permission.value for permission in granted) for role, granted in GRANTED.items()} == {
        Role.SCREENER: [*DESK, "settle-attention", "settle-task"],
        Role.MANAGER: sorted([*DESK, "open-restricted", "settle-attention", "settle-task"]),
        Role.OPS: ["read-mailbox", "see-attention", "see-ledger", "see-operations"],
        Role.AUDITOR: ["read-reasons", "see-attention", "see-audit", "see-ledger"],
    }
    content = {
        Permission.READ_CONTACT,
        Permission.DECIDE,
        Permission.OPEN_RESTRICTED,
        Permission.SETTLE_ATTENTION,
    }
    assert not content & (GRANTED[Role.OPS] | GRANTED[Role.AUDITOR])


@pytest.mark.parametrize(
    ("queue", "markers", "danger", "door"),
    [
        ("mash-screening", (), (), "open"),
        (None, (), (), "open"),
        ("mash-urgent", (), ("text_prompt",), "open"),
        ("mash-restricted", (), (), "closed"),
        ("mash-screening", ("restricted",), (), "closed"),
        (None, ("restricted",), (), "closed"),
        ("mash-urgent", ("restricted",), ("missing_now",), "open"),
        ("mash-restricted", ("restricted",), ("text_prompt", "missing_now"), "open"),
        ("mash-restricted", ("restricted",), ("text_prompt",), "asks"),
        ("mash-urgent", ("restricted",), ("text_prompt",), "asks"),
    ],
)
def test_a_restricted_record_is_closed_to_screeners_unless_a_child_is_in_danger(
    queue: str | None, markers: tuple[str, ...], danger: tuple[str, ...], door: str
) -> None:
    assert door_of(SCREENER, queue=queue, markers=markers, danger=danger) == door
    assert door_of(MANAGER, queue=queue, markers=markers, danger=danger) == "open"
