"""E-mail over SMTP. The Message-ID is the delivery's, so a message sent a second time is recognised as the same."""

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

import aiosmtplib

from services.notifier.domain.directory import EmailChannel
from services.notifier.domain.letter import Letter
from services.notifier.domain.line import EmailAddress
from services.notifier.domain.retry import DeliveryReason, NotSent, Result, Sent

TOTAL_SECONDS = 15.0
_GOODBYE_SECONDS = 2.0
_ONE_LINE_HEADERS = SMTP.clone(max_line_length=250)  # A line has at most 200 signs; folded, some readers show a space.
_LASTING = range(500, 600)
# Refusals of us, not of the recipient: trying again later may help once the settings or the server are put right.
_OURS_TO_MEND = (
    aiosmtplib.SMTPAuthenticationError,
    aiosmtplib.SMTPConnectResponseError,
    aiosmtplib.SMTPHeloError,
    aiosmtplib.SMTPSenderRefused,
)


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over. start_tls: refuse to speak without encryption."""

    host: str
    port: int
    sender: EmailAddress
    start_tls: bool
    username: str | None = None
    password: str | None = None
    trust: ssl.SSLContext | None = None


class EmailSender:
    """Hands one letter for one mailbox to the mail server."""

    def __init__(self, server: MailServer, *, total_seconds: float = TOTAL_SECONDS) -> None:
        """total_seconds: the longest one hand-over may take, whatever the server does."""
        self._server = server
        self._total_seconds = total_seconds

    async def send(self, channel: EmailChannel, delivery_id: UUID, letter: Letter, written_at: datetime) -> Result:
        """Hand the letter over. The server's 2xx after the text is Sent; a 5xx about it is refused for good."""
        message = message_of(self._server.sender, channel.address, delivery_id, letter, written_at)
        try:
            async with asyncio.timeout(self._total_seconds):
                return await self._hand_over(message, channel.address)
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _refused(error.recipients[0].code)
        except _OURS_TO_MEND as error:
            return NotSent(DeliveryReason.REMOTE_REFUSED, error.code)
        except aiosmtplib.SMTPResponseException as error:
            return _refused(error.code)
        except TimeoutError:
            return NotSent(DeliveryReason.REMOTE_TOO_SLOW)
        except (aiosmtplib.SMTPException, OSError):
            return NotSent(DeliveryReason.REMOTE_UNREACHABLE)

    async def _hand_over(self, message: EmailMessage, address: EmailAddress) -> Result:
        client = aiosmtplib.SMTP(
            hostname=self._server.host,
            port=self._server.port,
            timeout=self._total_seconds,
            start_tls=self._server.start_tls,
            use_tls=False,
            tls_context=self._server.trust or (ssl.create_default_context() if self._server.start_tls else None),
            username=self._server.username,
            password=self._server.password,
            local_hostname=self._server.sender.text.rpartition("@")[2],
        )
        try:
            await client.connect()
            await client.sendmail(self._server.sender.text, [address.text], message.as_bytes())
            with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                async with asyncio.timeout(_GOODBYE_SECONDS):
                    await client.quit()  # The letter is taken already; a rude goodbye changes nothing.
        finally:
            client.close()
        return Sent(250)


def message_of(
    sender: EmailAddress, to: EmailAddress, delivery_id: UUID, letter: Letter, written_at: datetime
) -> EmailMessage:
    """The message, the same to the last byte each time it is sent. written_at: when the bundle was made."""
    message = EmailMessage(policy=_ONE_LINE_HEADERS)
    message["From"] = sender.text
    message["To"] = to.text
    message["Subject"] = letter.subject.text
    message["Date"] = format_datetime(written_at)
    message["Message-ID"] = f"<{delivery_id}@{sender.text.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.body, cte="7bit" if letter.body.isascii() else "base64")
    return message


def _refused(code: int) -> NotSent:
    return NotSent(DeliveryReason.REMOTE_REFUSED, code, lasting=code in _LASTING)
