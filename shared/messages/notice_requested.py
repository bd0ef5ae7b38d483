"""`notice.requested`: somebody must be told. It names whom by role, never by address, and holds no personal data."""

from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime

from shared.messages.envelope import Facets, Message


class NoticeKind(StrEnum):
    """What the notice says: receipt and outcome go to the referring agency, alerts to the team that must act."""

    RECEIPT = "receipt"
    OUTCOME = "outcome"
    QUEUE_ALERT = "queue-alert"
    DANGER_ALERT = "danger-alert"


class NoticeRequestedFacets(Facets):
    """Exactly one of agency_id and queue is the recipient: the directory turns it into addresses."""

    kind: NoticeKind
    receipt_id: str
    agency_id: str | None = None
    queue: str | None = None
    outcome: str | None = None
    service: str | None = None
    rating: str | None = None
    decide_by: AwareDatetime | None = None


class NoticeRequested(Message):
    """A request to tell one recipient one thing about one contact."""

    TYPE: ClassVar[str] = "notice.requested"

    facets: NoticeRequestedFacets
