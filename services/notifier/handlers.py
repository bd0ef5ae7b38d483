"""Requests to tell somebody, and moves that concern somebody, become notices.

What is sent, and when, is decided after this has committed.
"""

from collections.abc import Sequence

from services.notifier.domain.notice import notice_of, notices_of_move
from services.notifier.work import OpenUnit
from shared.messages.case_moved import CaseMoved
from shared.messages.notice_requested import NoticeRequested


async def request_notices(requests: Sequence[NoticeRequested], work: OpenUnit) -> None:
    """Record each request as a notice; a repeat changes nothing.

    Raises PermanentFailure(RULE_FAILED) for a request without exactly one fitting recipient or with a broken reference.
    """
    await work.notices.record([notice_of(request) for request in requests])


async def note_moves(moves: Sequence[CaseMoved], work: OpenUnit) -> None:
    """Record whom each routine move concerns as notices; a repeat changes nothing.

    Raises PermanentFailure(RULE_FAILED) for a move with a broken reference.
    """
    await work.notices.record([notice for move in moves for notice in notices_of_move(move)])
