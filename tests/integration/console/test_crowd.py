"""Many at once: every decision of a crowd is answered, and a stop does not wait for live lists."""

import asyncio
import time
from collections import Counter

import httpx
import uvicorn

from deploy.mash.commands.serve import orderly_server
from deploy.mash.embedded.ports import free_port
from services.console.domain.roles import Role
from tests.builders.console_app import ConsoleUnderTest
from tests.builders.console_desk import Desk

CONFIRM = {"case_version": 1, "action": "confirm", "reason_code": "person_decided", "reason": "Agreed with parents."}


async def test_two_hundred_decisions_at_once_are_all_answered(console: ConsoleUnderTest, desk: Desk) -> None:
    contacts = [await desk.contact(shown=False) for _ in range(100)]
    people = [await console.program(Role.SCREENER), await console.program(Role.MANAGER)]
    # The default pool, without its five seconds of patience: on a slow machine they are over just as soon.
    console.engine.sync_engine.pool._timeout = 0.05  # type: ignore[attr-defined]

    answers = await asyncio.gather(
        *(who.post(f"/v1/contacts/{contact}/decisions", json=CONFIRM) for contact in contacts for who in people)
    )

    assert Counter(answer.status_code for answer in answers) == {201: 100, 409: 100}
    assert len(await desk.sent()) == 100


async def test_live_lists_end_as_soon_as_the_stop_begins(console: ConsoleUnderTest) -> None:
    port = free_port()
    config = uvicorn.Config(console.app, host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=60)
    server = orderly_server(config, console.app)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    browser = await console.browser(Role.SCREENER)
    cookie = {"mash-session": browser.cookies["mash-session"]}
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", cookies=cookie, timeout=90) as client,
        client.stream("GET", "/live/queues") as stream,
    ):
        lines = stream.aiter_lines()
        assert await anext(lines) == "retry: 1000"
        began = time.monotonic()
        server.should_exit = True
        async for _ in lines:
            pass
        await serving

    assert time.monotonic() - began < 20, "far below the 60 s that open connections are given"
