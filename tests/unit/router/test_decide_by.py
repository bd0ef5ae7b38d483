"""When a contact must be decided, received at the awkward hours: weekends, bank holidays, clock changes, year end.

Instants are UTC. Office hours are 08:30 to 17:00 in London, where summer time begins on 29 March and ends on 25 October
2026. RED is four elapsed hours, AMBER 24, GREEN 72; one working day stands beside each of them and BLUE has that alone.
"""

import dataclasses
from datetime import UTC, date, datetime, time

import pytest

from services.router.calendar import working_days
from services.router.domain.clocks import decide_by
from services.router.domain.working_time import WorkCalendar, next_school_start
from tests.builders.router import a_contact, durham
from tests.builders.router_versions import ValueRouter, a_version

CLOCKS = durham().clocks


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("received", "red", "amber", "green", "blue"),
    [
        pytest.param(
            *("2026-11-27 23:59", "2026-11-28 03:59", "2026-11-28 23:59", "2026-11-30 17:00", "2026-11-30 17:00"),
            id="23:59 on a Friday in winter",
        ),
        pytest.param(
            *("2026-06-26 22:59", "2026-06-27 02:59", "2026-06-27 22:59", "2026-06-29 16:00", "2026-06-29 16:00"),
            id="23:59 on a Friday in summer",
        ),
        pytest.param(
            *("2026-06-26 23:00", "2026-06-27 03:00", "2026-06-27 23:00", "2026-06-29 16:00", "2026-06-29 16:00"),
            id="midnight in London, which is still Friday in UTC",
        ),
        pytest.param(
            *("2026-11-27 16:59", "2026-11-27 20:59", "2026-11-28 16:59", "2026-11-30 16:59", "2026-11-30 16:59"),
            id="the last minute of office hours on a Friday",
        ),
        pytest.param(
            *("2026-11-29 12:00", "2026-11-29 16:00", "2026-11-30 12:00", "2026-11-30 17:00", "2026-11-30 17:00"),
            id="Sunday noon",
        ),
        pytest.param(
            *("2026-11-30 07:00", "2026-11-30 11:00", "2026-12-01 07:00", "2026-12-01 17:00", "2026-12-01 17:00"),
            id="Monday before the office opens",
        ),
        pytest.param(
            *("2026-04-02 22:59", "2026-04-03 02:59", "2026-04-03 22:59", "2026-04-05 22:59", "2026-04-07 16:00"),
            id="23:59 on the eve of Good Friday: GREEN falls on Easter Sunday",
        ),
        pytest.param(
            *("2026-04-03 09:00", "2026-04-03 13:00", "2026-04-04 09:00", "2026-04-06 09:00", "2026-04-07 16:00"),
            id="Good Friday",
        ),
        pytest.param(
            *("2026-05-22 15:59", "2026-05-22 19:59", "2026-05-23 15:59", "2026-05-25 15:59", "2026-05-26 15:59"),
            id="the Friday before the spring bank holiday",
        ),
        pytest.param(
            *("2026-08-28 16:00", "2026-08-28 20:00", "2026-08-29 16:00", "2026-08-31 16:00", "2026-09-01 16:00"),
            id="closing time on the Friday before the summer bank holiday",
        ),
        pytest.param(
            *("2026-03-27 16:00", "2026-03-27 20:00", "2026-03-28 16:00", "2026-03-30 15:00", "2026-03-30 15:00"),
            id="over the spring change: 16:00 in London comes an hour before 72 hours have passed",
        ),
        pytest.param(
            *("2026-03-29 00:59", "2026-03-29 04:59", "2026-03-30 00:59", "2026-03-30 16:00", "2026-03-30 16:00"),
            id="the last minute before the clocks go forward",
        ),
        pytest.param(
            *("2026-03-28 12:00", "2026-03-28 16:00", "2026-03-29 12:00", "2026-03-30 16:00", "2026-03-30 16:00"),
            id="AMBER over the spring change is 24 elapsed hours",
        ),
        pytest.param(
            *("2026-10-23 15:30", "2026-10-23 19:30", "2026-10-24 15:30", "2026-10-26 15:30", "2026-10-26 16:30"),
            id="over the autumn change: 72 hours have passed an hour before 16:30 in London",
        ),
        pytest.param(
            *("2026-10-25 00:30", "2026-10-25 04:30", "2026-10-26 00:30", "2026-10-26 17:00", "2026-10-26 17:00"),
            id="01:30 in London for the first time that night",
        ),
        pytest.param(
            *("2026-10-25 01:30", "2026-10-25 05:30", "2026-10-26 01:30", "2026-10-26 17:00", "2026-10-26 17:00"),
            id="01:30 in London for the second time that night",
        ),
        pytest.param(
            *("2026-12-24 23:59", "2026-12-25 03:59", "2026-12-25 23:59", "2026-12-27 23:59", "2026-12-29 17:00"),
            id="23:59 on Christmas Eve, with a substitute for Boxing Day",
        ),
        pytest.param(
            *("2026-12-31 16:59", "2026-12-31 20:59", "2027-01-01 16:59", "2027-01-03 16:59", "2027-01-04 16:59"),
            id="the last office minute of the year",
        ),
        pytest.param(
            *("2026-12-31 23:59", "2027-01-01 03:59", "2027-01-01 23:59", "2027-01-03 23:59", "2027-01-04 17:00"),
            id="the last minute of the year",
        ),
        pytest.param(
            *("2027-12-31 23:59", "2028-01-01 03:59", "2028-01-01 23:59", "2028-01-03 23:59", "2028-01-04 17:00"),
            id="New Year on a Saturday: the substitute Monday is no working day",
        ),
        pytest.param(
            *("2028-02-28 10:00", "2028-02-28 14:00", "2028-02-29 10:00", "2028-02-29 10:00", "2028-02-29 10:00"),
            id="the day before a leap day",
        ),
    ],
)
def test_decide_by_at_awkward_hours(received: str, red: str, amber: str, green: str, blue: str) -> None:
    due = {
        rating: decide_by(a_contact(rating=rating, received_at=utc(received)), CLOCKS)
        for rating in ("RED", "AMBER", "GREEN", "BLUE")
    }
    assert due == {"RED": utc(red), "AMBER": utc(amber), "GREEN": utc(green), "BLUE": utc(blue)}
    assert decide_by(a_contact(rating="BLUE", danger=("hurt_now",), received_at=utc(received)), CLOCKS) == utc(red)


