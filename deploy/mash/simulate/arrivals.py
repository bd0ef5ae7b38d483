"""When contacts arrive: how much of a year's contacts of each sender falls in each hour, in London wall-clock time."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from deploy.mash.simulate.workload import Arrivals, HourWeights

HOURS = 365 * 24


class Calendar:
    """Weights of the hours of one year from a first day."""

    def __init__(self, arrivals: Arrivals, start: date) -> None:
        self._arrivals = arrivals
        self.start = datetime(start.year, start.month, start.day)

    def shares(self, profile: str) -> list[float]:
        """The running share of a year's contacts up to the end of each hour; the last is 1."""
        weights = list(self._weights(profile))
        total = sum(weights)
        running, shares = 0.0, []
        for weight in weights:
            running += weight
            shares.append(running / total)
        shares[-1] = 1.0
        return shares

    def _weights(self, profile: str) -> Iterator[float]:
        for hour in range(HOURS):
            at = self.start + timedelta(hours=hour)
            if profile == "school":
                yield self._school(at)
            else:
                yield self._office(at, self._arrivals.police if profile == "police" else self._arrivals.office)

    def _working(self, at: datetime) -> bool:
        first, last = self._arrivals.working_hours
        return at.weekday() < 5 and first <= at.hour < last

    def _office(self, at: datetime, weights: HourWeights) -> float:
        weight = weights.working if self._working(at) else weights.other
        return weight * (weights.weekend_factor if at.weekday() >= 4 else 1.0)

    def _school(self, at: datetime) -> float:
        school = self._arrivals.school
        if not self._working(at):
            return 0.0
        first, last = school.peak_hours
        weight = school.peak if first <= at.hour < last else school.working
        if at.month == 8:
            return weight * school.august
        if self._closed(at.date()):
            return 0.0
        opened = any(self._closed(at.date() - timedelta(days=back)) for back in range(1, 8))
        after_august = at.month == 9 and at.day <= 7
        return weight * (school.first_week_of_term if opened or after_august else 1.0)

    def _closed(self, on: date) -> bool:
        day = on.strftime("%m-%d")
        return any(first <= day <= last for first, last in self._arrivals.school_closed)
