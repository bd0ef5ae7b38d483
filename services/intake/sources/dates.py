"""Dates and times as agencies write them. A time without an offset is London's; an ambiguous one is earlier."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from shared.clock import from_london, london_date

_ISO = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})(?:[T ].*)?", re.DOTALL)
_UK = re.compile(r"([0-9]{1,2})[/.\- ]([0-9]{1,2})[/.\- ]([0-9]{4}|[0-9]{2})(?:[ T,].*)?", re.DOTALL)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_WORDS = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[ \-]([A-Za-z]{3,9})[ \-,]+([0-9]{4}|[0-9]{2})(?: .*)?")
_UK_TIME = re.compile(r"(.+?)[ T,]+([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2}))?\s*(am|pm)?", re.IGNORECASE)
_UTC = re.compile(r"[T ][0-9:.]+ ?(?:Z|[+-]00:?00)$")
_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class Day:
    """A date as read. two_digit_year: the century was inferred."""

    value: date
    two_digit_year: bool = False


def read_day(text: str, today: date, *, future: bool = False) -> Day | None:
    """The date in `text`, None where it cannot be read or does not exist.

    A two-digit year is the nearest one not after `today`, or of this century where `future` dates are expected. A date
    with a time in UTC is London's date then: a program that writes summer midnights in UTC writes the day before.
    """
    text = text.strip()[:60]
    if _UTC.search(text) and (instant := _instant(text)) is not None:
        text = london_date(instant).isoformat()
    for pattern, order in ((_ISO, (1, 2, 3)), (_UK, (3, 2, 1)), (_COMPACT, (1, 2, 3))):
        if match := pattern.fullmatch(text):
            year, month, day = (match.group(place) for place in order)
            return _day(year, int(month), int(day), today, future)
    match = _WORDS.fullmatch(text)
    if match and match.group(2)[:3].lower() in _MONTHS:
        return _day(match.group(3), _MONTHS.index(match.group(2)[:3].lower()) + 1, int(match.group(1)), today, future)
    return None


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _day(year: str, month: int, day: int, today: date, future: bool) -> Day | None:
    short = len(year) == 2
    try:
        value = date(2000 + int(year) if short else int(year), month, day)
        if short and not future and value > today:
            value = value.replace(year=value.year - 100)
    except ValueError:
        return None
    return Day(value, short) if 1900 <= value.year <= 2199 else None


def read_partial(text: str) -> tuple[int, int | None] | None:
    """Year and month of a date known only that far (FHIR allows it), else None."""
    match = _PARTIAL.fullmatch(text.strip())
    if match is None or not 1900 <= int(match.group(1)) <= 2199:
        return None
    month = int(match.group(2)) if match.group(2) else None
    return (int(match.group(1)), month) if month is None or 1 <= month <= 12 else None


def read_instant(text: str, today: date) -> datetime | None:
    """The UTC instant in `text`, or None. Without an offset it is London's wall clock; a date alone is its midnight."""
    text = text.strip()[:60]
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        maybe = _uk_time(text, today)
        if maybe is None:
            return None
        local = maybe
    try:
        instant = from_london(local).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return instant if 1900 <= instant.year <= 2199 else None


def _uk_time(text: str, today: date) -> datetime | None:
    match = _UK_TIME.fullmatch(text)
    day = read_day(match.group(1) if match else text, today)
    if day is None:
        return None
    hour, minute, second, half = (match.groups() if match else (None,) * 5)[1:]
    hours = int(hour or 0)
    if half:
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    try:
        return datetime(day.value.year, day.value.month, day.value.day, hours, int(minute or 0), int(second or 0))
    except ValueError:
        return None


def years_between(born: date, on: date) -> int:
    """Whole years of age on a day; negative before birth."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def months_between(born: date, on: date) -> int:
    """Whole months of age on a day; negative before birth."""
    return (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
