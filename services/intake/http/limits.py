"""How much one agency may send and how often it may fail. What reads as danger has a reserve of its own."""

import time
from collections.abc import Callable

from services.intake.settings import IntakeSettings


class Bucket:
    """Tokens that refill at a steady rate up to a size."""

    __slots__ = ("_at", "_per_second", "_size", "_tokens")

    def __init__(self, per_second: float, size: float, now: float) -> None:
        self._per_second, self._size = per_second, size
        self._tokens, self._at = float(size), now

    def take(self, now: float) -> float:
        """Take one token: 0.0 where there was one, else the seconds until there is."""
        self._tokens = min(self._size, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self._per_second


class Failures:
    """Counts refusals of each agency, so that somebody rings one whose messages keep failing."""

    ALARM_AT = 5
    WITHIN_SECONDS = 3_600.0

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._recent: dict[str, list[float]] = {}

    def add(self, agency_id: str) -> bool:
        """Count one; True where it is the fifth within an hour, and counting starts anew."""
        now = self._monotonic()
        recent = [at for at in self._recent.get(agency_id, ()) if now - at < self.WITHIN_SECONDS]
        recent.append(now)
        alarm = len(recent) >= self.ALARM_AT
        self._recent[agency_id] = [] if alarm else recent
        return alarm


class RateLimits:
    """One bucket and one reserve for each agency, in this process."""

    def __init__(self, settings: IntakeSettings, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._buckets: dict[str, tuple[Bucket, Bucket]] = {}

    def wait_for(self, agency_id: str, *, urgent: bool) -> float:
        """0.0 where the agency may send now, else the seconds to wait. Counts the body."""
        now, s = self._monotonic(), self._settings
        if agency_id not in self._buckets:
            ordinary = Bucket(s.agency_rate_per_second, s.agency_burst, now)
            reserve = Bucket(s.urgent_reserve_per_second, s.urgent_reserve_burst, now)
            self._buckets[agency_id] = (ordinary, reserve)
        ordinary, reserve = self._buckets[agency_id]
        wait = ordinary.take(now)
        return reserve.take(now) if wait and urgent else wait
