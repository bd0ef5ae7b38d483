"""A person's level brings its rating, keeps the flag they do not speak of, and never puts off what is due."""

from datetime import UTC, datetime

import pytest

from services.router.domain.models import Contact
from services.router.domain.moves import Rules, decided_move
from services.router.domain.placement import Waiting
from services.router.domain.staff import as_decided, rule_on
from shared.messages.staff_decided import DecisionAction
from tests.builders.router import MONDAY_10, TODAY, a_case, a_contact, a_decision, durham, durham_policy

CHANGE, CONFIRM, CLOSE = DecisionAction.CHANGE, DecisionAction.CONFIRM, DecisionAction.CLOSE
RULES = Rules(durham().rules_on(TODAY).policy, durham().clocks)


@pytest.mark.parametrize(
    ("contact", "level", "flag", "expected"),
    [
        pytest.param(a_contact(), 3, None, (3, "GREEN", "none"), id="one step up within early help"),
        pytest.param(a_contact(), 4, None, (4, "AMBER", "none"), id="a step up to level 4 is seen within a day"),
        pytest.param(a_contact(), 5, "s47", (5, "RED", "s47"), id="a step up to level 5 is RED"),
        pytest.param(a_contact(rating="AMBER"), 3, None, (3, "AMBER", "none"), id="a step up is never slower"),
        pytest.param(
            a_contact(level=4, rating="RED", flag="s17"), 5, None, (5, "RED", "s17"), id="the flag stays with a step up"
        ),
        pytest.param(
            a_contact(level=4, rating="AMBER", flag="s17"), 2, None, (2, "GREEN", "s17"), id="and with a step down"
        ),
        pytest.param(
            a_contact(level=4, rating="AMBER", flag="s17"),
            2,
            "none",
            (2, "GREEN", "none"),
            id="unless the person drops it",
        ),
        pytest.param(
            a_contact(level=5, rating="RED", flag="s47", danger=("missing_now",)),
            3,
            "none",
            (3, "RED", "none"),
            id="danger stays as fast as it was",
        ),
        pytest.param(a_contact(), 1, None, (1, "BLUE", "none"), id="level 1 is BLUE"),
        pytest.param(a_contact(rating="AMBER"), 2, None, (2, "AMBER", "none"), id="the same level keeps its rating"),
        pytest.param(a_contact(), None, "s17", (2, "GREEN", "s17"), id="a flag alone changes nothing else"),
    ],
)
def test_level_rating_and_flag_agree_after_a_decision(
    contact: Contact, level: int | None, flag: str | None, expected: tuple[int, str, str]
) -> None:
    decided = as_decided(contact, a_decision(CHANGE, level=level, flag=flag), durham_policy().catalogue)
    assert (decided.level, decided.rating, decided.flag) == expected


@pytest.mark.parametrize(
    ("contact", "level", "due"),
    [
        pytest.param(a_contact(), 5, datetime(2026, 11, 23, 14, tzinfo=UTC), id="RED: four hours from the receipt"),
        pytest.param(
            a_contact(level=5, rating="RED", flag="s47"),
            2,
            datetime(2026, 11, 23, 14, tzinfo=UTC),
            id="a step down does not put off what was due",
        ),
    ],
)
def test_a_decided_level_keeps_the_stricter_due_time(contact: Contact, level: int, due: datetime) -> None:
    case = a_case(contact=contact)
    decision = a_decision(CHANGE, level=level, queue="mash-restricted")
    ruled = rule_on(decision, case, durham_policy())
    assert isinstance(ruled, Waiting)
    move = decided_move(case, decision, ruled, RULES, MONDAY_10)
    assert move.case.decide_by == due
    assert [(clock.clock, clock.due_at) for clock in move.clocks] == [("DECIDE_BY", due)]


@pytest.mark.parametrize("action", [CONFIRM, CHANGE, CLOSE])
def test_a_level_counts_with_every_action(action: DecisionAction) -> None:
    case = a_case()
    queue = "one-point" if action is CHANGE else None
    outcome = "ADVICE" if action is CLOSE else None
    decision = a_decision(action, level=4, queue=queue, outcome=outcome)
    ruled = rule_on(decision, case, durham_policy())
    move = decided_move(case, decision, ruled, RULES, MONDAY_10)  # type: ignore[arg-type]
    assert (move.case.contact.level, move.case.contact.rating) == (4, "AMBER")
