"""Every route against every role: each cell is written out, and a route that is not in the table fails the test."""

from collections.abc import Iterable, Mapping
from uuid import UUID

import httpx
import pytest
from fastapi.routing import APIRoute, APIRouter

from services.console.domain.roles import Role
from tests.builders.console_app import ConsoleUnderTest, form_token_in
from tests.builders.console_attention import quarantined
from tests.builders.console_desk import Desk

SCREENER, MANAGER, OPS, AUDITOR = Role.SCREENER, Role.MANAGER, Role.OPS, Role.AUDITOR

API: Mapping[tuple[str, str], frozenset[Role]] = {
    ("DELETE", "/v1/sessions"): frozenset({SCREENER, MANAGER, OPS, AUDITOR}),
    ("GET", "/v1/contacts/{contact_id}"): frozenset({SCREENER, MANAGER}),
    ("POST", "/v1/contacts/{contact_id}/decisions"): frozenset({SCREENER, MANAGER}),
    ("POST", "/v1/contacts/{contact_id}/openings"): frozenset({SCREENER, MANAGER}),
    ("GET", "/v1/ledger"): frozenset({OPS, AUDITOR}),
    ("GET", "/v1/attention"): frozenset({SCREENER, MANAGER, OPS, AUDITOR}),
    ("POST", "/v1/attention/{schema}/{item_id}"): frozenset({SCREENER, MANAGER}),
}
PAGES: Mapping[tuple[str, str], frozenset[Role]] = {
    ("GET", "/"): frozenset({SCREENER, MANAGER, OPS, AUDITOR}),
    ("POST", "/sign-out"): frozenset({SCREENER, MANAGER, OPS, AUDITOR}),
    ("GET", "/queues"): frozenset({SCREENER, MANAGER}),
    ("GET", "/queues/{queue}"): frozenset({SCREENER, MANAGER}),
    ("GET", "/live/queues"): frozenset({SCREENER, MANAGER}),
    ("GET", "/live/queues/{queue}"): frozenset({SCREENER, MANAGER}),
    ("GET", "/find"): frozenset({SCREENER, MANAGER}),
    ("POST", "/find"): frozenset({SCREENER, MANAGER}),
    ("POST", "/tasks/{notice_id}/{channel}/settle"): frozenset({SCREENER, MANAGER}),
    ("GET", "/contacts/{contact_id}"): frozenset({SCREENER, MANAGER}),
    ("POST", "/contacts/{contact_id}/decisions"): frozenset({SCREENER, MANAGER}),
    ("POST", "/contacts/{contact_id}/open"): frozenset({SCREENER, MANAGER}),
    ("GET", "/attention"): frozenset({SCREENER, MANAGER, OPS, AUDITOR}),
    ("GET", "/attention/{schema}/{item_id}"): frozenset({SCREENER, MANAGER, OPS, AUDITOR}),
    ("POST", "/attention/{schema}/{item_id}"): frozenset({SCREENER, MANAGER}),
    ("POST", "/attention/{schema}/{item_id}/content"): frozenset({SCREENER, MANAGER}),
    ("GET", "/operations"): frozenset({OPS}),
    ("GET", "/ledger"): frozenset({OPS, AUDITOR}),
    ("GET", "/audit"): frozenset({AUDITOR}),
    ("POST", "/audit"): frozenset({AUDITOR}),
    ("GET", "/mailbox"): frozenset({SCREENER, MANAGER, OPS}),
    ("GET", "/mailbox/{key}"): frozenset({SCREENER, MANAGER, OPS}),
}
OPEN_TO_ALL = {("POST", "/v1/sessions"), ("GET", "/sign-in"), ("POST", "/sign-in"), ("GET", "/static/{name}")}
RESOLVE = {"action": "resolve", "reason": "The sender has sent it again."}
CONFIRM = {"case_version": 1, "action": "confirm", "reason_code": "person_decided", "reason": "Agreed with parents."}


def _routes(routers: Iterable[APIRouter]) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                found |= {(method, route.path) for method in route.methods or ()}
            else:
                found |= _routes([route.original_router])  # type: ignore[attr-defined]
    return found


