"""The directory as values: the only source of addresses. A recipient is named by role; here a role becomes channels."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.notifier.domain.line import EmailAddress, Line
from shared.messages.notice_requested import NoticeKind


class RecipientKind(StrEnum):
    """Receipts and outcomes go to an agency, alerts to a queue."""

    AGENCY = "agency"
    QUEUE = "queue"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a notice is for, by role."""

    kind: RecipientKind
    id: str


@dataclass(frozen=True, slots=True)
class EmailChannel:
    """One mailbox. only: the kinds of notice it gets; empty means all."""

    name: str
    address: EmailAddress
    only: frozenset[NoticeKind] = frozenset()


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """One signed HTTP receiver. secret: the name of the secret, never the secret."""

    name: str
    url: str
    secret: str
    only: frozenset[NoticeKind] = frozenset()


Channel = EmailChannel | WebhookChannel


@dataclass(frozen=True, slots=True)
class Entry:
    """One agency or queue with the channels that are in use."""

    title: Line
    channels: tuple[Channel, ...]


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """Whom to ring, by day and out of hours, and where a disagreement goes."""

    title: Line
    phone: Line
    out_of_hours: Line
    escalation_title: Line
    escalation_phone: Line
    escalation_days: int


@dataclass(frozen=True, slots=True)
class Directory:
    """One version of the directory. unlisted_queue: who is told where a queue is not listed."""

    version: str
    front_door: FrontDoor
    entries: Mapping[Recipient, Entry]
    unlisted_queue: Recipient

    def title_of(self, queue: str | None) -> Line | None:
        """The public name of a queue, or None where it is not listed."""
        entry = self.entries.get(Recipient(RecipientKind.QUEUE, queue or ""))
        return entry.title if entry else None

    def channels_of(self, recipient: Recipient, kind: NoticeKind) -> tuple[Channel, ...] | None:
        """The channels in use for this kind of notice; None where the recipient is not listed."""
        entry = self.entries.get(recipient)
        if entry is None:
            return None
        return tuple(channel for channel in entry.channels if not channel.only or kind in channel.only)

    def channel(self, recipient: Recipient, name: str) -> Channel | None:
        """One channel as this version has it, or None where it was taken out."""
        entry = self.entries.get(recipient)
        return next((channel for channel in entry.channels if channel.name == name), None) if entry else None
