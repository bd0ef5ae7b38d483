"""Ages as the continuum uses them, from dates or from the range a sender could give."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from shared.messages.contact import Child

_BANDS = ((0, "under_1"), (4, "1_4"), (10, "5_10"), (15, "11_15"), (17, "16_17"), (25, "18_25"))


@dataclass(frozen=True, slots=True)
class Age:
    """Whole months, lowest and highest possible. A range comes from an age in years."""

    lowest: int
    highest: int


def months_between(start: date, end: date) -> int:
    """Whole months from start to end; negative where start lies after end."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - 1 if end.day < start.day else months


@lru_cache(maxsize=4096)
def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; where that month has no such day, its last (29 February -> 28)."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, _days_in(year, month + 1)))


def _days_in(year: int, month: int) -> int:
    following = date(year + (month == 12), month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def age_of(child: Child, on: date) -> Age | None:
    """The age on a London date, or None where it is not known. A date of birth in the future says nothing.

    Source: message shapes (dates of birth that are estimated, given as a year group or missing); the ranges:
    assumption.
    """
    if child.unborn:
        return None
    if child.born_on is not None and child.born_on <= on:
        months = months_between(child.born_on, on)
        return Age(months, months)
    if child.born_on is None and child.age_years is not None:
        low, high = child.age_years
        return Age(low * 12, high * 12 + 11)
    return None


def age_band(child: Child, on: date) -> str:
    """unborn, under_1, 1_4, 5_10, 11_15, 16_17, 18_25 or unknown; a range that spans two bands is unknown.

    Source: assumption, confirm with the authority.
    """
    if child.unborn:
        return "unborn"
    age = age_of(child, on)
    if age is None:
        return "unknown"
    low, high = _band(age.lowest // 12), _band(age.highest // 12)
    return low if low == high else "unknown"


def _band(years: int) -> str:
    return next((name for upper, name in _BANDS if years <= upper), "unknown")
