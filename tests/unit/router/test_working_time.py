"""Working time: one working day, many working days, hours across clock changes. Expected instants are written out."""

import csv
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.router.calendar import bank_holidays, check_reach, working_days
from services.router.domain.working_time import (
    LONDON,
    HoursCalendar,
    NoWorkingDay,
    OneWorkingDay,
    WorkCalendar,
    after_hours,
    after_weeks,
    after_working_days,
    next_school_start,
    response_due,
)
from shared.errors import NaiveInstant

MONDAY_TO_FRIDAY = range(5)
CALENDAR = WorkCalendar(working_days(MONDAY_TO_FRIDAY, ()), opens=time(8, 30), closes=time(17, 0))
LENIENT = WorkCalendar(
    working_days(MONDAY_TO_FRIDAY, ()), time(8, 30), time(17, 0), OneWorkingDay.END_OF_NEXT_WORKING_DAY
)
BANK_HOLIDAYS = Path(__file__).resolve().parents[3] / "shared" / "codes" / "england_bank_holidays.csv"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        pytest.param("2026-11-24 10:15", "2026-11-25 10:15", id="in office hours: the same time tomorrow"),
        pytest.param("2026-11-27 10:15", "2026-11-30 10:15", id="Friday: the same time on Monday"),
        pytest.param("2026-11-27 18:00", "2026-11-30 17:00", id="Friday evening: the end of Monday"),
        pytest.param("2026-11-28 12:00", "2026-11-30 17:00", id="Saturday: the end of Monday"),
        pytest.param("2026-11-24 17:00", "2026-11-25 17:00", id="the closing minute is outside office hours"),
        pytest.param("2026-11-24 08:30", "2026-11-25 08:30", id="the opening minute is inside"),
        pytest.param("2026-11-24 08:29", "2026-11-25 17:00", id="before opening: the end of the next working day"),
        pytest.param("2026-07-01 16:30", "2026-07-02 16:00", id="17:30 in summer is outside: the end, 16:00 UTC"),
        pytest.param("2026-07-01 15:30", "2026-07-02 15:30", id="16:30 in summer is inside"),
        pytest.param("2026-04-02 13:00", "2026-04-07 13:00", id="Thursday before Good Friday: Tuesday after Easter"),
        pytest.param("2026-04-03 10:00", "2026-04-07 16:00", id="Good Friday: the end of Tuesday 7 April"),
        pytest.param("2026-04-06 10:00", "2026-04-07 16:00", id="Easter Monday: the end of Tuesday 7 April"),
        pytest.param("2026-12-24 11:00", "2026-12-29 11:00", id="Christmas Eve: after the Boxing Day substitute"),
        pytest.param("2026-12-25 11:00", "2026-12-29 17:00", id="Christmas Day on a Friday"),
        pytest.param("2027-12-24 11:00", "2027-12-29 11:00", id="both days of Christmas have substitutes"),
        pytest.param("2027-12-31 18:00", "2028-01-04 17:00", id="New Year on a Saturday has a substitute Monday"),
        pytest.param("2026-03-27 10:00", "2026-03-30 09:00", id="over the spring change: 10:00 in London both days"),
        pytest.param("2026-10-23 09:00", "2026-10-26 10:00", id="over the autumn change: 10:00 in London both days"),
    ],
)
def test_one_working_day_after_receipt(received: str, due: str) -> None:
    assert response_due(utc(received), CALENDAR) == utc(due)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-24 10:15", "2026-11-25 17:00"),
        ("2026-11-27 18:00", "2026-11-30 17:00"),
        ("2026-04-02 13:00", "2026-04-07 16:00"),
    ],
)
def test_the_other_rule_gives_until_the_end_of_the_next_working_day(received: str, due: str) -> None:
    assert response_due(utc(received), LENIENT) == utc(due)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        pytest.param("2026-11-23 10:00", 3, "2026-11-26 17:00", id="the day of start is day 0"),
        pytest.param("2026-04-03 10:00", 3, "2026-04-10 16:00", id="Good Friday counts from Tuesday 7 April"),
        pytest.param("2026-04-07 10:00", 3, "2026-04-10 16:00", id="the same as a receipt on that Tuesday"),
        pytest.param("2026-11-23 10:00", 7, "2026-12-02 17:00", id="seven working days, private fostering"),
        pytest.param("2026-11-23 10:00", 15, "2026-12-14 17:00", id="fifteen working days, conference"),
        pytest.param("2026-11-23 10:00", 45, "2027-01-28 17:00", id="forty-five over Christmas and New Year"),
    ],
)
def test_many_working_days_end_with_the_office_hours_of_the_last(start: str, days: int, due: str) -> None:
    assert after_working_days(utc(start), days, CALENDAR) == utc(due)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        pytest.param("2026-03-28 23:30", "2026-03-29 03:30", id="the night an hour is lost"),
        pytest.param("2026-10-24 23:30", "2026-10-25 03:30", id="the night an hour comes twice"),
        pytest.param("2026-11-28 22:00", "2026-11-29 02:00", id="a weekend does not stop it"),
    ],
)
def test_four_clock_hours_are_four_elapsed_hours(start: str, due: str) -> None:
    assert after_hours(utc(start), 4, HoursCalendar.CLOCK24, CALENDAR) == utc(due)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        pytest.param("2026-11-24 10:00", 4, "2026-11-24 14:00", id="within one day"),
        pytest.param("2026-11-24 15:00", 4, "2026-11-25 10:30", id="two hours today, two tomorrow"),
        pytest.param("2026-11-27 16:00", 4, "2026-11-30 11:30", id="over a weekend"),
        pytest.param("2026-11-28 12:00", 4, "2026-11-30 12:30", id="from the next opening"),
        pytest.param("2026-11-24 06:00", 8.5, "2026-11-24 17:00", id="a whole day of office hours"),
        pytest.param("2026-04-02 15:00", 4, "2026-04-07 10:30", id="over Easter, in summer time"),
    ],
)
def test_office_hours_count_only_while_the_office_is_open(start: str, hours: float, due: str) -> None:
    assert after_hours(utc(start), hours, HoursCalendar.OFFICE, CALENDAR) == utc(due)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        pytest.param("2026-11-24 15:00", "2026-11-24 19:00", id="started in hours it runs on past closing"),
        pytest.param("2026-11-24 20:00", "2026-11-25 12:30", id="started outside it begins at the next opening"),
    ],
)
def test_office_then_continue_starts_in_office_hours_and_never_stops(start: str, due: str) -> None:
    assert after_hours(utc(start), 4, HoursCalendar.OFFICE_THEN_CONTINUE, CALENDAR) == utc(due)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        pytest.param("2026-11-24 03:00", "2026-11-24 08:30", id="in the night: the same morning"),
        pytest.param("2026-11-24 08:30", "2026-11-25 08:30", id="school has started: the next morning"),
        pytest.param("2026-11-28 23:00", "2026-11-30 08:30", id="Saturday night: Monday morning"),
        pytest.param("2026-04-02 20:00", "2026-04-07 07:30", id="before Easter: Tuesday, in summer time"),
    ],
)
def test_a_school_is_told_before_the_next_school_day_starts(start: str, due: str) -> None:
    assert next_school_start(utc(start), CALENDAR) == utc(due)


