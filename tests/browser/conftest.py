"""A console on a real port, a real Chromium, and people who sit at it. What a page complains about fails the test."""

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from deploy.mash.embedded.ports import free_port
from services.console.domain.roles import Role
from tests.browser.chromium import FLAGS, NoChromiumError, find_chromium
from tests.builders.console_app import PASSWORD, STAFF, ConsoleUnderTest, console_over
from tests.builders.console_desk import Desk
from tests.builders.console_views import make_views_writable


@pytest.fixture(scope="session")
def chromium(pytestconfig: pytest.Config) -> str:
    """The path of a Chromium; where there is none, the test does not run and the summary says why."""

    def say(line: str) -> None:
        capture = pytestconfig.pluginmanager.getplugin("capturemanager")
        assert capture is not None
        with capture.global_and_fixture_disabled():
            sys.stderr.write(f"\n{line}\n")

    try:
        return find_chromium(say)
    except NoChromiumError as reason:
        pytest.skip(f"no browser: {reason}")


@dataclass
class FrontDoor:
    """The console as people reach it."""

    console: ConsoleUnderTest
    browser: Browser
    address: str
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    async def page(self, *, javascript: bool = True) -> Page:
        """A browser window of its own."""
        context = await self.browser.new_context(java_script_enabled=javascript)
        self.contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        page.on("console", lambda said: self._heard(said.type, said.text))
        return page

    def _heard(self, kind: str, words: str) -> None:
        # Chromium also reports the status of pages that answer 409 and 422 on purpose.
        if kind in ("error", "warning") and "the server responded with a status of" not in words:
            self.complaints.append(f"{kind}: {words}")

    async def signed_in(self, role: Role, *, javascript: bool = True) -> Page:
        """A window in which somebody of this role has signed in."""
        page = await self.page(javascript=javascript)
        await page.goto(f"{self.address}/sign-in")
        await page.fill("#username", STAFF[role])
        await page.fill("#password", PASSWORD)
        await page.click("text=Sign in >> nth=-1")
        await page.wait_for_selector("text=Sign out")
        return page


@pytest.fixture
async def front_door(database: str, chromium: str) -> AsyncIterator[FrontDoor]:
    """A served console with its live lists; at the end no page may have complained."""
    port = free_port()
    console = console_over(database, public_url=f"http://127.0.0.1:{port}")
    await make_views_writable(console.engine)
    await console.register()
    server = uvicorn.Server(
        uvicorn.Config(console.app, host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=1)
    )
    tasks = [asyncio.create_task(server.serve()), asyncio.create_task(console.live.listen())]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        door = FrontDoor(console, browser, f"http://127.0.0.1:{port}")
        yield door
        for context in door.contexts:
            await context.close()
        await browser.close()
    await console.live.stop()
    server.should_exit = True
    await tasks[0]
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await console.close()
    assert door.complaints == []


@pytest.fixture
def desk(front_door: FrontDoor) -> Desk:
    return Desk(front_door.console.engine)
