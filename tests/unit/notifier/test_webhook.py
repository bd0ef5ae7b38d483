from datetime import UTC, datetime, timedelta

import pytest

from services.notifier.channels.webhook import asked_to_wait

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("Mon, 23 Nov 2026 12:01:00 GMT", 60),
        ("Mon, 23 Nov 2026 12:01:00 -0000", 60),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0),
        ("9" * 400, 86_400),
        ("-5", 0),
        ("1.5", 0),
        ("٣", 0),
        ("soon", 0),
        ("", 0),
        (None, 0),
    ],
)
def test_a_receiver_asks_for_time_in_seconds_or_by_a_date(header: str | None, seconds: int) -> None:
    assert asked_to_wait(header, NOON) == timedelta(seconds=seconds)
