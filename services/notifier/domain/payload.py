"""What a webhook receiver gets: the same facts as the letter, as JSON in codes and references. No personal data."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from services.notifier.domain.directory import Directory, RecipientKind
from services.notifier.domain.letter import OUTCOMES, RATINGS, Links
from services.notifier.domain.notice import Notice


def payload_of(notices: Sequence[Notice], directory: Directory, links: Links) -> str:
    """JSON `{"type", "timestamp", "data": {"notices": [...]}}`; the same notices give the same text each time.

    type: `notice.<kind>.v1`; timestamp: the newest request among them. A code outside its closed list is null.
    """
    if not notices:
        raise ValueError("a payload needs at least one notice")
    body = {
        "type": f"notice.{notices[0].kind.value}.v1",
        "timestamp": _instant(max(notice.requested_at for notice in notices)),
        "data": {"notices": [_item(notice, directory, links) for notice in notices]},
    }
    return json.dumps(body, separators=(",", ":"), ensure_ascii=True)


def _item(notice: Notice, directory: Directory, links: Links) -> dict[str, str | None]:
    to_agency = notice.recipient.kind is RecipientKind.AGENCY
    return {
        "notice_id": str(notice.notice_id),
        "contact_id": str(notice.contact_id),
        "receipt_id": notice.receipt_id,
        "requested_at": _instant(notice.requested_at),
        "outcome": notice.outcome if notice.outcome in OUTCOMES else None,
        "service": notice.service if directory.title_of(notice.service) else None,
        "rating": notice.rating if notice.rating in RATINGS and not to_agency else None,
        "decide_by": _instant(notice.decide_by) if notice.decide_by else None,
        "status_url": links.receipt(notice.receipt_id) if to_agency else links.contact(notice.contact_id),
    }


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
