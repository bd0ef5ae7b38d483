"""A newer version takes the place of the one before it; nothing is lowered without a person."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.router.domain.staff import Refusal, Refused
from services.router.domain.versions import lowers
from shared.messages.staff_decided import DecisionAction
from tests.builders.router import MONDAY_10, a_contact, a_decision
from tests.builders.router_versions import ValueRouter, a_version, version_id

IN_DANGER: dict[str, Any] = {"level": 5, "rating": "RED", "flag": "s47", "danger": ("missing_now",)}
STATUTORY: dict[str, Any] = {"level": 4, "rating": "AMBER", "flag": "s17"}
ONE_POINT: dict[str, Any] = {"level": 3, "indicators": ("BE2",)}
RESTRICTED: dict[str, Any] = {"markers": ("restricted",)}
NO_CONSENT: dict[str, Any] = {"consent": "unknown"}
CLOSES = a_decision(DecisionAction.CLOSE, outcome="ADVICE")


@pytest.mark.parametrize(
    ("first", "second", "stands"),
    [
        # The newest version says what the contact is about, and the earlier one stands where that one stands.
        (NO_CONSENT, {}, ("placed", "vcs-alliance", "auto_early_help")),
        ({}, NO_CONSENT, ("waiting", "mash-screening", "consent_missing")),
        ({}, STATUTORY, ("waiting", "mash-screening", "level_4_5")),
        ({}, IN_DANGER, ("waiting", "mash-urgent", "danger")),
        ({}, ONE_POINT, ("placed", "one-point", "auto_early_help")),
        (NO_CONSENT, ONE_POINT, ("placed", "one-point", "auto_early_help")),
        ({"needs_person": "identity_uncertain"}, {}, ("placed", "vcs-alliance", "auto_early_help")),
        # What says less waits for a person.
        (ONE_POINT, {}, ("waiting", "mash-screening", "newer_version")),
        (STATUTORY, {}, ("waiting", "mash-screening", "newer_version")),
        ({**ONE_POINT, "needs_person": "identity_uncertain"}, {}, ("waiting", "mash-screening", "newer_version")),
        (STATUTORY, NO_CONSENT, ("waiting", "mash-screening", "newer_version")),
        ({"rating": "AMBER"}, {}, ("waiting", "mash-screening", "newer_version")),
        # Danger and a restriction stay until a person decides.
        (IN_DANGER, {}, ("waiting", "mash-urgent", "newer_version")),
        (IN_DANGER, IN_DANGER, ("waiting", "mash-urgent", "danger")),
        ({"urgent": True}, STATUTORY, ("waiting", "mash-urgent", "newer_version")),
        (IN_DANGER, {"danger": ("text_prompt",)}, ("waiting", "mash-urgent", "text_prompt")),
        (RESTRICTED, {}, ("waiting", "mash-restricted", "newer_version")),
        (RESTRICTED, STATUTORY, ("waiting", "mash-restricted", "newer_version")),
        (STATUTORY, RESTRICTED, ("waiting", "mash-restricted", "newer_version")),
    ],
)
def test_where_a_newer_version_stands_in_whatever_order_the_two_arrive(
    first: dict[str, Any], second: dict[str, Any], stands: tuple[str, str, str]
) -> None:
    one, two = a_version(1, **first), a_version(2, **second)
    for batches in ([[one], [two]], [[two], [one]], [[one, two]], [[two, one]]):
        router = ValueRouter()
        for batch in batches:
            router.takes(*batch)
        assert router.stands(2) == stands
        assert router.stands(1) == (*stands[:2], "superseded")
        assert (router.case(1).superseded_by, router.case(2).superseded_by) == (version_id(2), None)
        assert router.case(1).decide_by == router.case(2).decide_by


@pytest.mark.parametrize(
    ("fact", "less"),
    [
        ({"danger": ("missing_now",)}, {}),
        ({"urgent": True}, {}),
        ({"level": 3}, {"level": 2}),
        ({"flag": "s47"}, {"flag": "s17"}),
        ({"flag": "s17"}, {"flag": "none"}),
        ({"rating": "RED"}, {"rating": "AMBER"}),
        ({"markers": ("restricted",)}, {"markers": ("home_educated",)}),
    ],
)
def test_each_thing_that_counts_lowers_by_itself(fact: dict[str, Any], less: dict[str, Any]) -> None:
    assert lowers(a_contact(**less), a_contact(**fact))
    assert not lowers(a_contact(**fact), a_contact(**less))
    assert not lowers(a_contact(**fact), a_contact(**fact))


def test_what_would_have_been_done_is_suggested_to_the_person() -> None:
    router = ValueRouter()
    router.takes(a_version(1, **ONE_POINT))
    router.takes(a_version(2))
    position = router.case(2).position
    assert (position.suggested_queue, position.suggested_service) == ("vcs-alliance", "vcs-alliance")
    assert router.case(1).position.suggested_queue is None


def test_a_step_down_over_three_versions_is_still_a_step_down() -> None:
    router = ValueRouter()
    router.takes(a_version(1, **IN_DANGER))
    router.takes(a_version(2))
    router.takes(a_version(3))
    assert router.stands(3) == ("waiting", "mash-urgent", "newer_version")
    assert router.stands(2) == router.stands(1) == ("waiting", "mash-urgent", "superseded")
    assert (router.case(1).superseded_by, router.case(2).superseded_by) == (version_id(2), version_id(3))


def test_the_missing_middle_of_a_chain_joins_its_ends() -> None:
    router = ValueRouter()
    router.takes(a_version(3))
    router.takes(a_version(1, **STATUTORY))
    assert (router.stands(3)[0], router.stands(1)[0]) == ("placed", "waiting")
    router.takes(a_version(2, **NO_CONSENT))
    assert router.stands(3) == ("waiting", "mash-screening", "newer_version")
    assert router.stands(2) == router.stands(1) == ("waiting", "mash-screening", "superseded")


def test_the_service_that_has_the_earlier_version_hears_where_the_newer_one_goes() -> None:
    router = ValueRouter()
    router.takes(a_version(1, **ONE_POINT))
    move, _ = router.takes(a_version(2, **STATUTORY))
    assert (move.case.position.queue, move.alerted) == ("mash-screening", ("one-point",))


def test_an_undecided_version_is_no_open_case_of_the_newer_one() -> None:
    router = ValueRouter()
    router.takes(a_version(1, **ONE_POINT))
    router.takes(a_version(2, **ONE_POINT))
    assert router.stands(2) == ("placed", "one-point", "auto_early_help")


def test_the_service_that_has_the_newer_version_hears_when_a_late_one_takes_it_away() -> None:
    router = ValueRouter()
    router.takes(a_version(2, **ONE_POINT))
    [moved, _] = router.takes(a_version(1, **STATUTORY))
    assert (moved.case.origin.contact_id, moved.case.position.queue) == (version_id(2), "mash-screening")
    assert moved.alerted == ("one-point",)


def test_what_follows_is_no_open_case_beside_its_leader() -> None:
    router = ValueRouter()
    router.takes(a_version(1, **ONE_POINT), a_version(2, **ONE_POINT))
    router.decides(2, CLOSES)
    assert router.stands(1) == ("closed", "one-point", "superseded")
    router.takes(a_version(9, follows=0))
    assert router.stands(9) == ("placed", "vcs-alliance", "auto_early_help")


def test_what_follows_from_this_batch_on_is_no_open_case_for_the_rest_of_it() -> None:
    router = ValueRouter()
    router.takes(a_version(1, **ONE_POINT))
    router.takes(a_version(2, **STATUTORY), a_version(9, follows=0))
    assert router.stands(1) == ("waiting", "mash-screening", "superseded")
    assert router.stands(9) == ("placed", "vcs-alliance", "auto_early_help")


def test_in_one_batch_an_earlier_version_goes_first_so_no_placement_is_told_that_does_not_hold() -> None:
    router = ValueRouter()
    moves = router.takes(a_version(3), a_version(2, **IN_DANGER), a_version(1, **STATUTORY))
    assert [move.case.origin.contact_id for move in moves[:3]] == [version_id(1), version_id(2), version_id(3)]
    assert {move.case.position.state.value for move in moves} == {"waiting"}


def test_a_version_that_stands_by_itself_behind_a_decided_one_keeps_its_case_and_weighs_on_no_later_one() -> None:
    router = ValueRouter()
    router.takes(a_version(2, **NO_CONSENT))
    router.decides(2, CLOSES)
    router.takes(a_version(1, **IN_DANGER))
    router.takes(a_version(3, **NO_CONSENT))
    assert router.stands(1) == ("waiting", "mash-urgent", "danger")
    assert router.stands(3) == ("waiting", "mash-screening", "consent_missing")


def test_a_decided_version_stays_as_the_person_left_it_and_its_holder_hears_of_the_newer_one() -> None:
    router = ValueRouter()
    router.takes(a_version(1, **NO_CONSENT))
    router.decides(1, a_decision(DecisionAction.CONFIRM))
    decided = router.case(1)
    [move] = router.takes(a_version(2))
    assert router.case(1) == decided
    assert router.stands(2) == ("waiting", "mash-screening", "newer_version")
    assert move.alerted == ("vcs-alliance",)


def test_a_closed_version_stays_closed_and_the_newer_one_waits_for_a_person() -> None:
    router = ValueRouter()
    router.takes(a_version(1, **NO_CONSENT))
    router.decides(1, CLOSES)
    router.takes(a_version(2))
    assert router.stands(1) == ("closed", "mash-screening", "person_closed")
    assert router.stands(2) == ("waiting", "mash-screening", "newer_version")


def test_a_newer_version_goes_to_the_people_to_whom_a_person_handed_the_earlier_one() -> None:
    router = ValueRouter()
    router.takes(a_version(1, **NO_CONSENT))
    router.decides(1, a_decision(DecisionAction.CHANGE, queue="mash-identity"))
    router.takes(a_version(2))
    assert router.stands(2) == ("waiting", "mash-identity", "newer_version")


def test_a_restriction_outlasts_the_decision_about_an_earlier_version() -> None:
    router = ValueRouter()
    router.takes(a_version(1, **RESTRICTED))
    router.decides(1, CLOSES)
    router.takes(a_version(2, **STATUTORY))
    assert router.stands(2) == ("waiting", "mash-restricted", "restricted")
    assert router.case(2).contact.markers == ("restricted",)


def test_new_danger_goes_first_whatever_a_person_decided_before() -> None:
    router = ValueRouter()
    router.takes(a_version(1, **NO_CONSENT))
    router.decides(1, CLOSES)
    router.takes(a_version(2, **IN_DANGER))
    assert router.stands(2) == ("waiting", "mash-urgent", "danger")
    assert router.stands(1) == ("closed", "mash-screening", "person_closed")


def test_the_team_a_person_chose_gets_the_newer_version_of_early_help() -> None:
    router = ValueRouter()
    router.takes(a_version(1, **ONE_POINT, **NO_CONSENT))
    router.decides(1, a_decision(DecisionAction.CONFIRM))
    router.takes(a_version(2, **ONE_POINT))
    assert router.stands(2) == ("placed", "one-point", "open_case")


def test_a_decision_about_the_newer_version_takes_the_earlier_one_along() -> None:
    router = ValueRouter()
    router.takes(a_version(1, **STATUTORY), a_version(2, **NO_CONSENT))
    router.decides(2, CLOSES)
    assert router.stands(2) == ("closed", "mash-screening", "person_closed")
    assert router.stands(1) == ("closed", "mash-screening", "superseded")
    assert (router.case(1).position.outcome, router.case(1).position.decided_by) == ("ADVICE", "screener-1")


def test_a_decision_about_the_earlier_version_is_refused() -> None:
    router = ValueRouter()
    router.takes(a_version(1, **NO_CONSENT), a_version(2, **NO_CONSENT))
    [ruled] = router.decides(1, CLOSES)
    assert ruled.ruling == Refused(Refusal.SUPERSEDED)
    assert ruled.move is None


def test_an_earlier_version_that_says_more_stands_by_itself_where_a_person_decided_on_less() -> None:
    router = ValueRouter()
    router.takes(a_version(2, **NO_CONSENT))
    router.decides(2, CLOSES)
    router.takes(a_version(1, **ONE_POINT))
    assert router.stands(1) == ("waiting", "mash-screening", "newer_version")
    assert router.case(1).superseded_by is None
    assert router.stands(2) == ("closed", "mash-screening", "person_closed")


def test_it_follows_once_danger_has_brought_the_decided_one_back_to_a_person() -> None:
    router = ValueRouter()
    router.takes(a_version(2, **NO_CONSENT))
    router.decides(2, CLOSES)
    router.takes(a_version(1, **ONE_POINT))
    again = a_version(2, **IN_DANGER)
    router.takes(replace(again, assessed_at=again.assessed_at + timedelta(hours=1)))
    assert router.stands(2) == ("waiting", "mash-urgent", "danger")
    assert router.stands(1) == ("waiting", "mash-urgent", "superseded")


def test_an_earlier_version_that_says_no_more_follows_the_decided_one_and_its_people_hear_of_it() -> None:
    router = ValueRouter()
    router.takes(a_version(2, **NO_CONSENT))
    router.decides(2, CLOSES)
    router.takes(a_version(1, **NO_CONSENT))
    assert router.stands(1) == ("closed", "mash-screening", "superseded")
    assert router.stayed == [router.case(2)]


def test_a_middle_version_takes_nothing_serious_along_to_what_a_person_closed() -> None:
    router = ValueRouter()
    router.takes(a_version(1, **STATUTORY))
    router.takes(a_version(3, **NO_CONSENT))
    router.decides(3, CLOSES)
    router.takes(a_version(2, **NO_CONSENT))
    assert router.stands(2) == ("closed", "mash-screening", "superseded")
    assert router.stands(1) == ("waiting", "mash-screening", "level_4_5")


def test_a_version_about_another_child_takes_nobodys_place() -> None:
    router = ValueRouter()
    router.takes(a_version(1, **STATUTORY))
    router.takes(a_version(2, subject="subject-2"))
    assert router.stands(1) == ("waiting", "mash-screening", "level_4_5")
    assert router.stands(2) == ("placed", "vcs-alliance", "auto_early_help")
    assert router.stayed == [router.case(1)]


def test_a_version_of_another_agency_takes_nobodys_place() -> None:
    router = ValueRouter()
    router.takes(a_version(1, **STATUTORY))
    router.takes(a_version(2, agency_id="vcs-brightwater"))
    assert router.stands(1) == ("waiting", "mash-screening", "level_4_5")


def test_a_newer_request_about_a_place_takes_the_place_of_the_one_before() -> None:
    router = ValueRouter()
    router.takes(a_version(1, subject="place-1", subject_kind="place"))
    router.takes(a_version(2, subject="place-2", subject_kind="place"))
    assert router.stands(2) == ("waiting", "maps", "place_via_maps")
    assert router.stands(1) == ("waiting", "maps", "superseded")


@pytest.mark.parametrize(
    ("first", "second", "due"),
    [
        # GREEN is due one working day after the first receipt on Monday at 10.
        (NO_CONSENT, NO_CONSENT, datetime(2026, 11, 24, 10, 0, tzinfo=UTC)),
        # RED is due four hours after the first receipt, and stays due then when the newer version is GREEN.
        ({**NO_CONSENT, "rating": "RED"}, NO_CONSENT, datetime(2026, 11, 23, 14, 0, tzinfo=UTC)),
        (IN_DANGER, NO_CONSENT, datetime(2026, 11, 23, 14, 0, tzinfo=UTC)),
        # The newer version's faster rating counts from the first receipt too.
        (NO_CONSENT, {**NO_CONSENT, "rating": "RED"}, datetime(2026, 11, 23, 14, 0, tzinfo=UTC)),
        # New danger has a clock of its own: four hours from the newer version's receipt at 11.
        (NO_CONSENT, IN_DANGER, datetime(2026, 11, 23, 15, 0, tzinfo=UTC)),
    ],
)
def test_the_clock_runs_from_the_first_receipt_except_for_new_danger(
    first: dict[str, Any], second: dict[str, Any], due: datetime
) -> None:
    one, two = a_version(1, **first), a_version(2, **second)
    for batches in ([[one], [two]], [[two], [one]], [[two, one]]):
        router = ValueRouter()
        for batch in batches:
            router.takes(*batch)
        assert router.case(2).decide_by == due


def test_new_danger_puts_off_nothing_that_was_due_sooner() -> None:
    router = ValueRouter()
    router.takes(a_version(1, **NO_CONSENT))
    router.takes(a_version(2, **IN_DANGER, at=datetime(2026, 11, 24, 9, 0, tzinfo=UTC)))
    assert router.case(2).decide_by == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def test_a_version_after_new_danger_keeps_the_clock_of_that_danger() -> None:
    router = ValueRouter()
    router.takes(a_version(1))
    router.takes(a_version(2, **IN_DANGER, at=MONDAY_10 + timedelta(days=3)))
    router.takes(a_version(3, at=MONDAY_10 + timedelta(days=3, hours=1)))
    assert router.case(3).decide_by == datetime(2026, 11, 26, 14, 0, tzinfo=UTC)


def test_the_clock_starts_anew_after_a_persons_decision() -> None:
    router = ValueRouter()
    router.takes(a_version(1, **NO_CONSENT))
    router.decides(1, CLOSES)
    router.takes(a_version(2, at=MONDAY_10 + timedelta(days=2)))
    assert router.case(2).decide_by == datetime(2026, 11, 26, 10, 0, tzinfo=UTC)


def test_a_clock_that_only_the_earlier_version_asks_for_runs_on() -> None:
    router = ValueRouter()
    router.takes(a_version(1, markers=("missing_returned",), indicators=("MI1",), **NO_CONSENT))
    router.takes(a_version(2, **NO_CONSENT))
    last = {move.case.origin.contact_id: {clock.clock for clock in move.clocks} for move in router.moves}
    assert last == {version_id(1): {"MISSING_RHI"}, version_id(2): {"DECIDE_BY"}}
