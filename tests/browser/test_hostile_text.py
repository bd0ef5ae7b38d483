"""Text that tries to become markup, in every field and on every page that shows it, in a real browser."""

from uuid import UUID

import pytest
from playwright.async_api import Page

from services.console.domain.roles import Role
from shared.ids import new_id
from tests.browser.conftest import FrontDoor
from tests.builders.console_attention import quarantined
from tests.builders.console_contacts import a_contact, a_contact_full_of, an_assessment_full_of
from tests.builders.console_desk import Desk

ATTEMPTS = (
    "<script>document.title='owned'</script><img src=x onerror=alert(1)><svg/onload=alert(1)>",
    "\"><img src=x onerror=alert(1)> ' onmouseover='alert(1)' autofocus onfocus='alert(1)",
    "</textarea></title></pre><script>alert(1)</script><iframe srcdoc='<script>alert(1)</script>'>",
    "<a href='javascript:alert(1)'>x</a><style>*{display:none}</style><base href='//evil.test/'>",
    "{{ 7*7 }}{% raw %}<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
)
FOREIGN = "main img, main svg, main script, main iframe, main style, base, main math, main [onerror], main [onfocus]"


async def _ran_nothing(page: Page) -> None:
    await page.hover("h1")
    await page.evaluate("() => document.querySelectorAll('main *').forEach((one) => one.focus && one.focus())")
    assert "owned" not in await page.title()
    assert await page.locator(FOREIGN).count() == 0
    assert await page.locator("a[href^='javascript']").count() == 0


@pytest.mark.parametrize("attempt", ATTEMPTS)
async def test_markup_in_any_field_of_a_contact_runs_nothing(attempt: str, front_door: FrontDoor, desk: Desk) -> None:
    contact_id = new_id()
    await desk.contact(
        contact_id=contact_id,
        contact=a_contact_full_of(attempt, contact_id),
        assessment=an_assessment_full_of(attempt, contact_id),
    )
    page = await front_door.signed_in(Role.SCREENER)

    await page.goto(f"{front_door.address}/contacts/{contact_id}")

    await _ran_nothing(page)
    assert attempt in await page.locator("h1").inner_text()
    await page.check("input[value=confirm]")
    await page.fill("#reason", attempt)
    await page.click("text=Record the decision")
    await page.wait_for_selector("[role=status]")
    await _ran_nothing(page)
    assert attempt in await page.locator(".timeline blockquote").inner_text()


async def _settle(page: Page, attempt: str) -> None:
    await page.check("input[value=resolve]")
    await page.fill("#settle-reason", attempt)
    await page.click("button:has-text('Settle it')")
    await page.wait_for_selector("text=Resolved by a person")


async def _open(page: Page, attempt: str) -> None:
    await page.fill("#open-reason", attempt)
    await page.click("text=Open the content")
    await page.wait_for_selector("pre")


async def test_markup_in_what_needs_a_person_runs_nothing(front_door: FrontDoor) -> None:
    page = await front_door.signed_in(Role.MANAGER)
    for attempt in ATTEMPTS:
        item: UUID = await quarantined(front_door.console.engine, "triage", body=attempt.encode())
        await page.goto(f"{front_door.address}/attention/triage/{item}")

        await _open(page, attempt)
        assert await page.locator("pre").inner_text() == attempt
        await _ran_nothing(page)
        await _settle(page, attempt)
        await _ran_nothing(page)


async def test_markup_in_a_reference_searched_for_and_a_user_name_runs_nothing(front_door: FrontDoor) -> None:
    stranger = await front_door.page()
    page = await front_door.signed_in(Role.SCREENER)
    for attempt in ATTEMPTS:
        await stranger.goto(f"{front_door.address}/sign-in")
        await stranger.fill("#username", attempt)
        await stranger.fill("#password", "x")
        await stranger.click("text=Sign in >> nth=-1")
        await stranger.wait_for_selector("[role=alert]")
        await _ran_nothing(stranger)
        await page.goto(f"{front_door.address}/find")
        await page.fill("#reference", attempt[:100])
        await page.click("button:has-text('Find')")
        await page.wait_for_selector("[aria-live=polite]")
        await _ran_nothing(page)


async def test_a_name_that_turns_its_neighbours_around_stands_alone(front_door: FrontDoor, desk: Desk) -> None:
    contact_id = new_id()
    turned = a_contact(contact_id, forename="Till\u202ey", surname="\u05d0\u05e9\u05d2\u05e8\u05d5\u05d1")
    await desk.contact(contact_id=contact_id, contact=turned)
    page = await front_door.signed_in(Role.SCREENER)

    await page.goto(f"{front_door.address}/contacts/{contact_id}")

    assert "Till[U+202E]y" in await page.locator("h1").inner_text()
    style = "() => getComputedStyle(document.querySelector('h1')).unicodeBidi"
    assert await page.evaluate(style) == "isolate"
