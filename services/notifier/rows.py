"""Between rows and values: what each column holds, in one place."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from services.notifier.domain.bundle import Bundle
from services.notifier.domain.delivery import Claimed
from services.notifier.domain.directory import Recipient, RecipientKind
from services.notifier.domain.notice import Notice
from services.notifier.domain.retry import Status
from shared.messages.envelope import Lane
from shared.messages.notice_requested import NoticeKind


def row_of_notice(notice: Notice) -> dict[str, Any]:
    """The columns of a notice that is new."""
    return {
        "notice_id": notice.notice_id,
        "contact_id": notice.contact_id,
        "subject": notice.subject,
        "trace": notice.trace,
        "lane": notice.lane.value,
        "kind": notice.kind.value,
        "recipient_kind": notice.recipient.kind.value,
        "recipient": notice.recipient.id,
        "occasion": notice.occasion,
        "receipt_id": notice.receipt_id,
        "outcome": notice.outcome,
        "service": notice.service,
        "rating": notice.rating,
        "decide_by": notice.decide_by,
        "requested_at": notice.requested_at,
    }


def notice_in(row: Row[Any]) -> Notice:
    """The notice in a row."""
    return Notice(
        notice_id=row.notice_id,
        contact_id=row.contact_id,
        subject=row.subject,
        trace=row.trace,
        lane=Lane(row.lane),
        kind=NoticeKind(row.kind),
        recipient=Recipient(RecipientKind(row.recipient_kind), row.recipient),
        occasion=row.occasion,
        receipt_id=row.receipt_id,
        requested_at=row.requested_at,
        outcome=row.outcome,
        service=row.service,
        rating=row.rating,
        decide_by=row.decide_by,
    )


def row_of_bundle(bundle: Bundle, now: datetime) -> dict[str, Any]:
    """The columns of a bundle made at `now`."""
    return {
        "bundle_id": bundle.bundle_id,
        "kind": bundle.kind.value,
        "lane": bundle.lane.value,
        "recipient_kind": bundle.recipient.kind.value,
        "recipient": bundle.recipient.id,
        "size": len(bundle.notice_ids),
        "bundled_at": now,
    }


def rows_of_deliveries(bundle: Bundle, now: datetime) -> list[dict[str, Any]]:
    """The columns of each delivery of a bundle made at `now`."""
    return [
        {
            "delivery_id": planned.delivery_id,
            "bundle_id": bundle.bundle_id,
            "lane": bundle.lane.value,
            "listed_kind": planned.listed_as.kind.value,
            "listed_as": planned.listed_as.id,
            "channel": planned.channel,
            "channel_name": planned.channel_name,
            "status": planned.status.value,
            "reason": planned.reason.value if planned.reason else None,
            "settled_at": None if planned.status is Status.WAITING else now,
        }
        for planned in bundle.deliveries
    ]


def claimed_in(row: Row[Any]) -> Claimed:
    """The claimed delivery in a row of deliveries joined with its bundle."""
    return Claimed(
        delivery_id=row.delivery_id,
        bundle_id=row.bundle_id,
        lease_token=row.lease_token,
        attempt=row.attempts,
        tries=row.attempts - row.attempts_before,
        lane=Lane(row.lane),
        kind=NoticeKind(row.kind),
        recipient=Recipient(RecipientKind(row.recipient_kind), row.recipient),
        listed_as=Recipient(RecipientKind(row.listed_kind), row.listed_as),
        channel=row.channel,
        channel_name=row.channel_name,
        bundled_at=row.bundled_at,
    )
