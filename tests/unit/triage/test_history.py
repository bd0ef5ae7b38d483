"""What was known before, counted to the day in London, leap years included."""

from datetime import UTC, date, datetime

import pytest

from services.triage.domain.age import age_band, months_before, months_between
from services.triage.domain.decisions import DecidedEntry, Decision, settle
from services.triage.domain.history import Entry, Episode, History, Known, known_before
from services.triage.domain.in_force import Policies
from shared.clock import london_date
from shared.ids import new_id
from shared.messages.contact import Child
from tests.builders.triage import RECEIVED_ON, a_child, a_child_aged, an_entry, an_unborn_child, durham

ON = date(2026, 3, 10)
RULES = Policies((durham(),))


def known(*entries: Entry, on: date = ON, episodes: tuple[Episode, ...] = (), agency: str = "school") -> Known:
    return known_before(History(entries, episodes), on, agency, new_id(), durham().history)


@pytest.mark.parametrize(
    ("on", "entry_on", "is_known"),
    [
        (date(2026, 3, 10), date(2025, 3, 10), True),
        (date(2026, 3, 10), date(2025, 3, 9), False),
        (date(2024, 2, 29), date(2023, 2, 28), True),
        (date(2024, 2, 29), date(2023, 2, 27), False),
        (date(2025, 2, 28), date(2024, 2, 28), True),
        (date(2025, 2, 28), date(2024, 2, 29), True),
        (date(2025, 3, 1), date(2024, 2, 29), False),
        (date(2025, 3, 1), date(2024, 3, 1), True),
    ],
)
def test_twelve_months_count_to_the_day(on: date, entry_on: date, is_known: bool) -> None:
    prior = known(an_entry(entry_on), on=on).prior
    assert prior.known_within_12_months is is_known
    assert prior.contacts_12_months == int(is_known)


def test_a_receipt_shortly_after_midnight_in_summer_belongs_to_the_new_day_in_london() -> None:
    assert london_date(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == date(2026, 7, 1)


def test_what_happened_later_and_the_contact_itself_do_not_count() -> None:
    contact_id = new_id()
    entries = (an_entry(date(2026, 3, 11)), an_entry(ON, contact_id=contact_id))
    prior = known_before(History(entries), ON, "school", contact_id, durham().history).prior
    assert (prior.known_within_12_months, prior.contacts_12_months, prior.items) == (False, 0, ())


def test_contacts_referrals_and_agencies_are_counted_apart() -> None:
    prior = known(
        an_entry(date(2026, 3, 9), level=2, agency_kind="health"),
        an_entry(date(2026, 2, 1), level=4, agency_kind="police"),
        an_entry(date(2025, 12, 10), level=3, outcome="CIN"),
        an_entry(date(2025, 12, 9), level=1),
        an_entry(date(2025, 4, 1), level=2, kind="referral"),
        an_entry(date(2025, 5, 1), kind="closure"),
        agency="vcs",
    ).prior
    assert prior.contacts_12_months == 5
    assert prior.contacts_90_days == 3
    assert prior.referrals_12_months == 3
    assert prior.agency_kinds_7_days == ("health", "vcs")
    assert [item.on for item in prior.items][:2] == [date(2026, 3, 9), date(2026, 2, 1)]


def test_a_closure_within_a_year_makes_a_child_known_without_being_a_contact() -> None:
    prior = known(an_entry(date(2025, 9, 1), kind="closure")).prior
    assert (prior.known_within_12_months, prior.contacts_12_months) == (True, 0)


@pytest.mark.parametrize(
    ("episodes", "team"),
    [
        ((), None),
        ((Episode("ff-north-1", date(2025, 1, 1)),), "ff-north-1"),
        ((Episode("ff-north-1", date(2025, 1, 1), date(2026, 3, 11)),), "ff-north-1"),
        ((Episode("ff-north-1", date(2025, 1, 1), date(2026, 3, 10)),), None),
        ((Episode("ff-north-1", date(2026, 3, 11)),), None),
        ((Episode("one-point-2", date(2025, 1, 1)), Episode("ff-north-1", date(2025, 6, 1))), "ff-north-1"),
    ],
    ids=["none", "open", "closes tomorrow", "closed today", "opens tomorrow", "the later of two"],
)
def test_the_open_team_is_the_one_that_took_the_child_on_last(episodes: tuple[Episode, ...], team: str | None) -> None:
    prior = known(episodes=episodes).prior
    assert prior.open_team == team
    assert prior.known_within_12_months is (team is not None)


def test_plans_and_care_long_ago_are_remembered() -> None:
    prior = known(an_entry(date(2015, 1, 1), kind="plan"), an_entry(date(2014, 1, 1), kind="looked_after")).prior
    assert (prior.previous_plan, prior.previously_looked_after, prior.known_within_12_months) == (True, True, False)


@pytest.mark.parametrize(
    ("first", "by"),
    [(date(2026, 1, 5), date(2026, 4, 5)), (date(2025, 12, 10), date(2026, 3, 10))],
)
def test_the_day_is_named_by_which_one_more_low_contact_would_be_the_third(first: date, by: date) -> None:
    assert known(an_entry(first, level=2)).third_before == by


def test_no_day_is_named_where_none_or_enough_went_before() -> None:
    assert known().third_before is None
    assert known(an_entry(date(2026, 3, 1)), an_entry(date(2026, 3, 2))).third_before is None


@pytest.mark.parametrize(
    ("day", "months", "earlier"),
    [
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 12, 31), 6, date(2026, 6, 30)),
    ],
)
def test_months_before_stay_within_the_month(day: date, months: int, earlier: date) -> None:
    assert months_before(day, months) == earlier


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2025, 9, 10), ON, 6),
        (date(2025, 9, 11), ON, 5),
        (date(2024, 2, 29), date(2025, 2, 28), 11),
        (date(2024, 2, 29), date(2025, 3, 1), 12),
    ],
)
def test_whole_months_are_full_months(start: date, end: date, months: int) -> None:
    assert months_between(start, end) == months


