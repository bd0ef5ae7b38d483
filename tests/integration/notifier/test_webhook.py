"""The webhook channel against a real HTTP receiver on this machine."""

import asyncio
import base64
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from services.notifier.channels.address import Target
from services.notifier.channels.webhook import Answer, WebhookSender, post_to
from services.notifier.domain.directory import WebhookChannel
from services.notifier.domain.retry import DeliveryReason, NotSent, Result, Sent
from tests.integration.notifier.certificates import contexts
from tests.integration.notifier.sinks import HookSink, free_port

DELIVERY = UUID("0193a000-0000-7000-8000-0000000000dd")
SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-eight byte").decode()
OLD_SECRET = "whsec_" + base64.b64encode(b"another secret, going out now").decode()
PAYLOAD = '{"type":"notice.receipt.v1"}'


def now() -> datetime:
    return datetime.now(UTC)


def a_sender(*, seconds: float = 5, secrets: Sequence[str] = (SECRET,), loopback: bool = True) -> WebhookSender:
    return WebhookSender(lambda name: secrets, now, allow_loopback=loopback, total_seconds=seconds)


async def send(port: int, sender: WebhookSender | None = None, url: str = "http://127.0.0.1:{}/hook?x=1") -> Result:
    channel = WebhookChannel("hook", url.format(port), "school-ferndale")
    return await (sender or a_sender()).send(channel, DELIVERY, PAYLOAD)


async def test_a_payload_arrives_signed_and_the_signature_verifies() -> None:
    async with HookSink().listening() as sink:
        assert await send(sink.port) == Sent(204)
    (arrived,) = sink.arrived
    assert (arrived.path, arrived.headers["webhook-id"]) == ("/hook?x=1", str(DELIVERY))
    assert arrived.headers["host"] == f"127.0.0.1:{sink.port}"
    assert Webhook(SECRET).verify(arrived.body, arrived.headers) == json.loads(PAYLOAD)


async def test_a_changed_payload_or_another_secret_does_not_verify() -> None:
    async with HookSink().listening() as sink:
        await send(sink.port)
    (arrived,) = sink.arrived
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(arrived.body.replace("receipt", "outcome"), arrived.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD_SECRET).verify(arrived.body, arrived.headers)


async def test_while_a_secret_is_changed_over_both_verify() -> None:
    async with HookSink().listening() as sink:
        await send(sink.port, a_sender(secrets=(SECRET, OLD_SECRET)))
    (arrived,) = sink.arrived
    assert Webhook(SECRET).verify(arrived.body, arrived.headers) == json.loads(PAYLOAD)
    assert Webhook(OLD_SECRET).verify(arrived.body, arrived.headers) == json.loads(PAYLOAD)


async def test_without_a_secret_nothing_is_sent() -> None:
    async with HookSink().listening() as sink:
        assert await send(sink.port, a_sender(secrets=())) == NotSent(DeliveryReason.SECRET_MISSING)
    assert sink.arrived == []


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ("200 OK", Sent(200)),
        ("202 Accepted", Sent(202)),
        ("400 Bad Request", NotSent(DeliveryReason.REMOTE_REFUSED, 400)),
        ("401 Unauthorized", NotSent(DeliveryReason.REMOTE_REFUSED, 401)),
        ("404 Not Found", NotSent(DeliveryReason.REMOTE_REFUSED, 404)),
        ("410 Gone", NotSent(DeliveryReason.REMOTE_REFUSED, 410, lasting=True)),
        ("429 Too Many Requests", NotSent(DeliveryReason.REMOTE_REFUSED, 429)),
        ("500 Internal Server Error", NotSent(DeliveryReason.REMOTE_REFUSED, 500)),
        ("503 Service Unavailable", NotSent(DeliveryReason.REMOTE_REFUSED, 503)),
        (
            "503 Service Unavailable\r\nretry-after: 90",
            NotSent(DeliveryReason.REMOTE_REFUSED, 503, wait=timedelta(seconds=90)),
        ),
        ("die", NotSent(DeliveryReason.REMOTE_UNREACHABLE)),
    ],
)
async def test_only_a_2xx_is_sent_and_only_gone_is_final(answer: str, result: Result) -> None:
    async with HookSink(answers=[answer]).listening() as sink:
        assert await send(sink.port) == result


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed_and_needs_a_person(code: int) -> None:
    async with HookSink().listening() as elsewhere:
        away = f"{code} Moved\r\nlocation: http://127.0.0.1:{elsewhere.port}/"
        async with HookSink(answers=[away]).listening() as sink:
            assert await send(sink.port) == NotSent(DeliveryReason.REDIRECTED, code, lasting=True)
    assert elsewhere.arrived == []


