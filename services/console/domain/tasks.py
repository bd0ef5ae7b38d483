"""What a person must see to because the system could not: a notice that reached nobody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.messages.notice_settled import NoticeSettled

FAILED = "failed"


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


def tasks_of(notices: Iterable[NoticeSettled]) -> tuple[list[NoticeTask], list[str]]:
    """The tasks that failed notices raise, and the ids of notices that arrived after all, whose tasks end."""
    raised: dict[str, NoticeTask] = {}
    ended: dict[str, None] = {}
    for notice in notices:
        facets = notice.facets
        if facets.status == FAILED:
            ended.pop(facets.notice_id, None)
            raised[facets.notice_id] = NoticeTask(
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
            raised.pop(facets.notice_id, None)
            ended[facets.notice_id] = None
    return [raised[notice_id] for notice_id in sorted(raised)], sorted(ended)
