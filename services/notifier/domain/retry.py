"""What follows an attempt to deliver: delivered, tried again after a pause, or a task for a person. Never silence."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from shared.messages.envelope import Lane

# reliability 2.7. Assumption for the urgent lane: all pauses together stay under ten minutes (X1), so that a person
# is asked to ring while it still matters.
PAUSES = {
    Lane.ROUTINE: tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800)),
    Lane.URGENT: tuple(timedelta(seconds=s) for s in (1, 5, 30, 120, 300)),
}


class Status(StrEnum):
    """Where a delivery stands. not_wanted: the recipient has no channel for this kind of notice."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    NOT_WANTED = "not_wanted"


class DeliveryReason(StrEnum):
    """Why an attempt, or a delivery, did not succeed: the closed list that screens and counters use."""

    REMOTE_UNREACHABLE = "remote-unreachable"
    REMOTE_REFUSED = "remote-refused"
    REMOTE_TOO_SLOW = "remote-too-slow"
    REDIRECTED = "redirected"
    ADDRESS_FORBIDDEN = "address-forbidden"
    CHANNEL_REMOVED = "channel-removed"
    RECIPIENT_UNLISTED = "recipient-unlisted"
    SECRET_MISSING = "secret-missing"  # noqa: S105 - a reason, not a secret
    CRASHED_REPEATEDLY = "crashed-repeatedly"
    TEXT_REFUSED = "text-refused"


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side took it. code: its answer."""

    code: int


@dataclass(frozen=True, slots=True)
class NotSent:
    """The other side did not take it. lasting: trying again cannot help; wait: how long it asked to be left alone."""

    reason: DeliveryReason
    code: int | None = None
    lasting: bool = False
    wait: timedelta = timedelta()


Result = Sent | NotSent


@dataclass(frozen=True, slots=True)
class Settled:
    """The delivery has ended."""

    status: Status
    reason: DeliveryReason | None = None


@dataclass(frozen=True, slots=True)
class TryAgain:
    """The delivery is tried again after `pause`."""

    pause: timedelta
    reason: DeliveryReason


Next = Settled | TryAgain


def what_follows(result: Result, *, attempt: int, lane: Lane) -> Next:
    """What follows attempt number `attempt` (from 1).

    A receiver that asks for time is given it in the routine lane, up to the longest pause. Assumption: danger does not
    wait for a receiver, so the urgent lane keeps to its own pauses and a person is asked to ring in time.
    """
    match result:
        case Sent():
            return Settled(Status.DELIVERED)
        case NotSent(lasting=True):
            return Settled(Status.FAILED, result.reason)
        case NotSent():
            pauses = PAUSES[lane]
            if attempt > len(pauses):
                return Settled(Status.FAILED, result.reason)
            asked = min(result.wait, pauses[-1]) if lane is Lane.ROUTINE else timedelta()
            return TryAgain(max(pauses[attempt - 1], asked), result.reason)


def has_crashed_repeatedly(*, attempt: int, lane: Lane) -> bool:
    """True where attempt number `attempt` is one more than the schedule has: the ones before died without a record."""
    return attempt > len(PAUSES[lane]) + 1
