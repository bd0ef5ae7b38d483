"""The e-mail channel against a real SMTP server on this machine."""

import time
from pathlib import Path
from uuid import UUID

import pytest

from services.notifier.channels.email import EmailSender, MailServer
from services.notifier.domain.letter import Letter, Links, letter_of
from services.notifier.domain.line import EmailAddress, Line
from services.notifier.domain.retry import DeliveryReason, NotSent, Result, Sent
from tests.builders.notifier import NOON, a_directory, a_notice, an_email_channel
from tests.integration.notifier.certificates import contexts
from tests.integration.notifier.sinks import MailSink, free_port

DELIVERY = UUID("0193a000-0000-7000-8000-0000000000dd")
CHANNEL = an_email_channel("mash-replies@police-durham.example")
SENDER = EmailAddress("no-reply@mash.example")


def a_letter() -> Letter:
    return letter_of([a_notice()], Line("Durham police"), a_directory(), Links("https://mash.example"))


async def send(port: int, seconds: float = 5) -> Result:
    server = MailServer("127.0.0.1", port, SENDER, start_tls=False)
    return await EmailSender(server, total_seconds=seconds).send(CHANNEL, DELIVERY, a_letter(), NOON)


async def test_a_letter_arrives_with_typed_headers_and_a_stable_reference() -> None:
    async with MailSink().listening() as sink:
        assert await send(sink.port) == Sent(250)
    (letter,) = sink.letters
    assert {name: letter[name] for name in ("From", "To", "Subject", "Message-ID", "Date", "Auto-Submitted")} == {
        "From": "no-reply@mash.example",
        "To": "mash-replies@police-durham.example",
        "Subject": "MASH: contact received, reference 0193a000-0000-7000-8000-00000000000a",
        "Message-ID": "<0193a000-0000-7000-8000-0000000000dd@mash.example>",
        "Date": "Mon, 23 Nov 2026 12:00:00 +0000",
        "Auto-Submitted": "auto-generated",
    }
    assert letter.get_content_type() == "text/plain"
    assert "If a child is in immediate danger, ring 999." in letter.get_content()
    assert sink.recipients == [["mash-replies@police-durham.example"]]


async def test_the_same_delivery_sent_twice_is_the_same_message_to_the_last_byte() -> None:
    async with MailSink().listening() as sink:
        await send(sink.port)
        await send(sink.port)
    first, second = sink.letters
    assert first.as_bytes() == second.as_bytes()


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        ("451 try again later", NotSent(DeliveryReason.REMOTE_REFUSED, 451)),
        ("452 full", NotSent(DeliveryReason.REMOTE_REFUSED, 452)),
        ("550 no", NotSent(DeliveryReason.REMOTE_REFUSED, 550, lasting=True)),
        ("554 policy", NotSent(DeliveryReason.REMOTE_REFUSED, 554, lasting=True)),
    ],
)
async def test_a_refused_letter_is_tried_again_only_where_the_server_says_it_may_help(
    reply: str, result: Result
) -> None:
    async with MailSink(replies=[reply]).listening() as sink:
        assert await send(sink.port) == result


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        ("450 greylisted", NotSent(DeliveryReason.REMOTE_REFUSED, 450)),
        ("550 no such mailbox", NotSent(DeliveryReason.REMOTE_REFUSED, 550, lasting=True)),
    ],
)
async def test_a_refused_mailbox_is_told_apart_from_one_that_is_busy(reply: str, result: Result) -> None:
    async with MailSink(refused={CHANNEL.address.text: reply}).listening() as sink:
        assert await send(sink.port) == result
    assert sink.letters == []


async def test_a_server_that_hangs_up_instead_of_answering_a_letter_gets_it_again_under_the_same_reference() -> None:
    async with MailSink(hang_up=1).listening() as sink:
        assert await send(sink.port) == NotSent(DeliveryReason.REMOTE_UNREACHABLE)
        assert await send(sink.port) == Sent(250)
    first, second = sink.letters
    assert first.as_bytes() == second.as_bytes()


async def test_a_server_that_is_away_is_unreachable() -> None:
    assert await send(free_port()) == NotSent(DeliveryReason.REMOTE_UNREACHABLE)


async def test_a_server_that_hangs_is_left_after_the_time_limit() -> None:
    started = time.monotonic()
    async with MailSink(slow=20).listening() as sink:
        assert await send(sink.port, seconds=0.5) == NotSent(DeliveryReason.REMOTE_TOO_SLOW)
    assert time.monotonic() - started < 3


async def test_where_encryption_is_required_a_server_without_it_gets_nothing() -> None:
    async with MailSink().listening() as sink:
        server = MailServer("127.0.0.1", sink.port, SENDER, start_tls=True)
        result = await EmailSender(server, total_seconds=5).send(CHANNEL, DELIVERY, a_letter(), NOON)
    assert result == NotSent(DeliveryReason.REMOTE_UNREACHABLE)
    assert sink.letters == []


async def test_where_encryption_is_required_it_is_used(tmp_path: Path) -> None:
    presented, trusted = contexts(tmp_path, "localhost")
    async with MailSink().listening(tls=presented) as sink:
        server = MailServer("localhost", sink.port, SENDER, start_tls=True, trust=trusted)
        result = await EmailSender(server, total_seconds=5).send(CHANNEL, DELIVERY, a_letter(), NOON)
    assert result == Sent(250)
    assert len(sink.letters) == 1


async def test_a_certificate_for_another_name_gets_nothing(tmp_path: Path) -> None:
    presented, trusted = contexts(tmp_path, "other.example")
    async with MailSink().listening(tls=presented) as sink:
        server = MailServer("localhost", sink.port, SENDER, start_tls=True, trust=trusted)
        result = await EmailSender(server, total_seconds=5).send(CHANNEL, DELIVERY, a_letter(), NOON)
    assert result == NotSent(DeliveryReason.REMOTE_UNREACHABLE)
    assert sink.letters == []
