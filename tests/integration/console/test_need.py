"""Level, rating and statutory threshold: as they stand beside what triage suggested, and how a person changes them."""

import re

import pytest
from sqlalchemy import text

from services.console.domain.roles import Role
from shared.ids import new_id
from shared.messages.contact import Address
from tests.builders.console_app import ConsoleUnderTest, field_in
from tests.builders.console_contacts import a_contact
from tests.builders.console_desk import Desk

STEP_DOWN = {
    "case_version": 1,
    "action": "change",
    "level": 2,
    "reason_code": "person_decided",
    "reason": "Home visit today: food in the house, grandmother moved in.",
}


def _strip(html: str) -> str:
    found = re.search(r'<dl class="strip">.*?</dl>', html, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", " ", found.group()).split())


async def test_the_page_shows_the_need_as_it_stands_and_what_triage_suggested(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    stepped_up = await desk.contact(decided=(5, "RED", "s47"))
    as_suggested = await desk.contact()
    browser = await console.browser(Role.SCREENER)

    up = _strip((await browser.get(f"/contacts/{stepped_up}")).text)
    assert up.startswith("Level Level 5")
    assert "Triage suggested level 4" in up
    assert "Rating Red" in up
    assert "Triage suggested amber" in up
    assert "Section 47: significant harm Triage suggested: section 17: child in need" in up
    assert "Triage suggested" not in _strip((await browser.get(f"/contacts/{as_suggested}")).text)
    answer = (await (await console.program(Role.SCREENER)).get(f"/v1/contacts/{stepped_up}")).json()
    assert (answer["level"], answer["rating"], answer["statutory_flag"]) == (5, "RED", "s47")
    assert (answer["assessment"]["level"], answer["assessment"]["statutory_flag"]) == (4, "s17")


@pytest.mark.parametrize("flag", ["none", "s17", "s47"])
async def test_a_step_down_says_whether_the_statutory_threshold_still_holds(
    flag: str, console: ConsoleUnderTest, desk: Desk
) -> None:
    contact_id = await desk.contact()
    screener = await console.program(Role.SCREENER)

    unsaid = await screener.post(f"/v1/contacts/{contact_id}/decisions", json=STEP_DOWN)
    assert (unsaid.status_code, unsaid.json()["type"]) == (409, "urn:mash:problem:flag-not-said")
    assert await desk.sent() == []
    said = await screener.post(f"/v1/contacts/{contact_id}/decisions", json={**STEP_DOWN, "statutory_flag": flag})
    assert said.status_code == 201, said.text
    [message] = await desk.sent()
    facets = message["facets"]
    assert isinstance(facets, dict)
    assert (facets["level"], facets["statutory_flag"]) == (2, flag)
    async with console.engine.connect() as connection:
        kept = await connection.execute(text("select level, statutory_flag from console.decisions"))
        assert list(kept) == [(2, flag)]
    shown = (await screener.get(f"/v1/contacts/{contact_id}")).json()["history"]
    assert [entry["statutory_flag"] for entry in shown if entry["event"] == "decided"] == [flag]


async def test_a_decision_without_a_word_about_the_threshold_leaves_it_as_it_is(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    contact_id = await desk.contact()
    screener = await console.program(Role.SCREENER)
    body = {**STEP_DOWN, "level": 5}
    assert (await screener.post(f"/v1/contacts/{contact_id}/decisions", json=body)).status_code == 201
    [message] = await desk.sent()
    facets = message["facets"]
    assert isinstance(facets, dict)
    assert facets["statutory_flag"] is None


async def test_the_form_asks_for_the_threshold_and_takes_it(console: ConsoleUnderTest, desk: Desk) -> None:
    contact_id = await desk.contact()
    browser = await console.browser(Role.SCREENER)
    html = (await browser.get(f"/contacts/{contact_id}")).text
    hidden = {name: field_in(html, name) for name in ("form_token", "decision_id", "case_version")}
    form = {**hidden, "action": "change", "level": "3", "reason": "Early help agreed with both parents."}
    assert "No change (now: section 17: child in need)" in html

    unsaid = await browser.post(f"/contacts/{contact_id}/decisions", data=form)
    assert unsaid.status_code == 409
    assert "Say which statutory threshold holds" in unsaid.text
    assert "Early help agreed with both parents." in unsaid.text
    wrong = await browser.post(f"/contacts/{contact_id}/decisions", data={**form, "statutory_flag": "s99"})
    assert wrong.status_code == 422
    assert "Choose one of the thresholds of the list" in wrong.text
    said = await browser.post(f"/contacts/{contact_id}/decisions", data={**form, "statutory_flag": "none"})
    assert said.status_code == 303


@pytest.mark.parametrize("by", ["flag", "address"])
async def test_a_protected_address_is_marked_wherever_it_stands(by: str, console: ConsoleUnderTest, desk: Desk) -> None:
    kept, hidden = a_contact(new_id()), a_contact(new_id())
    address = Address(lines=("4 Hollow Lane",), postcode="DH1 4ZN", status="protected" if by == "address" else "known")
    changes = {
        "protected_address": by == "flag",
        "subject": hidden.subject.model_copy(update={"addresses": (address,)}),
    }
    hidden = hidden.model_copy(update=changes)
    for contact in (kept, hidden):
        await desk.contact(contact_id=contact.contact_id, contact=contact)
    browser = await console.browser(Role.SCREENER)

    page = (await browser.get(f"/contacts/{hidden.contact_id}")).text
    assert "Protected address: do not disclose." in page
    assert re.search(r"4 Hollow Lane, DH1 4ZN\s*<strong>\(protected: do not disclose\)</strong>", page)
    assert "do not disclose" not in (await browser.get(f"/contacts/{kept.contact_id}")).text
