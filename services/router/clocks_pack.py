"""Reads clocks.yaml: office hours, working days, numbers that must be there, and every clock of the front door."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from pydantic import Field

from services.router.calendar import working_days
from services.router.domain.catalogue import AGE_BANDS, Catalogue
from services.router.domain.clocks import TIME_LIMIT, Applies, Clock, ClockKind, Clocks, Running
from services.router.domain.working_time import OneWorkingDay, WorkCalendar
from services.router.pack_entries import PackReader, Sourced, Strict
from shared.messages.assessment import Rating
from shared.messages.case_moved import CaseState
from shared.policy import Pack

SECTIONS = (
    "time_zone",
    "office_hours",
    "working_days",
    "school_day_starts",
    "alert_points",
    "contact_numbers",
    "clocks",
)
DECIDING = ("ACK", "DECISION", "RATING_DANGER", "RATING_RED", "RATING_AMBER", "RATING_GREEN")
REQUIRED = (
    *DECIDING,
    *("FEEDBACK", "ASSESS", "STRATEGY", "CONFERENCE", "ENCOMPASS", "FGM", "PRIVFOST_NOTICE", "PRIVFOST_VISIT"),
    *("MISSING_RHI", "WRITTEN", "REREFER", TIME_LIMIT),
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


SCHOOL_WEEKDAYS = range(5)  # Source: timescales, working day rule: term dates are not known, so each counts.


class OfficeHours(Sourced):
    """Opening and closing on London's clock, written "08:30"."""

    opens: str
    closes: str


class WorkingDays(Sourced):
    """Which days count, and how one working day is read."""

    weekdays: list[Weekday]
    bank_holidays: Literal["england"]
    closure_days: list[date]
    one_working_day: Literal["same_clock_time", "end_of_next_working_day"]
    must_reach_days_ahead: int = Field(ge=1)


class SchoolDay(Sourced):
    """When a school day starts, on London's clock."""

    at: str


class AlertPoints(Sourced):
    """At which share of a limit an alert is recorded, and from which on its queue is told."""

    percent: list[int]
    notice_from: int


class Number(Sourced):
    """A telephone number that people in danger or out of hours are given."""

    number: str


class ContactNumbers(Strict):
    """Both are required: danger ignores calendars."""

    front_door: Number
    out_of_hours: Number


class AppliesRow(Strict):
    """Which cases a clock is for."""

    ratings: list[str] = Field(default_factory=list)
    danger: bool = False
    indicators: list[str] = Field(default_factory=list)
    markers: list[str] = Field(default_factory=list)
    agency_kinds: list[str] = Field(default_factory=list)
    age_bands: list[str] = Field(default_factory=list)
    states: list[str] = Field(default_factory=list)
    queues: list[str] = Field(default_factory=list)


class ClockRow(Sourced):
    """One clock. kept_by: who keeps a clock that is only told here."""

    id: str
    kind: Literal["decide", "follow", "told"]
    calendar: Literal["clock24", "office", "office_then_continue", "working_days", "school_day", "weeks", "months"]
    hours: float | None = Field(default=None, gt=0)
    working_days: int | None = Field(default=None, ge=1)
    weeks: int | None = Field(default=None, ge=1)
    months: int | None = Field(default=None, ge=1)
    starts: str
    applies: AppliesRow = AppliesRow()
    kept_by: str | None = None
    tell: str


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """Numbers of the front door, and how far ahead the bank holidays must be known."""

    number: str
    out_of_hours: str
    holidays_days_ahead: int


@dataclass(frozen=True, slots=True)
class CodeLists:
    """The codes that packs may use."""

    indicators: Collection[str]
    markers: Collection[str]
    outcomes: Collection[str]
    agency_kinds: Collection[str]


def clocks_of(pack: Pack, catalogue: Catalogue, lists: CodeLists) -> tuple[Clocks, FrontDoor]:
    """The clocks of a pack. Raises SettingsError naming file, entry and remedy; a missing clock is refused."""
    reader = PackReader(pack)
    reader.only(SECTIONS)
    if reader.section("time_zone") != "Europe/London":
        reader.refuse("time_zone", "must be Europe/London", "write it so: due times are computed there")
    rows = {row.id: row for row in reader.rows(ClockRow, "clocks")}
    for required in REQUIRED:
        if required not in rows:
            reader.refuse(
                f"clocks[{required}]", "this clock is missing", "add it, with kind told where nobody keeps it here"
            )
    for row in rows.values():
        _check(reader, row, catalogue, lists)
    for always in ("ACK", "DECISION"):
        if rows[always].kind != "decide" or rows[always].applies != AppliesRow():
            reader.refuse(
                f"clocks[{always}]", "must ask for a decision on every contact", "set kind: decide, applies: {}"
            )
    alerts = _alerts(reader)
    clocks = Clocks(
        version=pack.version,
        deciding=_distinct(_clock(row) for row in rows.values() if row.kind == "decide"),
        followed=tuple(_clock(row) for row in rows.values() if row.kind == "follow"),
        calendar=_calendar(reader),
        alert_percents=tuple(alerts.percent),
        notice_from_percent=alerts.notice_from,
    )
    return clocks, _front_door(reader)


