"""The rate limit, and the reserve for what reads as danger."""

import pytest

from services.intake.http.limits import Bucket, Failures, RateLimits
from services.intake.settings import IntakeSettings
from shared.sealing import new_kek_line


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def limits(clock: Clock) -> RateLimits:
    settings = IntakeSettings.model_validate(
        {
            "database_url": "postgresql+asyncpg://nowhere/none",
            "kafka_bootstrap": "nowhere:1",
            "kek": new_kek_line(),
            "agency_rate_per_second": 1,
            "agency_burst": 3,
            "urgent_reserve_per_second": 0.5,
            "urgent_reserve_burst": 2,
        }
    )
    return RateLimits(settings, clock)


def test_a_bucket_refills_to_its_size_and_says_how_long_to_wait() -> None:
    bucket = Bucket(2, 1, 0.0)
    assert [bucket.take(0.0), bucket.take(0.0), bucket.take(0.25), bucket.take(0.5)] == [0.0, 0.5, 0.25, 0.0]
    assert [bucket.take(100.0), bucket.take(100.0)] == [0.0, 0.5]


def test_danger_has_a_reserve_when_the_rest_is_used_up() -> None:
    clock = Clock()
    rates = limits(clock)
    assert [rates.wait_for("a", urgent=False) for _ in range(4)] == [0.0, 0.0, 0.0, 1.0]
    assert [rates.wait_for("a", urgent=True) for _ in range(3)] == [0.0, 0.0, 2.0]
    clock.seconds = 2.0
    assert rates.wait_for("a", urgent=True) == 0.0


def test_ordinary_bodies_never_touch_the_reserve() -> None:
    rates = limits(Clock())
    waits = [rates.wait_for("a", urgent=False) for _ in range(100)]
    assert waits.count(0.0) == 3
    assert rates.wait_for("a", urgent=True) == 0.0


@pytest.mark.parametrize("urgent", [True, False])
def test_one_agency_takes_nothing_from_another(urgent: bool) -> None:
    rates = limits(Clock())
    for _ in range(50):
        rates.wait_for("a", urgent=urgent)
    assert rates.wait_for("b", urgent=urgent) == 0.0


def test_the_fifth_refusal_within_an_hour_raises_an_alarm_and_counting_starts_anew() -> None:
    clock = Clock()
    failures = Failures(clock)
    assert [failures.add("a") for _ in range(10)] == [False] * 4 + [True] + [False] * 4 + [True]
    assert failures.add("b") is False


def test_refusals_an_hour_apart_raise_no_alarm() -> None:
    clock = Clock()
    failures = Failures(clock)
    for _ in range(20):
        clock.seconds += 1_000
        assert failures.add("a") is False