async def test_the_table_lists_every_route_of_the_console(console: ConsoleUnderTest) -> None:
    assert _routes(console.service.routers) == {*API, *PAGES, *OPEN_TO_ALL}


def _filled(path: str, contact_id: object, item_id: object = UUID(int=0)) -> str:
    names = {"queue": "mash-screening", "notice_id": "n-1", "channel": "email", "key": "none", "schema": "triage"}
    return path.format(contact_id=contact_id, item_id=item_id, **names)


def _body(path: str) -> Mapping[str, object] | None:
    if path.endswith("decisions"):
        return CONFIRM
    return RESOLVE if path.endswith(("{item_id}", "openings")) else None


@pytest.mark.parametrize("role", list(Role))
async def test_the_api_serves_each_role_what_the_table_says(role: Role, console: ConsoleUnderTest, desk: Desk) -> None:
    contact_id = await desk.contact()
    for (method, path), allowed in API.items():
        program = await console.program(role)
        item_id = await quarantined(console.engine, "triage")
        answer = await program.request(method, _filled(path, contact_id, item_id), json=_body(path))
        if role in allowed:
            assert answer.status_code < 300, (role, method, path, answer.status_code)
        else:
            assert answer.status_code == 403, (role, method, path)
            assert answer.headers["content-type"] == "application/problem+json"
            assert "Ashgrove" not in answer.text


@pytest.mark.parametrize("role", list(Role))
async def test_pages_serve_each_role_what_the_table_says(role: Role, console: ConsoleUnderTest, desk: Desk) -> None:
    contact_id = await desk.contact()
    browser = await console.browser(role)
    token = form_token_in((await browser.get((await browser.get("/")).headers["location"])).text)
    for (method, path), allowed in sorted(PAGES.items(), key=lambda cell: cell[0][1] == "/sign-out"):
        item_id = await quarantined(console.engine, "triage")
        answer = await _ask(browser, console, method, _filled(path, contact_id, item_id), token)
        if role in allowed:
            assert answer.status_code in (200, 303, 404, 422), (role, method, path, answer.status_code)
            assert answer.status_code != 404 or path.startswith("/mailbox")
        else:
            assert answer.status_code == 403, (role, method, path, answer.status_code)
            assert "Ashgrove" not in answer.text


async def _ask(
    browser: httpx.AsyncClient, console: ConsoleUnderTest, method: str, path: str, token: str
) -> httpx.Response:
    if path.startswith("/live"):
        await console.live.stop()  # An open stream would never end here.
    data = {"form_token": token, "reference": "none", "reason": "Agreed."} if method == "POST" else None
    return await browser.request(method, path, data=data)


async def test_nobody_is_served_without_signing_in(console: ConsoleUnderTest, desk: Desk) -> None:
    contact_id = await desk.contact()
    stranger = console.client()
    stranger.headers["Accept"] = "text/html"
    for method, path in API:
        answer = await stranger.request(method, _filled(path, contact_id), json=CONFIRM)
        assert answer.status_code == 401, (method, path)
        assert answer.headers["www-authenticate"].startswith("Bearer")
    for method, path in PAGES:
        answer = await stranger.request(method, _filled(path, contact_id), data={"form_token": "x"})
        assert answer.status_code == (303 if method == "GET" else 401), (method, path)
        assert "Ashgrove" not in answer.text
    assert await desk.sent() == []


async def test_a_bearer_token_opens_no_page_and_a_cookie_opens_no_api(console: ConsoleUnderTest, desk: Desk) -> None:
    contact_id = await desk.contact()
    program = await console.program(Role.SCREENER)
    browser = await console.browser(Role.SCREENER)
    cookie = browser.cookies["mash-session"]

    assert (await program.get(f"/contacts/{contact_id}")).status_code == 303
    assert (await browser.get(f"/v1/contacts/{contact_id}")).status_code == 401
    swapped = console.client()
    assert (
        await swapped.get(f"/v1/contacts/{contact_id}", headers={"Authorization": f"Bearer {cookie}"})
    ).status_code == 401
    swapped.cookies.set("mash-session", program.headers["Authorization"].split()[1])
    assert (await swapped.get(f"/contacts/{contact_id}")).status_code == 303
