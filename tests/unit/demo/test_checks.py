"""What counts as settled as the file says."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from deploy.mash.demo.checks import answer_differences, differences
from deploy.mash.demo.samples import Expected, Sample, State
from deploy.mash.demo.views import AssessmentView, CaseFile, ContactView, DefectView, Move, Prior

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MOVE = Move(version=1, state="placed", queue="tas", reason="auto_early_help", level=2, moved_at=AT, outcome="EH")
FILE = CaseFile(
    contact_id=UUID(int=1),
    state="placed",
    queue="tas",
    suggested_queue=None,
    danger=("text_prompt",),
    contact=ContactView(agency_kind="school", received_at=AT, defects=(DefectView(code="name_partial"),)),
    assessment=AssessmentView(level=2, rating="GREEN", statutory_flag="none", prior_involvement=Prior()),
    placements=(MOVE,),
)


def _expected(**changes: object) -> Expected:
    values = {"who": "x", "state": State.PLACED, "queue": "tas", "level": 2, "rating": "GREEN"}
    return Expected.model_validate({**values, "reason": "auto_early_help", **changes})


def test_a_contact_that_is_where_its_file_says_has_no_differences() -> None:
    full = _expected(flag="none", outcome="EH", known=False, defects=["name_partial"], danger=["text_prompt"])
    assert differences(full, FILE, MOVE, latest=True) == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": "waiting"}, "state: waiting expected, got placed"),
        ({"queue": "one-point"}, "queue: one-point expected, got tas"),
        ({"level": 3}, "level: 3 expected, got 2"),
        ({"rating": "RED"}, "rating: RED expected, got GREEN"),
        ({"reason": "danger"}, "reason: danger expected, got auto_early_help"),
        ({"flag": "s47"}, "flag: s47 expected, got none"),
        ({"team": "hub-durham"}, "team: hub-durham expected, got nothing"),
        ({"suggested": "tas"}, "suggested: tas expected, got nothing"),
        ({"known": True}, "known: True expected, got False"),
        ({"defects": ["bad_date"]}, "defect: bad_date expected, got nothing"),
        ({"danger": ["missing_now"]}, "danger: missing_now expected, got nothing"),
    ],
)
def test_each_difference_is_named(changes: dict[str, object], words: str) -> None:
    assert differences(_expected(**changes), FILE, MOVE, latest=True) == (words,)


def test_the_suggestion_is_not_compared_once_the_case_has_moved_on() -> None:
    assert differences(_expected(suggested="tas"), FILE, MOVE, latest=False) == ()


def _sample(**changes: object) -> Sample:
    return Sample.model_validate({"story": "x", "agency": "police", **changes})


@pytest.mark.parametrize("status", [201, 200])
def test_an_accepted_message_is_as_expected_the_first_time_and_every_time_after(status: int) -> None:
    assert answer_differences(_sample(lane="urgent"), status, "urgent", None) == ()


def test_a_refusal_must_be_the_refusal_that_was_expected() -> None:
    sample = _sample(answer=400, problem="truncated")
    assert answer_differences(sample, 400, None, "urn:mash:problem:truncated") == ()
    assert answer_differences(sample, 400, None, "urn:mash:problem:empty") == (
        "problem: truncated expected, got urn:mash:problem:empty",
    )
    assert answer_differences(sample, 200, "routine", "truncated") == ("answer: 400 expected, got 200",)


def test_the_wrong_lane_is_a_difference() -> None:
    assert answer_differences(_sample(lane="urgent"), 201, "routine", None) == ("lane: urgent expected, got routine",)
