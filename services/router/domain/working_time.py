"""Working time in London: office hours, working days, and limits counted in them or in elapsed hours.

Instants come in and go out aware and are kept in UTC, so that four hours across a clock change are four elapsed hours;
calendar steps are made on London wall-clock time. Which days are working days is an argument.
Source: the front door's clock rules; all of them local settings to be confirmed by the authority.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.errors import NaiveInstant

LONDON = ZoneInfo("Europe/London")
ONE_DAY = timedelta(days=1)
LONGEST_CLOSURE_DAYS = 31

IsWorkingDay = Callable[[date], bool]


class NoWorkingDay(ValueError):
    """The calendar holds no working day within a month: it is wrong, and no due time can be given."""


class OneWorkingDay(StrEnum):
    """The two readings of "one working day"; the stricter is the default."""

    SAME_CLOCK_TIME = "same_clock_time"
    END_OF_NEXT_WORKING_DAY = "end_of_next_working_day"


class HoursCalendar(StrEnum):
    """How a limit in hours runs: always, in office hours only, or from office hours on without stopping."""

    CLOCK24 = "clock24"
    OFFICE = "office"
    OFFICE_THEN_CONTINUE = "office_then_continue"


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Office hours (London wall-clock), working days, and how one working day is read.

    is_school_day: None where every working day is one; the council's own closure days close no school.
    """

    is_working_day: IsWorkingDay
    opens: time = time(8, 30)
    closes: time = time(17, 0)
    one_working_day: OneWorkingDay = OneWorkingDay.SAME_CLOCK_TIME
    school_starts: time = time(8, 30)
    is_school_day: IsWorkingDay | None = None


def response_due(received_at: datetime, calendar: WorkCalendar) -> datetime:
    """Latest instant to acknowledge a referral and decide its next step: one working day after receipt, aware UTC.

    received_at: aware instant of the first copy, from any agency. Received in office hours: the same clock time on the
    next working day (or the end of that day, by the other rule). Received outside them: the end of office hours on the
    next working day. Raises NaiveInstant where received_at has no zone.
    Source: Working Together to Safeguard Children ("one working day"); how it is counted: assumption.
    """
    local = _local(received_at)
    next_day = next_working_day(local.date(), calendar.is_working_day)
    if in_office_hours(local, calendar) and calendar.one_working_day is OneWorkingDay.SAME_CLOCK_TIME:
        return _instant(next_day, local.time())
    return _instant(next_day, calendar.closes)


def after_working_days(start: datetime, days: int, calendar: WorkCalendar) -> datetime:
    """When `days` working days after `start` are over, aware UTC. days: 1 or more. Raises NaiveInstant.

    One day is the rule for an answer (`response_due`): the same time on the next working day. More days end with the
    last of them; the day of start is day 0, and a start on a non-working day counts from the next working day.
    Source: census rules 8670Q and 8675Q (45 and 15 working days); close of office on the last day: assumption.
    """
    if days == 1:
        return response_due(start, calendar)
    day = _local(start).date()
    if not calendar.is_working_day(day):
        day = next_working_day(day, calendar.is_working_day)
    for _ in range(days):
        day = next_working_day(day, calendar.is_working_day)
    return _instant(day, calendar.closes)


def after_hours(start: datetime, hours: float, running: HoursCalendar, calendar: WorkCalendar) -> datetime:
    """The instant `hours` after `start` on the given calendar, aware UTC. Raises NaiveInstant.

    Source: timescales (clock24, office or office_then_continue; four hours over a clock change are elapsed hours).
    """
    local = _local(start)
    match running:
        case HoursCalendar.CLOCK24:
            return start.astimezone(UTC) + timedelta(hours=hours)
        case HoursCalendar.OFFICE_THEN_CONTINUE:
            return _opening_at_or_after(local, calendar).astimezone(UTC) + timedelta(hours=hours)
        case HoursCalendar.OFFICE:
            return _office_hours_on(local, timedelta(hours=hours), calendar)


def next_school_start(start: datetime, calendar: WorkCalendar) -> datetime:
    """The start of the next school day after `start`, aware UTC. Raises NaiveInstant.

    Every weekday that is no bank holiday counts as a school day, whatever days the council closes, so it is never late.
    Sources: Operation Encompass guidance November 2025 (before the start of the next school day); timescales, working
    day rule (every weekday that is not a bank holiday counts).
    """
    local = _local(start)
    is_school_day = calendar.is_school_day or calendar.is_working_day
    if is_school_day(local.date()) and local.time() < calendar.school_starts:
        return _instant(local.date(), calendar.school_starts)
    return _instant(next_working_day(local.date(), is_school_day), calendar.school_starts)


def after_weeks(start: datetime, weeks: int) -> datetime:
    """The same London clock time `weeks` later, aware UTC. Raises NaiveInstant.

    Source: services, D1 (TAC normally at most 12 weeks); counted on London's clock: assumption.
    """
    local = _local(start)
    return _instant(local.date() + weeks * 7 * ONE_DAY, local.time())


def in_office_hours(local: datetime, calendar: WorkCalendar) -> bool:
    """True where a London wall-clock time lies in office hours of a working day; the closing minute is outside.

    Source: timescales, working day rule; the hours themselves: local setting.
    """
    return calendar.opens <= local.time() < calendar.closes and calendar.is_working_day(local.date())


def next_working_day(day: date, is_working_day: IsWorkingDay) -> date:
    """The first working day after `day`. Raises NoWorkingDay where the calendar has none within a month.

    Source: timescales, working day rule (Monday to Friday, no bank holiday of England).
    """
    for step in range(1, LONGEST_CLOSURE_DAYS + 1):
        candidate = day + step * ONE_DAY
        if is_working_day(candidate):
            return candidate
    raise NoWorkingDay


def _office_hours_on(local: datetime, left: timedelta, calendar: WorkCalendar) -> datetime:
    opening = _opening_at_or_after(local, calendar)
    while True:
        closing = opening.replace(hour=calendar.closes.hour, minute=calendar.closes.minute, second=0, microsecond=0)
        open_for = closing.astimezone(UTC) - opening.astimezone(UTC)
        if left <= open_for:
            return opening.astimezone(UTC) + left
        left -= open_for
        opening = _opening_at_or_after(closing, calendar)


def _opening_at_or_after(local: datetime, calendar: WorkCalendar) -> datetime:
    if in_office_hours(local, calendar):
        return local
    if calendar.is_working_day(local.date()) and local.time() < calendar.opens:
        return datetime.combine(local.date(), calendar.opens, LONDON)
    return datetime.combine(next_working_day(local.date(), calendar.is_working_day), calendar.opens, LONDON)


def _local(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise NaiveInstant
    return instant.astimezone(LONDON)


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, LONDON).astimezone(UTC)
