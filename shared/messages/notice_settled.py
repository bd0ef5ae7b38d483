"""`notice.settled`: a danger alert reached its channel, or any notice needs a person because it could not be delivered.

Ordinary deliveries are kept in the notifier's own tables and make no message: nobody would act on them.
"""

from typing import ClassVar

from shared.messages.envelope import Count, Facets, Message


class NoticeSettledFacets(Facets):
    """status: delivered, failed (a person must act), not_wanted (the recipient has no such channel)."""

    notice_id: str
    kind: str
    channel: str  # email | webhook | none
    recipient: str  # agency id or queue id
    status: str
    attempts: Count
    reason: str | None = None


class NoticeSettled(Message):
    """How one notice on one channel ended."""

    TYPE: ClassVar[str] = "notice.settled"

    facets: NoticeSettledFacets
