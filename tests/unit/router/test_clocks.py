"""Clocks of a case: the earliest applicable due time, and the further clocks that run where it stands."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.router.domain.clocks import RunningClock, alert_at, decide_by, followed_clocks, next_alert
from services.router.domain.models import Position
from shared.messages.case_moved import CaseState
from tests.builders.router import a_contact, durham

CLOCKS = durham().clocks


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("received", "facts", "due"),
    [
        pytest.param("2026-11-24 10:00", {"rating": "RED"}, "2026-11-24 14:00", id="RED: four hours"),
        pytest.param("2026-11-28 23:00", {"rating": "RED"}, "2026-11-29 03:00", id="RED does not wait for Monday"),
        pytest.param("2026-11-24 10:00", {"rating": "AMBER"}, "2026-11-25 10:00", id="AMBER: 24 hours"),
        pytest.param("2026-11-28 10:00", {"rating": "AMBER"}, "2026-11-29 10:00", id="AMBER on a Saturday: Sunday"),
        pytest.param(
            "2026-11-24 10:00", {"rating": "GREEN"}, "2026-11-25 10:00", id="GREEN never extends a working day"
        ),
        pytest.param(
            "2026-11-27 10:00", {"rating": "GREEN"}, "2026-11-30 10:00", id="GREEN on a Friday: 72 h and Monday"
        ),
        pytest.param("2026-11-27 18:00", {"rating": "GREEN"}, "2026-11-30 17:00", id="GREEN on a Friday evening"),
        pytest.param(
            "2026-12-24 09:00", {"rating": "GREEN"}, "2026-12-27 09:00", id="GREEN over Christmas: 72 h come first"
        ),
        pytest.param("2026-11-24 10:00", {"rating": "BLUE"}, "2026-11-25 10:00", id="BLUE: one working day applies"),
        pytest.param("2026-11-27 18:00", {"rating": "BLUE"}, "2026-11-30 17:00", id="BLUE on a Friday evening"),
        pytest.param(
            "2026-11-24 10:00",
            {"rating": "BLUE", "danger": ("hurt_now",)},
            "2026-11-24 14:00",
            id="danger runs as RED whatever the rating",
        ),
        pytest.param(
            "2026-11-24 10:00",
            {"rating": "GREEN", "urgent": True},
            "2026-11-24 14:00",
            id="the urgent lane runs as RED",
        ),
        pytest.param("2026-03-28 23:30", {"rating": "RED"}, "2026-03-29 03:30", id="RED over the spring change"),
        pytest.param("2026-10-24 23:30", {"rating": "RED"}, "2026-10-25 03:30", id="RED over the autumn change"),
    ],
)
def test_decide_by_is_the_earliest_applicable_due_time(received: str, facts: dict[str, Any], due: str) -> None:
    assert decide_by(a_contact(received_at=utc(received), **facts), CLOCKS) == utc(due)


WAITING = Position(CaseState.WAITING, "mash-screening", "level_4_5")
AT_FAMILIES_FIRST = Position(CaseState.PLACED, "families-first", "person_decided", "families-first")
AT_TAC = Position(CaseState.PLACED, "tac", "person_decided", "tac")
CLOSED = Position(CaseState.CLOSED, "mash-screening", "person_closed")
RECEIVED, MOVED = utc("2026-11-24 10:00"), utc("2026-11-25 09:00")


@pytest.mark.parametrize(
    ("position", "facts", "weeks", "expected"),
    [
        pytest.param(WAITING, {}, None, {}, id="nothing else runs for a plain contact"),
        pytest.param(
            WAITING,
            {"indicators": ("DA3",), "agency_kind": "police"},
            None,
            {"ENCOMPASS": "2026-11-25 08:30"},
            id="police and domestic abuse: the school before it starts",
        ),
        pytest.param(
            WAITING, {"indicators": ("DA3",), "agency_kind": "school"}, None, {}, id="Encompass is about police notices"
        ),
        pytest.param(
            WAITING,
            {"indicators": ("DA3",), "agency_kind": "police", "age_band": "under_1"},
            None,
            {},
            id="Encompass is about reception to 17",
        ),
        pytest.param(
            WAITING,
            {"indicators": ("MI1",), "markers": ("missing_returned",)},
            None,
            {"MISSING_RHI": "2026-11-27 10:00"},
            id="a returned missing child: interview in 72 hours",
        ),
        pytest.param(WAITING, {"indicators": ("MI1",)}, None, {}, id="no interview before the child returned"),
        pytest.param(
            WAITING,
            {"indicators": ("PF1",)},
            None,
            {"PRIVFOST_VISIT": "2026-12-03 17:00"},
            id="private fostering: a visit in seven working days",
        ),
        pytest.param(WAITING, {"indicators": ("FG2",)}, None, {"FGM": "2026-11-25 10:00"}, id="FGM: one working day"),
        pytest.param(
            AT_FAMILIES_FIRST,
            {},
            None,
            {"ASSESS": "2027-01-29 17:00"},
            id="placed with Families First: assessment in 45 working days of receipt",
        ),
        pytest.param(
            AT_TAC,
            {"subject_kind": "place"},
            12,
            {"TIME_LIMIT": "2027-02-17 09:00"},
            id="TAC is flagged at twelve weeks of its placement",
        ),
        pytest.param(CLOSED, {"indicators": ("PF1",)}, None, {}, id="nothing runs for a closed case"),
    ],
)
def test_further_clocks_follow_the_case(
    position: Position, facts: dict[str, Any], weeks: int | None, expected: dict[str, str]
) -> None:
    running = followed_clocks(a_contact(received_at=RECEIVED, **facts), position, MOVED, weeks, CLOCKS)
    assert {clock.clock: clock.due_at for clock in running} == {name: utc(due) for name, due in expected.items()}


def test_alerts_stand_at_half_four_fifths_and_the_whole_of_a_limit() -> None:
    start, end = utc("2026-11-24 10:00"), utc("2026-11-24 14:00")
    assert [alert_at(start, end, percent) for percent in (50, 80, 100)] == [
        utc("2026-11-24 12:00"),
        utc("2026-11-24 13:12"),
        utc("2026-11-24 14:00"),
    ]


def test_the_next_alert_is_the_lowest_that_was_not_raised() -> None:
    clock = RunningClock("DECIDE_BY", utc("2026-11-24 10:00"), utc("2026-11-24 14:00"))
    assert next_alert(clock, (), (50, 80, 100)) == utc("2026-11-24 12:00")
    assert next_alert(clock, (50, 80), (50, 80, 100)) == utc("2026-11-24 14:00")
    assert next_alert(clock, (50, 80, 100), (50, 80, 100)) is None