@pytest.mark.parametrize("answer", ["hang", "drip"])
async def test_a_receiver_that_hangs_or_drips_is_left_after_the_time_limit(answer: str) -> None:
    started = time.monotonic()
    async with HookSink(answers=[answer]).listening() as sink:
        assert await send(sink.port, a_sender(seconds=1)) == NotSent(DeliveryReason.REMOTE_TOO_SLOW)
    assert 0.9 < time.monotonic() - started < 3


async def test_an_endless_answer_is_not_read() -> None:
    started = time.monotonic()
    async with HookSink(answers=["endless"]).listening() as sink:
        assert await send(sink.port) == Sent(200)
    assert time.monotonic() - started < 3


async def test_a_receiver_that_is_away_is_unreachable() -> None:
    assert await send(free_port()) == NotSent(DeliveryReason.REMOTE_UNREACHABLE)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{}/", "https://127.0.0.1:{}/", "http://localhost:{}/", "http://2130706433:{}/"]
)
async def test_without_leave_this_machine_is_not_spoken_to(url: str) -> None:
    async with HookSink().listening() as sink:
        result = await send(sink.port, a_sender(loopback=False), url)
    assert result == NotSent(DeliveryReason.ADDRESS_FORBIDDEN, lasting=True)
    assert sink.arrived == []


async def test_a_public_name_that_resolves_to_this_machine_is_not_spoken_to() -> None:
    async def rebound(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    for loopback in (False, True):
        async with HookSink().listening() as sink:
            sender = WebhookSender(lambda name: (SECRET,), now, allow_loopback=loopback, resolve=rebound)
            result = await send(sink.port, sender, "https://hooks.agency.example:{}/")
        assert result == NotSent(DeliveryReason.ADDRESS_FORBIDDEN, lasting=True)
        assert sink.arrived == []


async def test_a_name_that_cannot_be_looked_up_is_unreachable() -> None:
    async def no_answer(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    sender = WebhookSender(lambda name: (SECRET,), now, resolve=no_answer)
    result = await send(443, sender, "https://hooks.agency.example/")
    assert result == NotSent(DeliveryReason.REMOTE_UNREACHABLE)


async def test_a_slow_name_server_counts_against_the_time_limit() -> None:
    async def asleep(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(30)
        return []

    sender = WebhookSender(lambda name: (SECRET,), now, resolve=asleep, total_seconds=0.3)
    result = await send(443, sender, "https://hooks.agency.example/")
    assert result == NotSent(DeliveryReason.REMOTE_TOO_SLOW)


async def test_a_pinned_address_is_spoken_to_under_its_name(tmp_path: Path) -> None:
    presented, trusted = contexts(tmp_path, "hooks.agency.example")
    async with (
        HookSink().listening(tls=presented) as sink,
        httpx.AsyncClient(verify=trusted, trust_env=False) as client,
    ):
        target = Target("https", "hooks.agency.example", sink.port, "/hook")
        assert await post_to(client, target, "127.0.0.1", {}, PAYLOAD) == Answer(204)
    assert [arrived.headers["host"] for arrived in sink.arrived] == [f"hooks.agency.example:{sink.port}"]


async def test_a_pinned_address_with_a_certificate_for_another_name_gets_nothing(tmp_path: Path) -> None:
    presented, trusted = contexts(tmp_path, "evil.example")
    async with (
        HookSink().listening(tls=presented) as sink,
        httpx.AsyncClient(verify=trusted, trust_env=False) as client,
    ):
        target = Target("https", "hooks.agency.example", sink.port, "/hook")
        with pytest.raises(httpx.ConnectError):
            await post_to(client, target, "127.0.0.1", {}, PAYLOAD)
    assert sink.arrived == []


async def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with HookSink().listening() as proxy, HookSink().listening() as sink:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert await send(sink.port) == Sent(204)
    assert proxy.arrived == []
