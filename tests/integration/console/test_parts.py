"""Long lists are shown in parts: whatever waits stands in one of them, and danger is counted over all."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest

from services.console import live
from services.console.domain.roles import Role
from services.console.http.identity import Caller
from services.console.pages.queues import events
from services.console.repository import attention
from services.console.sign_in import SignedIn, sign_in
from tests.builders.console_app import PASSWORD, STAFF, ConsoleUnderTest
from tests.builders.console_attention import quarantined
from tests.builders.console_desk import Desk


@pytest.fixture(autouse=True)
def _short_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_ITEMS", 3)


def _shown(html: str) -> list[str]:
    return re.findall(r'<tr id="c-([0-9a-f-]+)"', html)


async def test_every_contact_that_waits_stands_in_one_part(console: ConsoleUnderTest, desk: Desk) -> None:
    now = datetime.now(UTC)
    calm = [str(await desk.contact(decide_by=now + timedelta(hours=hour))) for hour in (1, 2, 3)]
    urgent = [
        str(await desk.contact(danger=("missing_now",), queue="mash-urgent", decide_by=now + timedelta(hours=hour)))
        for hour in (5, 6, 7, 8)
    ]
    browser = await console.browser(Role.SCREENER)

    parts = [(await browser.get(f"/queues?page={number}")).text for number in (1, 2, 3)]

    assert [_shown(html) for html in parts] == [urgent[:3], [urgent[3], *calm[:2]], calm[2:]]
    assert [re.findall(r"[0-9]+ to [0-9]+ of [0-9]+", html)[0] for html in parts] == [
        "1 to 3 of 7",
        "4 to 6 of 7",
        "7 to 7 of 7",
    ]
    assert all("4 contacts in immediate danger." in html for html in parts)
    assert 'href="/queues?page=2" rel="next"' in parts[0]
    assert 'rel="prev"' not in parts[0]
    assert 'data-live="/live/queues?page=2"' in parts[1]
    assert 'href="/queues" rel="prev"' in parts[1]
    assert 'rel="next"' not in parts[2]
    one_queue = (await browser.get("/queues/mash-urgent?page=2")).text
    assert _shown(one_queue) == urgent[3:]
    assert 'href="/queues/mash-urgent" rel="prev"' in one_queue


@pytest.mark.parametrize("number", ["0", "-1", "two", "1e9", "999999", "", "٣"])
async def test_a_part_that_is_none_is_the_first_or_the_last_there_can_be(
    number: str, console: ConsoleUnderTest, desk: Desk
) -> None:
    await desk.contact()
    answer = await (await console.browser(Role.SCREENER)).get("/queues", params={"page": number})
    assert answer.status_code == 200


async def test_new_danger_is_told_to_those_who_look_at_another_part(console: ConsoleUnderTest, desk: Desk) -> None:
    for _ in range(4):
        await desk.contact()
    browser = await console.browser(Role.SCREENER)
    html = (await browser.get("/queues?page=2")).text
    assert "data-urgent" not in html
    await desk.contact(danger=("missing_now",), queue="mash-urgent")
    signed = await sign_in(STAFF[Role.SCREENER], PASSWORD, "browser", console.service.foundation.open_work, None)
    assert isinstance(signed, SignedIn)
    stream = events(Caller(signed.staff, signed.token), console.parts, None, 2)
    assert await anext(stream) == "retry: 1000\n\n"
    async with asyncio.timeout(20):
        while 'data-urgent="1"' not in await anext(stream):
            pass
    await stream.aclose()


async def test_what_needs_a_person_is_listed_in_parts_to_its_end(
    console: ConsoleUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    items = [await quarantined(console.engine, "triage", at=now - timedelta(hours=hour)) for hour in range(5)]
    monkeypatch.setattr(attention, "_OPEN", attention._OPEN.bindparams(most=3))
    monkeypatch.setattr(attention, "MOST_ITEMS", 3)
    program = await console.program(Role.SCREENER)

    parts = [(await program.get("/v1/attention", params={"page": number})).json() for number in (1, 2)]

    assert [item["id"] for part in parts for item in part["items"]] == [str(item) for item in items]
    assert [part["open"] for part in parts] == [5, 5]
