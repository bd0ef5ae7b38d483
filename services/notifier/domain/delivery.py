"""A delivery in hand: one message to one recipient on one channel, claimed by one worker for a while."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.notifier.domain.directory import Recipient
from services.notifier.domain.retry import DeliveryReason, Status
from shared.messages.envelope import Lane
from shared.messages.notice_requested import NoticeKind


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery whose attempt number `attempt` has begun. Only the holder of `lease_token` may record its result.

    tries: the same, counted from the last time a person had it sent again; the schedule goes by this one.
    """

    delivery_id: UUID
    bundle_id: UUID
    lease_token: UUID
    attempt: int
    tries: int
    lane: Lane
    kind: NoticeKind
    recipient: Recipient
    listed_as: Recipient
    channel: str
    channel_name: str
    bundled_at: datetime


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """How one attempt ended. next_attempt_at is set only while the delivery waits for another attempt."""

    delivery_id: UUID
    lease_token: UUID
    attempt: int
    status: Status
    reason: DeliveryReason | None
    code: int | None
    directory_version: str
    next_attempt_at: datetime | None = None
