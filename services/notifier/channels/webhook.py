"""Signed webhooks after the public Standard Webhooks specification, to checked and pinned addresses only.

The webhook id is the delivery's, so a receiver recognises a message that is sent a second time.
"""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from uuid import UUID

import httpx
from standardwebhooks.webhooks import Webhook

from services.notifier.channels.address import Resolve, Target, UrlRefused, checked_url, pin, resolve_by_system
from services.notifier.domain.directory import WebhookChannel
from services.notifier.domain.retry import DeliveryReason, NotSent, Result, Sent

TOTAL_SECONDS = 10.0
_CONNECT_SECONDS = 4.0
_GONE = 410
_LONGEST_WAIT = 86_400  # seconds; what follows an attempt is decided in domain/retry.py
_DIGITS = 9

Secrets = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said: its status code and its Retry-After header."""

    code: int
    retry_after: str | None = None


class WebhookSender:
    """Sends one payload to one receiver."""

    def __init__(
        self,
        secrets: Secrets,
        now: Callable[[], datetime],
        *,
        allow_loopback: bool = False,
        resolve: Resolve = resolve_by_system,
        total_seconds: float = TOTAL_SECONDS,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """secrets: the signing secrets of a name, newest first; trust: what to accept, public certificates if None."""
        self._secrets = secrets
        self._now = now
        self._allow_loopback = allow_loopback
        self._resolve = resolve
        self._total_seconds = total_seconds
        self._trust = trust or ssl.create_default_context()

    async def send(self, channel: WebhookChannel, delivery_id: UUID, payload: str) -> Result:
        """Post `payload`; done, with certainty, after `total_seconds`. A 2xx answer is Sent, whatever follows it."""
        try:
            secrets = self._secrets(channel.secret)
            if not secrets:
                return NotSent(DeliveryReason.SECRET_MISSING)
            async with asyncio.timeout(self._total_seconds):
                return await self._post(channel.url, self._headers(delivery_id, payload, secrets), payload)
        except UrlRefused:
            return NotSent(DeliveryReason.ADDRESS_FORBIDDEN, lasting=True)
        except (TimeoutError, httpx.TimeoutException):
            return NotSent(DeliveryReason.REMOTE_TOO_SLOW)
        except (OSError, httpx.HTTPError, UnicodeError):
            return NotSent(DeliveryReason.REMOTE_UNREACHABLE)

    def _headers(self, delivery_id: UUID, payload: str, secrets: Sequence[str]) -> dict[str, str]:
        """One signature for each secret, so that a receiver can change over without losing a message."""
        sent_at, name = self._now(), str(delivery_id)
        return {
            "content-type": "application/json",
            "user-agent": "mash-referral-router",
            "webhook-id": name,
            "webhook-timestamp": str(int(sent_at.timestamp())),
            "webhook-signature": " ".join(Webhook(secret).sign(name, sent_at, payload) for secret in secrets),
        }

    async def _post(self, url: str, headers: dict[str, str], payload: str) -> Result:
        target = checked_url(url, allow_loopback=self._allow_loopback)
        addresses = await pin(target, self._resolve)
        async with httpx.AsyncClient(
            verify=self._trust,
            trust_env=False,  # A proxy or certificate file from the environment would undo the pinning.
            follow_redirects=False,
            timeout=httpx.Timeout(self._total_seconds, connect=_CONNECT_SECONDS),
        ) as client:
            for address in addresses[:-1]:
                try:
                    return self._result(await post_to(client, target, address, headers, payload))
                except (httpx.ConnectError, httpx.ConnectTimeout):
                    continue  # Nothing was sent yet: the next checked address of the same host may answer.
            return self._result(await post_to(client, target, addresses[-1], headers, payload))

    def _result(self, answer: Answer) -> Result:
        if 200 <= answer.code < 300:
            return Sent(answer.code)
        if 300 <= answer.code < 400:
            return NotSent(DeliveryReason.REDIRECTED, answer.code, lasting=True)
        wait = asked_to_wait(answer.retry_after, self._now())
        return NotSent(DeliveryReason.REMOTE_REFUSED, answer.code, lasting=answer.code == _GONE, wait=wait)


async def post_to(
    client: httpx.AsyncClient, target: Target, address: str, headers: dict[str, str], payload: str
) -> Answer:
    """Post to one checked address, speaking to it under the name it was checked for. Raises httpx.HTTPError."""
    request = client.build_request(
        "POST",
        target.pinned_to(address),
        content=payload.encode(),
        headers={**headers, "host": target.host_header},
        extensions={"sni_hostname": target.host},  # The certificate must be the name's, not the address's.
    )
    response = await client.send(request, stream=True)
    try:
        return Answer(response.status_code, response.headers.get("retry-after"))
    finally:
        await response.aclose()


def asked_to_wait(retry_after: str | None, now: datetime) -> timedelta:
    """How long a Retry-After header (RFC 9110, 10.2.3: seconds or a date) asks for; nothing where it is neither."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:_DIGITS]), _LONGEST_WAIT))
    try:
        until = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return timedelta()
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(until - now, timedelta())
