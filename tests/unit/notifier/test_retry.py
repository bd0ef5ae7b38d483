from datetime import timedelta

import pytest

from services.notifier.domain.retry import (
    PAUSES,
    DeliveryReason,
    NotSent,
    Sent,
    Settled,
    Status,
    TryAgain,
    has_crashed_repeatedly,
    what_follows,
)
from shared.messages.envelope import Lane

UNREACHABLE = NotSent(DeliveryReason.REMOTE_UNREACHABLE)


def test_a_message_that_was_taken_is_delivered() -> None:
    assert what_follows(Sent(250), attempt=1, lane=Lane.ROUTINE) == Settled(Status.DELIVERED)


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 5), (2, 30), (3, 120), (4, 600), (5, 1800)])
def test_routine_pauses_grow(attempt: int, seconds: int) -> None:
    follows = what_follows(UNREACHABLE, attempt=attempt, lane=Lane.ROUTINE)
    assert follows == TryAgain(timedelta(seconds=seconds), DeliveryReason.REMOTE_UNREACHABLE)


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 1), (2, 5), (3, 30), (4, 120), (5, 300)])
def test_urgent_pauses_are_shorter(attempt: int, seconds: int) -> None:
    follows = what_follows(UNREACHABLE, attempt=attempt, lane=Lane.URGENT)
    assert follows == TryAgain(timedelta(seconds=seconds), DeliveryReason.REMOTE_UNREACHABLE)


@pytest.mark.parametrize("lane", list(Lane))
def test_after_the_last_pause_a_person_is_asked(lane: Lane) -> None:
    follows = what_follows(UNREACHABLE, attempt=6, lane=lane)
    assert follows == Settled(Status.FAILED, DeliveryReason.REMOTE_UNREACHABLE)


def test_an_urgent_failure_reaches_a_person_within_ten_minutes_even_when_each_attempt_hangs() -> None:
    longest_attempt = timedelta(seconds=15)
    assert sum(PAUSES[Lane.URGENT], timedelta()) + 6 * longest_attempt < timedelta(minutes=10)


def test_a_lasting_refusal_reaches_a_person_at_once() -> None:
    refused = NotSent(DeliveryReason.REMOTE_REFUSED, 550, lasting=True)
    assert what_follows(refused, attempt=1, lane=Lane.ROUTINE) == Settled(Status.FAILED, DeliveryReason.REMOTE_REFUSED)


@pytest.mark.parametrize(("attempt", "crashed"), [(1, False), (6, False), (7, True)])
def test_attempts_without_a_record_end_too(attempt: int, crashed: bool) -> None:
    assert has_crashed_repeatedly(attempt=attempt, lane=Lane.URGENT) is crashed


@pytest.mark.parametrize(
    ("wait", "pause"),
    [(timedelta(), 5), (timedelta(seconds=3), 5), (timedelta(seconds=90), 90), (timedelta(days=2), 1800)],
)
def test_a_receiver_that_asks_for_time_is_given_it_within_reason(wait: timedelta, pause: int) -> None:
    busy = NotSent(DeliveryReason.REMOTE_REFUSED, 429, wait=wait)
    follows = what_follows(busy, attempt=1, lane=Lane.ROUTINE)
    assert follows == TryAgain(timedelta(seconds=pause), DeliveryReason.REMOTE_REFUSED)


def test_danger_does_not_wait_because_a_receiver_asks_for_time() -> None:
    busy = NotSent(DeliveryReason.REMOTE_REFUSED, 503, wait=timedelta(hours=1))
    follows = what_follows(busy, attempt=1, lane=Lane.URGENT)
    assert follows == TryAgain(PAUSES[Lane.URGENT][0], DeliveryReason.REMOTE_REFUSED)