@pytest.mark.parametrize(
    ("child", "band"),
    [
        (an_unborn_child(), "unborn"),
        (a_child_aged(0), "under_1"),
        (a_child_aged(11), "under_1"),
        (a_child_aged(12), "1_4"),
        (a_child_aged(59), "1_4"),
        (a_child_aged(60), "5_10"),
        (a_child_aged(131), "5_10"),
        (a_child_aged(132), "11_15"),
        (a_child_aged(192), "16_17"),
        (a_child_aged(216), "18_25"),
        (a_child_aged(400), "unknown"),
        (a_child(born_on=None), "unknown"),
        (a_child(born_on=date(2026, 3, 11)), "unknown"),
        (a_child(born_on=None, age_years=(5, 6)), "5_10"),
        (a_child(born_on=None, age_years=(4, 5)), "unknown"),
    ],
)
def test_age_bands_have_the_borders_of_the_contract(child: Child, band: str) -> None:
    assert age_band(child, RECEIVED_ON) == band


def _entry(level: int, version: int = 0) -> DecidedEntry:
    contact_id = new_id()
    kind = "referral" if level > 3 else "contact"
    return DecidedEntry(contact_id, Entry(ON, kind, "school", level, contact_id=contact_id), version)


@pytest.mark.parametrize(
    ("suggested", "decided", "outcome", "kind"),
    [
        (4, 2, "EH", "contact"),
        (2, 4, None, "referral"),
        (2, 2, "CIN", "referral"),
        (2, 2, "CP_ENQUIRY", "referral"),
        (4, 4, "NFA", "referral"),
        (3, 3, "ADVICE", "contact"),
    ],
)
def test_a_decision_makes_or_unmakes_a_referral(suggested: int, decided: int, outcome: str | None, kind: str) -> None:
    held = _entry(suggested)
    (final,) = settle({held.contact_id: held}, [Decision(held.contact_id, 1, decided, outcome)], RULES)
    assert (final.entry.kind, final.entry.level, final.entry.outcome) == (kind, decided, outcome)


def test_the_decision_on_the_latest_version_of_the_case_stands_whatever_order_they_come_in() -> None:
    held = _entry(3)
    late, early = Decision(held.contact_id, 5, 4, "CIN"), Decision(held.contact_id, 2, 2, "EH")
    for order in ([late, early], [early, late]):
        (final,) = settle({held.contact_id: held}, order, RULES)
        assert (final.decided_version, final.entry.level, final.entry.outcome) == (5, 4, "CIN")


def test_a_decision_on_an_older_version_changes_nothing() -> None:
    held = _entry(3, version=7)
    assert settle({held.contact_id: held}, [Decision(held.contact_id, 7, 5, "CIN")], RULES) == []


def test_a_decision_about_a_place_has_no_entry_to_change() -> None:
    assert settle({}, [Decision(new_id(), 1, 2, "EH")], RULES) == []
