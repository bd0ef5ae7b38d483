"""A screener's work in a real browser: sign in, watch the list, open a contact, decide, meet another's decision."""

import re
import time

from playwright.async_api import Page, expect

from services.console.access import disable_staff
from services.console.domain.queue import item_in_triage
from services.console.domain.roles import Role
from services.console.repository.queue_items import PostgresQueueItems
from tests.browser.conftest import FrontDoor
from tests.builders.console import a_contact_in_danger
from tests.builders.console_app import STAFF
from tests.builders.console_attention import quarantined
from tests.builders.console_desk import Desk


async def _decide(page: Page, reason: str) -> None:
    await page.check("input[value=confirm]")
    await page.fill("#reason", reason)
    await page.click("text=Record the decision")


async def test_a_contact_in_danger_appears_by_itself_within_two_seconds(front_door: FrontDoor, desk: Desk) -> None:
    await desk.contact()
    page = await front_door.signed_in(Role.SCREENER)
    await expect(page.locator("[data-live-state]")).to_have_text(re.compile("Live"))
    contact = a_contact_in_danger()
    began = time.monotonic()

    async with front_door.console.engine.begin() as connection:
        await PostgresQueueItems(connection).record([item_in_triage(contact)])

    await expect(page.locator("tbody tr").first).to_have_id(f"c-{contact.contact_id}", timeout=5000)
    assert time.monotonic() - began < 2
    await expect(page.locator("tbody tr").first).to_contain_text("Danger")
    await expect(page.locator("[data-live-state]")).to_contain_text("A contact in immediate danger has arrived")
    assert (await page.title()).startswith("(1 in danger)")


async def test_a_screener_opens_a_contact_and_decides(front_door: FrontDoor, desk: Desk) -> None:
    contact_id = await desk.contact()
    page = await front_door.signed_in(Role.SCREENER)

    await page.click(f"#c-{contact_id} a")
    await expect(page.locator("h1")).to_contain_text("Tilly Ashgrove")
    assert await page.locator("input[type=radio]:checked").count() == 0
    assert not await page.locator("#outcome").is_visible(), "what belongs to a choice is shown with the choice"
    await page.check("input[value=close]")
    await expect(page.locator("#outcome")).to_be_visible()
    await _decide(page, "Both parents agree to social work support.")

    await expect(page.locator("[role=status]").first).to_contain_text("s.okafor decided on")
    await expect(page.locator(".timeline")).to_contain_text("Both parents agree to social work support.")
    assert len(await desk.sent()) == 1


async def test_whoever_comes_second_is_told_kindly(front_door: FrontDoor, desk: Desk) -> None:
    contact_id = await desk.contact()
    screener, manager = await front_door.signed_in(Role.SCREENER), await front_door.signed_in(Role.MANAGER)
    for page in (screener, manager):
        await page.goto(f"{front_door.address}/contacts/{contact_id}")
    await _decide(screener, "Both parents agree.")
    await expect(screener.locator("[role=status]").first).to_contain_text("decided on")

    async with manager.expect_response(lambda answer: answer.request.method == "POST") as answered:
        await _decide(manager, "The grandmother asks for support.")

    assert (await answered.value).status == 409
    await expect(manager.locator("h1")).to_have_text("This was decided already")
    await expect(manager.locator("main")).to_contain_text("s.okafor")
    await expect(manager.locator("main")).to_contain_text("The grandmother asks for support.")
    assert len(await desk.sent()) == 1


async def test_an_impatient_double_click_is_one_decision(front_door: FrontDoor, desk: Desk) -> None:
    contact_id = await desk.contact()
    page = await front_door.signed_in(Role.SCREENER)
    await page.goto(f"{front_door.address}/contacts/{contact_id}")
    await page.check("input[value=confirm]")
    await page.fill("#reason", "Both parents agree.")

    await page.dblclick("text=Record the decision")

    await expect(page.locator("[role=status]").first).to_contain_text("s.okafor decided on")
    assert len(await desk.sent()) == 1


async def test_an_impatient_double_click_settles_once_and_whoever_comes_second_is_told(front_door: FrontDoor) -> None:
    item = await quarantined(front_door.console.engine, "router")
    screener, manager = await front_door.signed_in(Role.SCREENER), await front_door.signed_in(Role.MANAGER)
    for page in (screener, manager):
        await page.goto(f"{front_door.address}/attention/router/{item}")
        await page.check("input[value=release]")
        await page.fill("#settle-reason", "The cause was mended.")

    await screener.dblclick("button:has-text('Settle it')")
    await expect(screener.locator(".timeline li")).to_have_count(1)
    await expect(screener.locator("main")).to_contain_text("Released: the system tries again")
    await manager.click("button:has-text('Settle it')")

    await expect(manager.locator("h1")).to_have_text("This was settled already")
    await expect(manager.locator("main")).to_contain_text("s.okafor")


async def test_everything_but_the_live_list_works_without_javascript(front_door: FrontDoor, desk: Desk) -> None:
    contact_id = await desk.contact()
    page = await front_door.signed_in(Role.SCREENER, javascript=False)
    await expect(page.locator("[data-live-state]")).to_have_text("Reload the page to see the newest.")

    await page.click(f"#c-{contact_id} a")
    await _decide(page, "Both parents agree.")

    await expect(page.locator("[role=status]").first).to_contain_text("s.okafor decided on")
    await page.click("text=Sign out")
    await expect(page.locator("h1")).to_have_text("Sign in")


async def test_a_disabled_account_loses_its_live_list_within_five_seconds(front_door: FrontDoor, desk: Desk) -> None:
    await desk.contact()
    page = await front_door.signed_in(Role.SCREENER)
    await expect(page.locator("[data-live-state]")).to_have_text(re.compile("Live"))
    began = time.monotonic()

    await disable_staff(front_door.console.engine, username=STAFF[Role.SCREENER])

    await page.wait_for_url("**/sign-in", timeout=8000)
    assert time.monotonic() - began < 6, "five seconds, and one for the browser"


async def test_every_field_has_a_label_and_every_page_a_heading(front_door: FrontDoor, desk: Desk) -> None:
    contact_id = await desk.contact()
    item = await quarantined(front_door.console.engine, "triage", contact_id=contact_id)
    paths = ("/queues", "/find", f"/contacts/{contact_id}", "/attention", f"/attention/triage/{item}")
    page = await front_door.signed_in(Role.SCREENER)
    unlabelled = (
        "() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]"
        ".filter(field => !field.labels.length).map(field => field.name)"
    )
    for path in paths:
        await page.goto(front_door.address + path)
        assert await page.evaluate(unlabelled) == []
        assert await page.locator("h1").count() == 1
        assert await page.evaluate("() => document.documentElement.lang") == "en-GB"
        wide = await page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path
    await page.set_viewport_size({"width": 400, "height": 800})
    for path in paths:
        await page.goto(front_door.address + path)
        wide = await page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} on a telephone"
