"""A notice: one thing one recipient is to be told about one contact. Codes and references enter, text has no way in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from services.notifier.domain.directory import Recipient, RecipientKind
from services.notifier.domain.line import Reference, UnsafeText
from shared.errors import PermanentFailure, ReasonCode
from shared.messages.case_moved import CaseMoved, CaseState
from shared.messages.envelope import Lane
from shared.messages.notice_requested import NoticeKind, NoticeRequested

_CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")
_RECIPIENT_OF = {
    NoticeKind.RECEIPT: RecipientKind.AGENCY,
    NoticeKind.OUTCOME: RecipientKind.AGENCY,
    NoticeKind.QUEUE_ALERT: RecipientKind.QUEUE,
    NoticeKind.DANGER_ALERT: RecipientKind.QUEUE,
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What is to be told.

    occasion: empty where it is told once for a contact; else when it happened, so that a later move is told again.
    """

    notice_id: UUID
    contact_id: UUID
    subject: str
    trace: str
    lane: Lane
    kind: NoticeKind
    recipient: Recipient
    occasion: str
    receipt_id: str
    requested_at: datetime
    outcome: str | None = None
    service: str | None = None
    rating: str | None = None
    decide_by: datetime | None = None


def notice_of(request: NoticeRequested) -> Notice:
    """The notice that a request asks for; its id is the request's, so a repeat is recognised.

    Raises PermanentFailure(RULE_FAILED) where it names no recipient, two, or one of the wrong kind, or a bad reference.
    """
    facets = request.facets
    return Notice(
        notice_id=request.id,
        contact_id=request.contact_id,
        subject=request.subject,
        trace=request.trace,
        lane=Lane.URGENT if facets.kind is NoticeKind.DANGER_ALERT else request.lane,
        kind=facets.kind,
        recipient=_recipient_of(request),
        occasion="" if facets.kind is NoticeKind.RECEIPT else request.occurred_at.isoformat(),
        receipt_id=_reference(facets.receipt_id, request.contact_id),
        requested_at=request.occurred_at,
        outcome=_code(facets.outcome),
        service=_code(facets.service),
        rating=_code(facets.rating),
        decide_by=facets.decide_by,
    )


def notices_of_move(move: CaseMoved) -> Iterator[Notice]:
    """An alert to each queue that a routine move names, and the outcome to the agency where it says so.

    Their ids follow from the move's, so a repeat is recognised.
    Raises PermanentFailure(RULE_FAILED) for a bad reference.
    """
    for queue in move.facets.alerts:
        yield _notice_of_move(move, NoticeKind.QUEUE_ALERT, Recipient(RecipientKind.QUEUE, queue))
    if move.facets.tells_referrer:
        yield _notice_of_move(move, NoticeKind.OUTCOME, Recipient(RecipientKind.AGENCY, move.facets.agency_id))


def _notice_of_move(move: CaseMoved, kind: NoticeKind, recipient: Recipient) -> Notice:
    facets = move.facets
    is_outcome = kind is NoticeKind.OUTCOME
    return Notice(
        notice_id=uuid5(move.id, f"{kind.value} {recipient.id}"),
        contact_id=move.contact_id,
        subject=move.subject,
        trace=move.trace,
        lane=Lane.ROUTINE,
        kind=kind,
        recipient=recipient,
        occasion=move.occurred_at.isoformat(),
        receipt_id=_reference(facets.receipt_id, move.contact_id),
        requested_at=move.occurred_at,
        outcome=_code(facets.outcome) if is_outcome else None,
        service=_code(facets.queue) if is_outcome and facets.state is CaseState.PLACED else None,
        rating=_code(facets.rating),
        decide_by=None if is_outcome else facets.decide_by,
    )


def _recipient_of(request: NoticeRequested) -> Recipient:
    facets = request.facets
    expected = _RECIPIENT_OF[facets.kind]
    named = facets.agency_id if expected is RecipientKind.AGENCY else facets.queue
    other = facets.queue if expected is RecipientKind.AGENCY else facets.agency_id
    if not named or other:
        raise PermanentFailure(ReasonCode.RULE_FAILED, contact_id=str(request.contact_id), kind=facets.kind.value)
    return Recipient(expected, named)


def _code(value: str | None) -> str | None:
    """The value where it has the shape of a code. Text is not kept: the notice is told without it."""
    return value if value is not None and _CODE.fullmatch(value) else None


def _reference(receipt_id: str, contact_id: UUID) -> str:
    try:
        return Reference(receipt_id).text
    except UnsafeText:
        raise PermanentFailure(ReasonCode.RULE_FAILED, contact_id=str(contact_id)) from None
