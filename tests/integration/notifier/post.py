"""The whole notifier over a real database and sinks of this machine, without Kafka: requests come in by its handler."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import text

from services.notifier.app import build
from services.notifier.handlers import request_notices
from services.notifier.settings import NotifierSettings
from shared.messages.notice_requested import NoticeRequested
from shared.service import Service
from shared.settings import ROOT
from tests.integration.notifier.sinks import HookSink, MailSink

SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-eight byte").decode()
KEK = base64.b64encode(bytes(32)).decode()


def write_policy(folder: Path, hook_port: int) -> None:
    """The shipped directory, with the webhook of the health agency in use and pointing at this machine."""
    data = yaml.safe_load((ROOT / "deploy/policy/county-durham/directory.yaml").read_text())
    hook = data["agencies"]["health-cddft"]["channels"][1]
    hook.update(in_use=True, confirmed_by=["directory-owner", "information-governance"])
    hook["webhook"]["url"] = f"http://127.0.0.1:{hook_port}/mash/notices"
    (folder / "county-durham").mkdir(exist_ok=True)
    (folder / "county-durham" / "directory.yaml").write_text(yaml.safe_dump(data))
    (folder / "secrets").mkdir(exist_ok=True)
    (folder / "secrets" / "health-cddft").write_text(SECRET + "\n")


def settings_for(database: str, folder: Path, mail_port: int, **changes: Any) -> NotifierSettings:
    """Settings of a notifier that speaks to the sinks of a test."""
    values: dict[str, Any] = {
        "database_url": database,
        "kafka_bootstrap": "127.0.0.1:9",
        "kek": KEK,
        "policy_dir": folder,
        "public_url": "https://mash.example",
        "smtp_port": mail_port,
        "webhook_secrets_dir": folder / "secrets",
        "webhook_allow_loopback": True,
        "notice_pause_seconds": 0,
    }
    return NotifierSettings(**{**values, **changes})


@dataclass
class Post:
    """A notifier at work."""

    service: Service
    mail: MailSink
    hook: HookSink
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def ask(self, *requests: NoticeRequested) -> None:
        """Commit requests as a batch of the stage would."""
        async with self.service.foundation.open_work() as work:
            await request_notices(requests, work)
            await work.commit()

    async def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        async with self.service.foundation.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(statement))]

    async def execute(self, statement: str) -> None:
        """Change rows by hand."""
        async with self.service.foundation.engine.begin() as connection:
            await connection.execute(text(statement))

    async def statuses(self) -> dict[str, int]:
        """How many deliveries have each status."""
        rows = await self.rows("select status, count(*) from notifier.deliveries group by status")
        return {str(status): int(count) for status, count in rows}

    async def all_delivered(self, count: int) -> bool:
        """Whether there are `count` deliveries and each was made."""
        return await self.statuses() == {"delivered": count}

    async def settled(self) -> list[tuple[str, str, str | None]]:
        """Contact, status and reason of each notice.settled in the outbox, oldest first."""
        rows = await self.rows("select body from notifier.outbox order by created_at, id")
        facets = [json.loads(body)["facets"] for (body,) in rows]
        return [(f["recipient"], f["status"], f["reason"]) for f in facets]

    async def start(self) -> None:
        """Start what runs in the background."""
        self.tasks = [asyncio.create_task(_run(coroutine)) for coroutine in self.service.background]

    async def stop(self) -> None:
        """The orderly stop of the runtime."""
        for hook in self.service.on_stop:
            await hook()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def _run(coroutine: Callable[[], Awaitable[None]]) -> None:
    await coroutine()


async def until(condition: Callable[[], Awaitable[bool]], what: str, seconds: float = 10) -> float:
    """Wait for a condition; returns how long it took, fails naming it."""
    started = time.monotonic()
    while not await condition():
        assert time.monotonic() - started < seconds, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.02)
    return time.monotonic() - started


@asynccontextmanager
async def posting(
    database: str,
    folder: Path,
    mail: MailSink | None = None,
    hook: HookSink | None = None,
    *,
    running: bool = True,
    mail_server: bool = True,
    **changes: Any,
) -> AsyncIterator[Post]:
    """A notifier at work, and its sinks, while the block runs. Nothing of it is left behind, no connection either.

    running: start its background work at once; mail_server: let the mail sink listen; changes: of settings.
    """
    mail, hook = mail or MailSink(), hook or HookSink()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(hook.listening())
        if mail_server:
            await stack.enter_async_context(mail.listening())
        write_policy(folder, hook.port)
        post = Post(build(settings_for(database, folder, mail.port, **changes)), mail, hook)
        if running:
            await post.start()
        try:
            yield post
        finally:
            await post.stop()
            assert post.service.foundation.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
            await post.service.foundation.engine.dispose()


@asynccontextmanager
async def beside(post: Post, database: str, folder: Path, **changes: Any) -> AsyncIterator[Post]:
    """A second notifier over the same database and the same sinks."""
    other = Post(build(settings_for(database, folder, post.mail.port, **changes)), post.mail, post.hook)
    await other.start()
    try:
        yield other
    finally:
        await other.stop()
        await other.service.foundation.engine.dispose()