def _check(reader: PackReader, row: ClockRow, catalogue: Catalogue, lists: CodeLists) -> None:
    entry = f"clocks[{row.id}]"
    amounts = {"hours": row.hours, "working_days": row.working_days, "weeks": row.weeks, "months": row.months}
    unit = {"clock24": "hours", "office": "hours", "office_then_continue": "hours"}.get(row.calendar, row.calendar)
    given = {name for name, amount in amounts.items() if amount is not None}
    wanted = set() if row.id == TIME_LIMIT or unit == "school_day" else {unit}
    if given != wanted:
        reader.refuse(entry, f"calendar {row.calendar} needs {' '.join(wanted) or 'no amount'}", "give exactly that")
    if row.kind == "told" and not row.kept_by:
        reader.refuse(entry, "says nobody keeps it", "name who does in kept_by, or set kind: follow")
    if row.kind != "told" and row.calendar == "months":
        reader.refuse(entry, "the router keeps no clock in months", "set kind: told and kept_by")
    if row.kind != "told" and row.starts not in ("received", "placed"):
        reader.refuse(entry, f"the router does not see when {row.starts!r} is", "start it at received or placed")
    applies = row.applies
    reader.known(applies.ratings, Rating, entry, "rating")
    reader.known(applies.indicators, lists.indicators, entry, "indicator of concern_theme.csv")
    reader.known(applies.markers, lists.markers, entry, "marker of marker.csv")
    reader.known(applies.agency_kinds, lists.agency_kinds, entry, "agency kind")
    reader.known(applies.age_bands, AGE_BANDS, entry, "age band")
    reader.known(applies.states, CaseState, entry, "state of a case")
    reader.known(applies.queues, catalogue.by_queue, entry, "queue of the catalogue")


def _clock(row: ClockRow) -> Clock:
    applies = row.applies
    return Clock(
        id=row.id,
        kind=ClockKind(row.kind),
        running=Running(row.calendar),
        amount=row.hours or row.working_days or row.weeks or row.months or 0,
        applies=Applies(
            ratings=frozenset(applies.ratings),
            danger=applies.danger,
            indicators=frozenset(applies.indicators),
            markers=frozenset(applies.markers),
            agency_kinds=frozenset(applies.agency_kinds),
            age_bands=frozenset(applies.age_bands),
            states=frozenset(applies.states),
            queues=frozenset(applies.queues),
        ),
    )


def _distinct(clocks: Iterable[Clock]) -> tuple[Clock, ...]:
    """Of clocks that are always due together, such as ACK and DECISION, one is enough to find the earliest."""
    return tuple({(clock.running, clock.amount, clock.applies): clock for clock in clocks}.values())


def _calendar(reader: PackReader) -> WorkCalendar:
    office = reader.read(OfficeHours, reader.section("office_hours"), "office_hours")
    days = reader.read(WorkingDays, reader.section("working_days"), "working_days")
    school = reader.read(SchoolDay, reader.section("school_day_starts"), "school_day_starts")
    opens, closes = (
        _time(reader, office.opens, "office_hours.opens"),
        _time(reader, office.closes, "office_hours.closes"),
    )
    if opens >= closes:
        reader.refuse("office_hours", "close before they open", "write both on London's clock, such as 08:30 and 17:00")
    if not days.weekdays:
        reader.refuse("working_days.weekdays", "no day of the week is a working day", "list at least one")
    return WorkCalendar(
        is_working_day=working_days([WEEKDAYS.index(day) for day in days.weekdays], days.closure_days),
        opens=opens,
        closes=closes,
        one_working_day=OneWorkingDay(days.one_working_day),
        school_starts=_time(reader, school.at, "school_day_starts.at"),
        is_school_day=working_days(SCHOOL_WEEKDAYS, ()),
    )


def _alerts(reader: PackReader) -> AlertPoints:
    alerts = reader.read(AlertPoints, reader.section("alert_points"), "alert_points")
    if sorted(set(alerts.percent)) != alerts.percent or not alerts.percent or not 0 < alerts.percent[0] <= 100:
        reader.refuse("alert_points.percent", "must rise, between 1 and 100", "write for example [50, 80, 100]")
    if alerts.percent[-1] != 100:
        reader.refuse("alert_points.percent", "a breach would raise no alert", "end the list with 100")
    return alerts


def _front_door(reader: PackReader) -> FrontDoor:
    numbers = reader.read(ContactNumbers, reader.section("contact_numbers"), "contact_numbers")
    days = reader.read(WorkingDays, reader.section("working_days"), "working_days")
    for name, number in (("front_door", numbers.front_door), ("out_of_hours", numbers.out_of_hours)):
        if sum(character.isdigit() for character in number.number) < 3:
            reader.refuse(f"contact_numbers.{name}", "is no telephone number", "give the number people shall ring")
    return FrontDoor(numbers.front_door.number, numbers.out_of_hours.number, days.must_reach_days_ahead)


def _time(reader: PackReader, text: str, entry: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        reader.refuse(entry, "is no time of day", 'write it in quotes as "08:30"')