def test_the_due_time_of_a_case_counts_from_receipt_and_not_from_when_it_was_handled() -> None:
    router = ValueRouter()
    router.at = utc("2026-11-30 09:00")
    router.takes(a_version(1, consent="unknown", rating="AMBER", at=utc("2026-11-27 23:59")))
    assert router.case(1).decide_by == utc("2026-11-28 23:59")


@pytest.mark.parametrize(
    ("received", "due"),
    [
        pytest.param("2026-12-29 02:00", "2026-12-29 08:30", id="the night before a closure day of the council"),
        pytest.param("2026-12-29 10:00", "2026-12-30 08:30", id="on a closure day of the council"),
        pytest.param("2026-12-24 22:00", "2026-12-29 08:30", id="Christmas Eve: bank holidays are no school days"),
        pytest.param("2026-11-27 23:59", "2026-11-30 08:30", id="a Friday night"),
        pytest.param("2026-03-29 00:30", "2026-03-30 07:30", id="the night the clocks go forward"),
        pytest.param("2026-10-25 01:30", "2026-10-26 08:30", id="the night the clocks go back"),
    ],
)
def test_the_school_is_told_before_its_next_day_even_where_the_council_is_closed(received: str, due: str) -> None:
    closed = (date(2026, 12, 29), date(2026, 12, 30), date(2026, 12, 31))
    calendar = WorkCalendar(
        working_days(range(5), closed), time(8, 30), time(17, 0), is_school_day=CLOCKS.calendar.is_school_day
    )
    assert next_school_start(utc(received), calendar) == utc(due)


def test_a_closure_day_of_the_council_puts_off_what_is_due_in_working_days_only() -> None:
    calendar = dataclasses.replace(CLOCKS.calendar, is_working_day=working_days(range(5), (date(2026, 12, 30),)))
    clocks = dataclasses.replace(CLOCKS, calendar=calendar)
    contact = a_contact(rating="BLUE", received_at=utc("2026-12-29 10:00"))
    assert decide_by(contact, clocks) == utc("2026-12-31 10:00")
    assert decide_by(dataclasses.replace(contact, rating="AMBER"), clocks) == utc("2026-12-30 10:00")
