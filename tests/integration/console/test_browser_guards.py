"""What guards the pages: form tokens and origins, headers on every answer, and escaping of what was sent."""

import re
from datetime import date

import httpx
import structlog
from sqlalchemy import text

from services.console.domain.roles import Role
from shared.ids import new_id
from shared.messages.contact import Defect
from tests.builders.console import RECEIVED_AT
from tests.builders.console_app import BASE_URL, ConsoleUnderTest, field_in, form_token_in
from tests.builders.console_contacts import a_contact, a_contact_full_of, an_assessment_full_of
from tests.builders.console_desk import Desk

XSS = (
    "<script>document.title='owned'</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</textarea><script>alert(1)</script>",
    "{{ 1234*4321 }}{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
    "javascript:alert(1)",
    "<svg/onload=alert(1)>",
    "&lt;script&gt;",
    "\u202egnp.exe",
    "]]><!--",
)


def _decision(html: str, **changes: str) -> dict[str, str]:
    form = {name: field_in(html, name) for name in ("form_token", "decision_id", "case_version")}
    return {**form, "action": "confirm", "reason": "Agreed with both parents.", **changes}


async def test_a_form_without_its_token_or_from_elsewhere_changes_nothing(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    contact_id = await desk.contact()
    browser = await console.browser(Role.SCREENER)
    stranger = await console.browser(Role.MANAGER)
    path = f"/contacts/{contact_id}"
    form = _decision((await browser.get(path)).text)
    other_token = form_token_in((await stranger.get(path)).text)

    async def status(changes: dict[str, str], headers: dict[str, str | None]) -> int:
        sent = {name: value for name, value in {**browser.headers, **headers}.items() if value is not None}
        request = httpx.Request("POST", f"{BASE_URL}{path}/decisions", data={**form, **changes}, headers=_sent(sent))
        browser.cookies.set_cookie_header(request)
        return (await browser.send(request)).status_code

    assert await status({"form_token": ""}, {}) == 403
    assert await status({"form_token": "0" * 64}, {}) == 403
    assert await status({"form_token": other_token}, {}) == 403
    assert await status({}, {"origin": "https://evil.test"}) == 403
    assert await status({}, {"origin": "null"}) == 403
    assert await status({}, {"origin": f"{BASE_URL}.evil.test"}) == 403
    assert await status({}, {"origin": None}) == 403
    assert await status({}, {"origin": "https://evil.test", "host": "evil.test"}) == 403, (
        "whatever the Host header says"
    )
    assert await status({}, {"origin": "https://console.test"}) == 403, "another scheme is another origin"
    assert await status({}, {"sec-fetch-site": "cross-site"}) == 403
    assert await status({}, {"origin": None, "referer": "https://evil.test/console.test"}) == 403
    assert await desk.sent() == []
    assert await status({}, {"origin": None, "referer": f"{BASE_URL}{path}"}) == 303
    assert len(await desk.sent()) == 1


def _sent(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in ("content-length", "content-type")}


async def test_the_sign_in_form_is_tied_to_the_browser_that_asked_for_it(console: ConsoleUnderTest) -> None:
    mine, theirs = console.client(), console.client()
    mine.headers["Origin"] = theirs.headers["Origin"] = BASE_URL
    token = form_token_in((await theirs.get("/sign-in")).text)
    await mine.get("/sign-in")
    form = {"form_token": token, "username": "s.okafor", "password": "x", "next": "/"}

    assert (await mine.post("/sign-in", data=form)).status_code == 403
    assert (await console.client().post("/sign-in", data=form)).status_code == 403
    assert (await theirs.post("/sign-in", data=form)).status_code == 401


async def test_nothing_changes_on_get_or_by_an_overridden_method(console: ConsoleUnderTest, desk: Desk) -> None:
    contact_id = await desk.contact()
    browser = await console.browser(Role.SCREENER)

    got = await browser.get(f"/contacts/{contact_id}/decisions", params={"action": "confirm", "reason": "x" * 9})
    overridden = await browser.get("/sign-out", headers={"X-HTTP-Method-Override": "POST"})

    assert (got.status_code, overridden.status_code) == (405, 405)
    assert await desk.sent() == []
    assert (await browser.get("/queues")).status_code == 200


HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


async def test_every_answer_carries_the_headers_errors_included(console: ConsoleUnderTest, desk: Desk) -> None:
    contact_id = await desk.contact()
    screener = await console.browser(Role.SCREENER)
    ops = await console.browser(Role.OPS)
    api = await console.program(Role.SCREENER)
    answers = [
        *[
            await screener.get(path)
            for path in ("/", "/queues", "/queues/one-point", "/find", f"/contacts/{contact_id}")
        ],
        *[await screener.get(path) for path in ("/nowhere", "/queues/nowhere", "/static/nowhere", "/operations")],
        await screener.get(f"/contacts/{new_id()}"),
        await screener.get("/contacts/not-an-id"),
        await screener.put("/queues"),
        await screener.post("/sign-out"),
        await ops.get("/operations"),
        await ops.get("/ledger"),
        *[await console.client().get(path) for path in ("/queues", "/sign-in", "/static/console.css", "/v1/ledger")],
        await api.get(f"/v1/contacts/{contact_id}"),
        await api.get("/v1/nowhere"),
        await api.post(f"/v1/contacts/{contact_id}/decisions", json={}),
    ]
    async with console.engine.begin() as connection:
        await connection.execute(text("alter table router.v_case rename to v_gone"))
    with structlog.testing.capture_logs():
        answers += [await api.get(f"/v1/contacts/{contact_id}"), await screener.get(f"/contacts/{contact_id}")]

    assert [answer.status_code for answer in answers[-2:]] == [500, 500]
    assert {answer.status_code for answer in answers} == {200, 303, 401, 403, 404, 405, 422, 500}
    for answer in answers:
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, answer.url
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        expected = "no-cache" if "/static/console" in str(answer.url) else "no-store"
        assert answer.headers["cache-control"] == expected, answer.url
        assert "v_case" not in answer.text
        assert "Traceback" not in answer.text


async def test_a_body_beyond_any_form_of_ours_is_refused(console: ConsoleUnderTest) -> None:
    browser = await console.browser(Role.SCREENER)
    large = "x" * 70_000

    answers = [
        await console.client().post("/v1/sessions", json={"username": large, "password": "x"}),
        await browser.post("/find", data={"reference": large}),
        await console.client().post("/sign-in", data={"username": large}),
    ]

    assert [answer.status_code for answer in answers] == [413, 413, 413]
    assert answers[0].headers["content-type"] == "application/problem+json"
    assert all(answer.headers["x-content-type-options"] == "nosniff" for answer in answers)


async def test_errors_are_pages_for_people_and_problems_for_programs(console: ConsoleUnderTest) -> None:
    browser = await console.browser(Role.SCREENER)
    program = console.client()

    for path in ("/nowhere", "/queues/nowhere"):
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    for path in ("/v1/nowhere", "/v1/contacts/1"):
        problem = await program.get(path)
        assert problem.headers["content-type"] == "application/problem+json"
        assert problem.json()["status"] == problem.status_code


async def test_no_page_has_inline_script_or_style_or_anything_from_elsewhere(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    contact_id = await desk.contact(danger=("missing_now",), queue="mash-urgent")
    screener = await console.browser(Role.SCREENER)
    ops = await console.browser(Role.OPS)
    auditor = await console.browser(Role.AUDITOR)
    pages = [
        await screener.get("/sign-in"),
        await screener.get("/queues"),
        await screener.get("/find"),
        await screener.get(f"/contacts/{contact_id}"),
        await ops.get("/operations"),
        await auditor.get("/ledger"),
        await auditor.get("/audit"),
    ]
    for answer in pages:
        assert answer.status_code == 200
        assert not re.search(
            r"<style|\sstyle=|\son\w+=|<script(?! src=\"/static/console.js\" type=\"module\"></script>)", answer.text
        )
        assert re.findall(r"(?:src|href|action)=\"(?!/|#)[^\"]*\"", answer.text) == []


async def test_markup_in_a_contact_is_shown_as_text(console: ConsoleUnderTest, desk: Desk) -> None:
    browser = await console.browser(Role.SCREENER)
    clean = await _tags(browser, await desk.contact(contact=None))
    for payload in XSS:
        contact_id = new_id()
        scored = an_assessment_full_of(payload, contact_id)
        await desk.contact(
            contact_id=contact_id,
            contact=a_contact_full_of(payload, contact_id),
            assessment=scored,
            received_at=RECEIVED_AT,
        )
        page = (await browser.get(f"/contacts/{contact_id}")).text
        assert "5332114" not in page
        if re.search(r"[<>\"']", payload):
            assert payload not in page
        assert await _tags(browser, contact_id) <= clean | {"q"}


async def test_characters_that_turn_or_hide_text_are_shown_by_their_number(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    browser = await console.browser(Role.SCREENER)
    for character, number in (("\u202e", "U+202E"), ("\u2066", "U+2066"), ("\x1b", "U+001B"), ("\ufeff", "U+FEFF")):
        contact_id = new_id()
        content = a_contact_full_of(f"Till{character}y", contact_id)
        await desk.contact(contact_id=contact_id, contact=content, received_at=RECEIVED_AT)

        page = (await browser.get(f"/contacts/{contact_id}")).text

        assert character not in page
        assert page.count(f"Till[{number}]y") > 15
    arabic = new_id()
    name = "\u0645\u062d\u0645\u062f \u200fO'Neill"
    await desk.contact(contact_id=arabic, contact=a_contact(arabic, forename=name), received_at=RECEIVED_AT)
    shown = (await browser.get(f"/contacts/{arabic}")).text
    assert name.replace("'", "&#39;") in shown, "right-to-left names and their marks stay as they are"


async def test_a_birth_that_cannot_be_is_said_beside_the_date(console: ConsoleUnderTest, desk: Desk) -> None:
    browser = await console.browser(Role.SCREENER)
    for code, words in (("bad_date", "does not exist or cannot be read"), ("future_date", "lies in the future")):
        contact_id = new_id()
        defects = (
            Defect(code=code, pointer="/children/0/dob", message="a date is wrong"),
            Defect(code="bad_date", pointer="/incident/start", message="another date"),
        )
        content = a_contact(contact_id)
        child = content.subject.model_copy(update={"born_on": None})
        await desk.contact(
            contact_id=contact_id, contact=content.model_copy(update={"subject": child, "defects": defects})
        )

        page = (await browser.get(f"/contacts/{contact_id}")).text

        assert page.count(f"The date that was sent {words}: ask the sender") == 1
    ahead = new_id()
    content = a_contact(ahead)
    child = content.subject.model_copy(update={"born_on": date(2027, 2, 3)})
    await desk.contact(contact_id=ahead, contact=content.model_copy(update={"subject": child}), received_at=RECEIVED_AT)
    assert "born after the contact came: check the date" in (await browser.get(f"/contacts/{ahead}")).text


async def _tags(browser: httpx.AsyncClient, contact_id: object) -> set[str]:
    page = (await browser.get(f"/contacts/{contact_id}")).text
    return set(re.findall(r"<([a-zA-Z][\w/-]*)", page))


async def test_markup_in_a_reason_comes_back_as_text_in_the_form_the_conflict_and_the_history(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    browser = await console.browser(Role.SCREENER)
    for payload in XSS[:4]:
        contact_id = await desk.contact()
        html = (await browser.get(f"/contacts/{contact_id}")).text
        lacking = await browser.post(
            f"/contacts/{contact_id}/decisions", data=_decision(html, action="close", reason=payload)
        )
        made = await browser.post(f"/contacts/{contact_id}/decisions", data=_decision(html, reason=payload))
        conflict = await browser.post(
            f"/contacts/{contact_id}/decisions", data=_decision(html, decision_id=str(new_id()), reason=payload)
        )
        shown = await browser.get(f"/contacts/{contact_id}")
        assert (lacking.status_code, made.status_code, conflict.status_code) == (422, 303, 409)
        for answer in (lacking, conflict, shown):
            assert payload not in answer.text
