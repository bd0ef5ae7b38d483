"""`notice.settled`: how a notice ended, where somebody would act on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.notifier.domain.directory import Recipient
from services.notifier.domain.notice import Notice
from services.notifier.domain.retry import Settled, Status
from services.notifier.work import OpenUnit
from shared.messages.build import message_of
from shared.messages.notice_requested import NoticeKind
from shared.messages.notice_settled import NoticeSettled, NoticeSettledFacets
from shared.topics import NOTICE_SETTLED


@dataclass(frozen=True, slots=True)
class Ended:
    """One delivery that has ended. recipient: whom the notices were for."""

    recipient: Recipient
    channel: str
    attempts: int
    settled: Settled


def tell(work: OpenUnit, ended: Ended, notices: Sequence[Notice]) -> None:
    """Send `notice.settled` for each failed notice and each delivered danger alert; nobody would act on the rest."""
    for notice in notices:
        if ended.settled.status is not Status.FAILED and notice.kind is not NoticeKind.DANGER_ALERT:
            continue
        facets = NoticeSettledFacets(
            notice_id=str(notice.notice_id),
            kind=notice.kind.value,
            channel=ended.channel,
            recipient=ended.recipient.id,
            status=ended.settled.status.value,
            attempts=ended.attempts,
            reason=ended.settled.reason.value if ended.settled.reason else None,
        )
        message = message_of(
            NoticeSettled,
            contact_id=notice.contact_id,
            subject=notice.subject,
            lane=notice.lane,
            occurred_at=work.now,
            trace=notice.trace,
            facets=facets,
        )
        work.outbox.add(NOTICE_SETTLED, message)
