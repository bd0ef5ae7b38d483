"""A mail server and an HTTP receiver of this machine that behave as a test says, and remember what reached them."""

import asyncio
import email
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class MailSink:
    """replies: one for each letter, in turn, then 250; a reply for a recipient goes by its address; slow: seconds;
    hang_up: so many letters it takes whole, and then closes the connection without a word."""

    port: int = field(default_factory=free_port)
    replies: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    slow: float = 0
    hang_up: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        """What the server says to one recipient."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """What the server says to a letter. The letter is remembered whatever the answer."""
        message = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.letters.append(message)
        self.recipients.append(list(envelope.rcpt_tos))
        if self.hang_up > 0:
            self.hang_up -= 1
            server.transport.close()
        await asyncio.sleep(self.slow)
        return self.replies.pop(0) if self.replies else "250 OK"

    @asynccontextmanager
    async def listening(self, tls: ssl.SSLContext | None = None) -> AsyncIterator["MailSink"]:
        """Listen while the block runs. tls: offer STARTTLS with it."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(self, loop=loop, tls_context=tls, hostname="sink.example"), "127.0.0.1", self.port
        )
        try:
            yield self
        finally:
            server.close()

    def ids(self, to: str | None = None) -> list[str]:
        """The Message-ID of each letter that arrived (to one address), in order."""
        return [str(letter["Message-ID"]) for letter in self.letters if to is None or letter["To"] == to]


@dataclass
class Arrived:
    """One request that reached the HTTP sink."""

    path: str
    headers: dict[str, str]
    body: str


@dataclass
class HookSink:
    """answers: raw HTTP answers in turn, then 204; or what it does instead: hang, drip, endless, die."""

    answers: list[str] = field(default_factory=list)
    arrived: list[Arrived] = field(default_factory=list)
    port: int = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.split("\r\n")
            headers = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines if line)}
            body = (await reader.readexactly(int(headers.get("content-length", "0")))).decode()
            self.arrived.append(Arrived(first.split(" ")[1], headers, body))
            await self._answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter) -> None:
        answer = self.answers.pop(0) if self.answers else "204 No Content"
        if answer == "die":
            return
        if answer == "hang":
            await asyncio.sleep(30)
        if answer == "drip":
            for sign in "HTTP/1.1 200 OK\r\nx-slow: " + "x" * 100:
                writer.write(sign.encode())
                await writer.drain()
                await asyncio.sleep(0.1)
        if answer == "endless":
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
            await writer.drain()
            await asyncio.sleep(30)
        writer.write(f"HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()

    @asynccontextmanager
    async def listening(self, tls: ssl.SSLContext | None = None) -> AsyncIterator["HookSink"]:
        """Listen on 127.0.0.1 while the block runs."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
