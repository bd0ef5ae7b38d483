"""Time enters here and nowhere else: instants are aware UTC, dates are London dates."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from shared.errors import NaiveInstant

LONDON = ZoneInfo("Europe/London")

Clock = Callable[[], datetime]


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def london_date(instant: datetime) -> date:
    """The calendar date in London at `instant`. Raises NaiveInstant where it has no zone."""
    if instant.tzinfo is None:
        raise NaiveInstant
    return instant.astimezone(LONDON).date()


def from_london(local: datetime) -> datetime:
    """The UTC instant of a London wall-clock time sent without an offset; an ambiguous one is the earlier."""
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    return local.replace(tzinfo=LONDON, fold=0).astimezone(UTC)
