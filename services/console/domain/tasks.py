"""What a person must see to because the system could not: a notice that reached nobody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.messages.notice_settled import NoticeSettled

FAILED = "failed"

TaskKey = tuple[str, str]  # notice id and channel: a notice goes out on several, and each can fail on its own


@dataclass(frozen=True, slots=True)
class NoticeTask:
    """One notice on one channel. recipient is an agency or queue id, never an address."""

    notice_id: str
    contact_id: UUID
    kind: str
    channel: str
    recipient: str
    attempts: int
    reason: str | None
    raised_at: datetime
    settled_at: datetime | None = None

    @property
    def key(self) -> TaskKey:
        """What tells this task from others."""
        return self.notice_id, self.channel


def tasks_of(notices: Iterable[NoticeSettled]) -> tuple[list[NoticeTask], list[TaskKey]]:
    """The tasks that failed notices raise, and the keys of those that arrived after all, whose tasks end."""
    raised: dict[TaskKey, NoticeTask] = {}
    ended: dict[TaskKey, None] = {}
    for notice in notices:
        facets = notice.facets
        key = facets.notice_id, facets.channel
        if facets.status == FAILED:
            ended.pop(key, None)
            raised[key] = NoticeTask(
                notice_id=facets.notice_id,
                contact_id=notice.contact_id,
                kind=facets.kind,
                channel=facets.channel,
                recipient=facets.recipient,
                attempts=facets.attempts,
                reason=facets.reason,
                raised_at=notice.occurred_at,
            )
        else:
            raised.pop(key, None)
            ended[key] = None
    return [raised[key] for key in sorted(raised)], sorted(ended)
