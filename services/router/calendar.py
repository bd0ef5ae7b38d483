"""England's working days, from the public table of bank holidays and the authority's own closure days."""

from collections.abc import Collection
from datetime import date, timedelta
from functools import lru_cache

import holidays

from services.router.domain.working_time import IsWorkingDay
from shared.errors import SettingsError

FEWEST_BANK_HOLIDAYS = 8  # England has eight in an ordinary year; a year with fewer is not in the table yet.


@lru_cache(maxsize=16)
def bank_holidays(year: int) -> frozenset[date]:
    """England's bank holidays of a year, with substitute days."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def working_days(weekdays: Collection[int], closure_days: Collection[date]) -> IsWorkingDay:
    """A test for working days: one of `weekdays` (Monday is 0), no bank holiday, no closure day of the authority."""
    open_on, closed = frozenset(weekdays), frozenset(closure_days)

    @lru_cache(maxsize=4096)
    def is_working_day(day: date) -> bool:
        return day.weekday() in open_on and day not in closed and day not in bank_holidays(day.year)

    return is_working_day


def check_reach(today: date, days_ahead: int) -> None:
    """Refuse to start on a table of bank holidays that ends too soon. Raises SettingsError with the remedy."""
    last = today + timedelta(days=days_ahead)
    for year in range(today.year, last.year + 1):
        if len(bank_holidays(year)) < FEWEST_BANK_HOLIDAYS:
            raise SettingsError(f"bank holidays of {year} are not known; update the package `holidays`")
