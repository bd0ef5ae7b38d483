"""Which clocks run for a case and when each is due. decide_by is the earliest one that asks for a decision.

A rating clock never extends a statutory one. A clock starts at the receipt of the first copy; a new rating restarts
nothing, and waiting for the sender pauses nothing (assumptions; the limits and their sources stand in the clocks pack).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.router.domain.models import Contact, Position
from services.router.domain.working_time import (
    HoursCalendar,
    WorkCalendar,
    after_hours,
    after_weeks,
    after_working_days,
    next_school_start,
)

DECIDE_BY = "DECIDE_BY"
TIME_LIMIT = "TIME_LIMIT"


class ClockKind(StrEnum):
    """decide: counts for decide_by; follow: kept for some cases; told: kept by somebody else."""

    DECIDE = "decide"
    FOLLOW = "follow"
    TOLD = "told"


class Running(StrEnum):
    """The calendar a clock runs on."""

    CLOCK24 = "clock24"
    OFFICE = "office"
    OFFICE_THEN_CONTINUE = "office_then_continue"
    WORKING_DAYS = "working_days"
    SCHOOL_DAY = "school_day"
    WEEKS = "weeks"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class Applies:
    """Which cases a clock is for. An empty set asks for nothing; indicators: one of them; markers: all of them."""

    ratings: frozenset[str] = frozenset()
    danger: bool = False
    indicators: frozenset[str] = frozenset()
    markers: frozenset[str] = frozenset()
    agency_kinds: frozenset[str] = frozenset()
    age_bands: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()

    def to_contact(self, contact: Contact) -> bool:
        """True where everything asked about the contact itself holds."""
        return (
            (not self.ratings or contact.rating in self.ratings)
            and (not self.danger or contact.in_danger)
            and (not self.agency_kinds or contact.agency_kind in self.agency_kinds)
            and (not self.age_bands or contact.age_band in self.age_bands)
            and (not self.indicators or not self.indicators.isdisjoint(contact.indicators))
            and self.markers.issubset(contact.markers)
        )

    def to_position(self, position: Position) -> bool:
        """True where everything asked about where the case stands holds."""
        return (not self.states or position.state.value in self.states) and (
            not self.queues or position.queue in self.queues
        )


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of the pack. amount: hours, working days, weeks or months by its calendar; 0 where it has none."""

    id: str
    kind: ClockKind
    running: Running
    amount: float
    applies: Applies


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A clock that runs for a case."""

    clock: str
    starts_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of an authority: those that ask for a decision, those that are followed, and the working calendar."""

    version: str
    deciding: tuple[Clock, ...]
    followed: tuple[Clock, ...]
    calendar: WorkCalendar
    alert_percents: tuple[int, ...] = (50, 80, 100)
    notice_from_percent: int = 80


def decide_by(contact: Contact, clocks: Clocks) -> datetime:
    """The earliest applicable due time of a contact, aware UTC. Raises NaiveInstant where received_at has no zone.

    Source: timescales, consequences for the design (the rating clock never extends ACK or DECISION: the earliest due
    time).
    """
    return min(
        due(clock, contact.received_at, clocks.calendar)
        for clock in clocks.deciding
        if clock.applies.to_contact(contact)
    )


def followed_clocks(
    contact: Contact, position: Position, moved_at: datetime, time_limit_weeks: int | None, clocks: Clocks
) -> tuple[RunningClock, ...]:
    """The further clocks that run where a case stands now.

    moved_at: start of a service's own time limit. time_limit_weeks: that limit, or None for a service without one.
    Source: timescales, statutory and national clocks; whom each one is for stands in the clocks pack with its source.
    """
    running: list[RunningClock] = []
    for clock in clocks.followed:
        if not (clock.applies.to_contact(contact) and clock.applies.to_position(position)):
            continue
        if clock.id == TIME_LIMIT:
            if time_limit_weeks:
                running.append(RunningClock(clock.id, moved_at, after_weeks(moved_at, time_limit_weeks)))
        else:
            due_at = due(clock, contact.received_at, clocks.calendar)
            running.append(RunningClock(clock.id, contact.received_at, due_at))
    return tuple(running)


def due(clock: Clock, start: datetime, calendar: WorkCalendar) -> datetime:
    """When a clock that started at `start` is due, aware UTC.

    Source: timescales, consequences for the design (each clock has a calendar; it starts at receipt by any door).
    """
    match clock.running:
        case Running.CLOCK24:
            return after_hours(start, clock.amount, HoursCalendar.CLOCK24, calendar)
        case Running.OFFICE:
            return after_hours(start, clock.amount, HoursCalendar.OFFICE, calendar)
        case Running.OFFICE_THEN_CONTINUE:
            return after_hours(start, clock.amount, HoursCalendar.OFFICE_THEN_CONTINUE, calendar)
        case Running.WORKING_DAYS:
            return after_working_days(start, int(clock.amount), calendar)
        case Running.SCHOOL_DAY:
            return next_school_start(start, calendar)
        case Running.WEEKS:
            return after_weeks(start, int(clock.amount))
        case Running.MONTHS:
            raise ValueError(f"{clock.id}: a clock in months is kept by another service")


def alert_at(starts_at: datetime, due_at: datetime, percent: int) -> datetime:
    """The instant at which `percent` of a clock has run.

    Source: timescales (alerts at 50, 80 and 100 % of the limit): assumption, confirm with the authority.
    """
    return starts_at + (due_at - starts_at) * percent / 100


def next_alert(running: RunningClock, raised: Sequence[int], percents: Sequence[int]) -> datetime | None:
    """When the next alert of a clock is due, or None where all were raised.

    Source: timescales (alerts at 50, 80 and 100 % of the limit); each one once: assumption.
    """
    left = [percent for percent in percents if percent not in raised]
    return alert_at(running.starts_at, running.due_at, min(left)) if left else None
