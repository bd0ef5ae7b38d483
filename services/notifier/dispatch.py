"""From a claimed delivery to the other side's answer: the address is looked up now, and in the directory alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.notifier.domain.delivery import Claimed
from services.notifier.domain.directory import Directory, EmailChannel, WebhookChannel
from services.notifier.domain.letter import Letter, Links, letter_of
from services.notifier.domain.line import UnsafeText
from services.notifier.domain.notice import Notice
from services.notifier.domain.payload import payload_of
from services.notifier.domain.retry import DeliveryReason, NotSent, Result


class Mail(Protocol):
    """Hands letters to a mail server."""

    async def send(self, channel: EmailChannel, delivery_id: UUID, letter: Letter, written_at: datetime) -> Result:
        """How it went. Never raises for what the other side does."""


class Hooks(Protocol):
    """Posts payloads to receivers."""

    async def send(self, channel: WebhookChannel, delivery_id: UUID, payload: str) -> Result:
        """How it went. Never raises for what the other side does."""


@dataclass(frozen=True)
class Dispatcher:
    """Writes and sends. A corrected address counts from the next attempt; a channel that was taken out is not used."""

    directory: Directory
    links: Links
    mail: Mail
    hooks: Hooks

    async def send(self, claimed: Claimed, notices: Sequence[Notice]) -> Result:
        """The answer of the other side, or why nothing was sent."""
        channel = self.directory.channel(claimed.listed_as, claimed.channel_name)
        entry = self.directory.entries.get(claimed.listed_as)
        if channel is None or entry is None or not notices:
            return NotSent(DeliveryReason.CHANNEL_REMOVED, lasting=True)
        try:
            match channel:
                case EmailChannel():
                    letter = letter_of(notices, entry.title, self.directory, self.links)
                    return await self.mail.send(channel, claimed.delivery_id, letter, claimed.bundled_at)
                case WebhookChannel():
                    payload = payload_of(notices, self.directory, self.links)
                    return await self.hooks.send(channel, claimed.delivery_id, payload)
        except UnsafeText:
            return NotSent(DeliveryReason.TEXT_REFUSED, lasting=True)
