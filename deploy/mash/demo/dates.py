"""Dates in samples are relative to the day of the first run, so that a story of last week stays one.

`{{today}}` is that day; `{{today-30d}}`, `{{today+6w}}` and `{{today-9y-3m}}` are days around it, with d, w, m and y
for days, weeks, months and years; `:uk` writes 30/11/2026 in place of 2026-11-30. The day is kept in the data
directory: a second run renders the same bytes, so every message of it is recognised as sent before.
"""

import re
from datetime import date, timedelta

_PLACE = re.compile(r"\{\{\s*today(?P<steps>(?:[+-]\d+[dwmy])*)(?P<uk>:uk)?\s*\}\}")
_STEP = re.compile(r"([+-]\d+)([dwmy])")
_ANY = re.compile(r"\{\{.*?\}\}", re.DOTALL)


class UnknownPlaceholder(ValueError):
    """A sample holds double braces that are no date."""


def render(text: str, today: date) -> str:
    """The sample with its dates filled in. Raises UnknownPlaceholder."""
    filled = _PLACE.sub(lambda found: _written(found, today), text)
    left = _ANY.search(filled)
    if left is not None:
        raise UnknownPlaceholder(left.group())
    return filled


def _written(found: re.Match[str], today: date) -> str:
    day = today
    for amount, unit in _STEP.findall(found["steps"]):
        day = _moved(day, int(amount), unit)
    return day.strftime("%d/%m/%Y") if found["uk"] else day.isoformat()


def _moved(day: date, amount: int, unit: str) -> date:
    if unit in "dw":
        return day + timedelta(days=amount * (7 if unit == "w" else 1))
    months = day.year * 12 + day.month - 1 + amount * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, 28)) if day.day > 28 else date(year, month + 1, day.day)
