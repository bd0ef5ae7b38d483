"""Requests to tell somebody become notices. What is sent, and when, is decided after this has committed."""

from collections.abc import Sequence

from services.notifier.domain.notice import notice_of
from services.notifier.work import OpenUnit
from shared.messages.notice_requested import NoticeRequested


async def request_notices(requests: Sequence[NoticeRequested], work: OpenUnit) -> None:
    """Record each request as a notice; a repeat changes nothing.

    Raises PermanentFailure(RULE_FAILED) for a request without exactly one fitting recipient or with a broken reference.
    """
    await work.notices.record([notice_of(request) for request in requests])