def test_twelve_weeks_keep_the_london_clock_time_over_a_clock_change() -> None:
    assert after_weeks(utc("2026-09-01 09:00"), 12) == utc("2026-11-24 10:00")


def test_the_holiday_table_agrees_with_the_facts_for_england() -> None:
    facts = [date.fromisoformat(row["code"]) for row in csv.DictReader(BANK_HOLIDAYS.open(encoding="utf-8"))]
    assert len(facts) == 26
    is_working_day = working_days(MONDAY_TO_FRIDAY, ())
    assert [day for day in facts if is_working_day(day)] == []
    known = {day for year in (2026, 2027) for day in bank_holidays(year) if day.weekday() < 5}
    assert known == {day for day in facts if day.year in (2026, 2027)}


@settings(max_examples=300, deadline=None)
@given(received_at=st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 1), timezones=st.just(UTC)))
def test_one_working_day_ends_in_office_hours_of_a_working_day_and_within_a_week(received_at: datetime) -> None:
    due = response_due(received_at, CALENDAR).astimezone(LONDON)
    assert CALENDAR.is_working_day(due.date())
    assert CALENDAR.opens <= due.time() <= CALENDAR.closes
    assert timedelta(hours=15) < due - received_at < timedelta(days=7)
    assert response_due(received_at, CALENDAR) <= response_due(received_at, LENIENT)


def test_a_closure_day_counts_only_where_the_authority_lists_it() -> None:
    between_the_years = date(2026, 12, 30)
    assert working_days(MONDAY_TO_FRIDAY, ())(between_the_years)
    assert not working_days(MONDAY_TO_FRIDAY, (between_the_years,))(between_the_years)


def test_the_table_of_holidays_reaches_ninety_days_ahead() -> None:
    check_reach(date(2026, 11, 23), 90)


def test_a_calendar_without_working_days_is_refused_rather_than_searched_for_ever() -> None:
    never = WorkCalendar(lambda day: False)
    with pytest.raises(NoWorkingDay):
        response_due(utc("2026-11-24 10:00"), never)


@pytest.mark.parametrize("rule", [response_due, next_school_start])
def test_an_instant_without_a_zone_is_refused(rule: object) -> None:
    with pytest.raises(NaiveInstant):
        rule(datetime(2026, 11, 24, 10, 0), CALENDAR)  # type: ignore[operator]
