"""Ages as agencies write them, read as the lowest and highest that they can mean."""

import re
from dataclasses import dataclass

_NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_NUMBERS += ["eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_ROUGHLY = re.compile(r"(?:age[d]? )?(about|approx(?:imately|\.)?|around|circa|c\.?|nearly|almost|~)?\s*(.+)")
_UNIT = r"(years?|yrs?|y/?o|y|months?|mths?|mos?|m|weeks?|wks?|w|days?|d)"
_RANGE = re.compile(rf"(?:between )?([0-9]{{1,2}}) ?(?:-|to|or|and|/|–) ?([0-9]{{1,2}}) ?{_UNIT}?(?: old)?")
_CLINICAL = re.compile(r"([0-9]{1,2}) ?/ ?(52|12|7)(?: old)?")
_BELOW = re.compile(rf"(?:under|below|less than|<|not yet) ?([0-9]{{1,2}}) ?{_UNIT}?(?: old)?")
_PART = re.compile(rf"([0-9]{{1,3}}(?:\.[0-9])?) ?{_UNIT}(?: ?(?:,|and|&) ?| |(?=[0-9])|$)")
_YEARS = re.compile(r"[0-9]{1,3}(?:\.[0-9])?")
_DAY = re.compile(r"day ([0-9]{1,2})(?: of life)?")
_NEW = frozenset({"newborn", "new born", "new-born", "neonate"})
_BABY = frozenset({"baby", "infant"})

_MONTHS = {"y": 12.0, "m": 1.0, "w": 12 / 52, "d": 12 / 365}
_VERY_YOUNG = 24.0
_CLINICAL_UNIT = {"52": "w", "12": "m", "7": "d"}


@dataclass(frozen=True, slots=True)
class Age:
    """An age as given: lowest and highest possible in whole years.

    months: the lowest possible, where it was given finer than in years. in_words: no figure was written.
    """

    years: tuple[int, int]
    months: int | None = None
    in_words: bool = False


@dataclass(frozen=True, slots=True)
class _Span:
    """From and to, in months. fine: given in months, weeks or days."""

    low: float
    high: float
    fine: bool


def read_age(text: str) -> Age | None:
    """The age in `7`, `about 4`, `18 months`, `6/52` (weeks), `4-5 months`, `1 year 3 months`, `seven`, `newborn`.

    What can mean two things is read as either: `6/7` is six days or six to seven years. None where it is unreadable.
    """
    words = text.strip().lower()[:40]
    if words in _NEW or words in _BABY:
        return Age((0, 0), 0 if words in _NEW else None, in_words=True)
    match = _ROUGHLY.fullmatch(words)
    if match is None:
        return None
    figures, spelled = _figures(match.group(2).removesuffix(" old"))
    span = _clinical(figures) or _range(figures) or _below(figures) or _day_of_life(figures) or _sum(figures)
    if span is None:
        return None
    if match.group(1):
        span = _widened(span)
    return Age((int(span.low // 12), int(span.high // 12)), int(span.low) if span.fine else None, in_words=spelled)


def _clinical(words: str) -> _Span | None:
    """British clinical shorthand: 6/52 is six weeks, 3/12 three months, 5/7 five days; 11/12 may mean years as well."""
    match = _CLINICAL.fullmatch(words)
    if match is None:
        return None
    number, of = int(match.group(1)), match.group(2)
    months = number * _MONTHS[_CLINICAL_UNIT[of]]
    return _Span(months, int(of) * 12 if number + 1 == int(of) else months, fine=True)


def _range(words: str) -> _Span | None:
    match = _RANGE.fullmatch(words)
    if match is None:
        return None
    low, high = sorted((int(match.group(1)), int(match.group(2))))
    unit = (match.group(3) or "y")[0]
    return _Span(low * _MONTHS[unit], high * _MONTHS[unit], fine=unit != "y")


def _below(words: str) -> _Span | None:
    """Only where it says that the child is very young: `under 18` says nothing."""
    match = _BELOW.fullmatch(words)
    if match is None:
        return None
    high = int(match.group(1)) * _MONTHS[(match.group(2) or "y")[0]]
    return _Span(0, max(high - 1, 0), fine=True) if high <= _VERY_YOUNG else None


def _day_of_life(words: str) -> _Span | None:
    match = _DAY.fullmatch(words)
    return _Span(0, int(match.group(1)) * _MONTHS["d"], fine=True) if match else None


def _sum(words: str) -> _Span | None:
    """One amount, in years where no unit stands, or several such as `1 year 3 months`."""
    if _YEARS.fullmatch(words):
        in_years = int(float(words) * 12)
        return _Span(in_years, in_years, fine=False)
    months, at, fine = 0.0, 0, False
    while part := _PART.match(words, at):
        unit = part.group(2)[0]
        months += float(part.group(1)) * _MONTHS[unit]
        fine, at = fine or unit != "y", part.end()
    whole = int(months + 1e-9)
    return _Span(whole, whole, fine) if at == len(words) and at else None


def _widened(span: _Span) -> _Span:
    """By a year, or by a sixth of what is given in months: `nearly six months` is younger than that."""
    by = max(1, span.low // 6) if span.fine else 12
    return _Span(max(0, span.low - by), span.high + by, span.fine)


def _figures(words: str) -> tuple[str, bool]:
    parts = [str(_NUMBERS.index(word)) if word in _NUMBERS else word for word in words.split()]
    return " ".join(parts), parts != words.split()
