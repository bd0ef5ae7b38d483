"""A date of birth as told: three numbers that need not be a day of the calendar, since a slip leaves none."""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ].*)?")
_ENGLISH = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4}|[0-9]{2})(?: .*)?")
_WORDED = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[-/. ]*([A-Za-z]{3})[a-z]*[-/., ]*([0-9]{4}|[0-9]{2})")
_BARE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_PIVOT = 50  # two digits from here on are of the last century
_EARLIEST_YEAR = 1901  # before it: what systems write for "not known"
_GENERATION_YEARS = 13


class BirthLevel(StrEnum):
    """How far two dates of birth agree."""

    SAME = "same"
    DEFAULT = "default"  # the same first of January, which often stands for a date nobody knows
    SWAPPED = "swapped"
    SLIP = "slip"
    PART = "part"
    DIFFER = "differ"


@dataclass(frozen=True, slots=True, order=True)
class Birth:
    """A date of birth as told."""

    year: int = field(repr=False)
    month: int = field(repr=False)
    day: int = field(repr=False)

    @property
    def digits(self) -> str:
        """yyyymmdd."""
        return f"{self.year:04}{self.month:02}{self.day:02}"

    @property
    def spread(self) -> str:
        """The same text for a date and the one with day and month exchanged."""
        low, high = sorted((self.month, self.day))
        return f"{self.year:04}{low:02}{high:02}"

    @property
    def is_default(self) -> bool:
        """Whether it may stand for a date nobody knows: the first of January."""
        return self.month == 1 and self.day == 1

    def as_date(self) -> date | None:
        """The day of the calendar, or None where there is none."""
        try:
            return date(self.year, self.month, self.day)
        except ValueError:
            return None


def read_birth(text: str) -> Birth | None:
    """A date written as 2015-03-04, 04/03/2015, 20150304 or 4 March 2015; None for none and for a placeholder.

    Day before month, except where only the other order can be meant.
    """
    text = text.strip()
    if found := _ISO.fullmatch(text) or _BARE.fullmatch(text):
        year, month, day = (int(part) for part in found.groups()[:3])
    elif found := _ENGLISH.fullmatch(text):
        day, month, year = (int(part) for part in found.groups()[:3])
    elif (found := _WORDED.fullmatch(text)) and found[2].lower() in _MONTHS:
        day, month, year = int(found[1]), _MONTHS[found[2].lower()], int(found[3])
    else:
        return None
    if year < 100:
        year += 1900 if year >= _PIVOT else 2000
    if month > 12 >= day > 0:
        day, month = month, day
    if year < _EARLIEST_YEAR or year > 2999 or not month or not day:
        return None
    return Birth(year, month, day)


def birth_level(a: Birth, b: Birth) -> BirthLevel:
    """How far two dates agree: the same, day and month exchanged, one slip of the hand, two parts of three, or not."""
    if a == b:
        return BirthLevel.DEFAULT if a.is_default else BirthLevel.SAME
    if a.year == b.year and (a.month, a.day) == (b.day, b.month):
        return BirthLevel.SWAPPED
    if one_slip(a.digits, b.digits) or _next_year(a, b):
        return BirthLevel.SLIP
    parts = (a.year == b.year) + (a.month == b.month) + (a.day == b.day)
    return BirthLevel.PART if parts >= 2 and not a.is_default and not b.is_default else BirthLevel.DIFFER


def one_slip(a: str, b: str) -> bool:
    """Whether one character was mistyped or two neighbours exchanged; of equal length."""
    if len(a) != len(b):
        return False
    places = [place for place, (one, other) in enumerate(zip(a, b, strict=True)) if one != other]
    if len(places) == 1:
        return True
    return (
        len(places) == 2
        and places[1] == places[0] + 1
        and a[places[0]] == b[places[1]]
        and a[places[1]] == b[places[0]]
    )


def a_generation_apart(a: Birth, b: Birth) -> bool:
    """Whether one could be the parent of the other."""
    return abs(a.year - b.year) >= _GENERATION_YEARS


def _next_year(a: Birth, b: Birth) -> bool:
    return (a.month, a.day) == (b.month, b.day) and abs(a.year - b.year) == 1
