"""What needs a person: seen over all services, settled once, with a reason, and read only with one."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from services.console.domain.roles import Role
from shared.errors import ReasonCode
from shared.ids import new_id
from tests.builders.console_app import ConsoleUnderTest, field_in, form_token_in
from tests.builders.console_attention import held, quarantined, refused
from tests.builders.console_contacts import a_contact
from tests.builders.console_desk import Desk

WHY = "The sender has sent the whole message again."


async def _state(console: ConsoleUnderTest, schema: str, item: UUID) -> str:
    async with console.engine.connect() as connection:
        found = await connection.execute(text(f"select state from {schema}.v_attention where id = :id"), {"id": item})
        return str(found.scalar_one())


async def test_every_service_is_listed_danger_first_then_the_newest(console: ConsoleUnderTest, desk: Desk) -> None:
    now = datetime.now(UTC)
    known = await desk.contact()
    in_danger = await desk.contact(danger=("missing_now",), queue="mash-urgent")
    old = await quarantined(console.engine, "triage", at=now - timedelta(hours=5), contact_id=known)
    new = await quarantined(console.engine, "notifier", at=now - timedelta(minutes=1), reason=ReasonCode.SEAL_BROKEN)
    urgent = await quarantined(
        console.engine, "console", at=now - timedelta(hours=9), topic="contact.received.urgent.v1"
    )
    of_danger = await quarantined(console.engine, "router", at=now - timedelta(hours=8), contact_id=in_danger)
    parked = await held(console.engine, "router")
    program = await console.program(Role.SCREENER)

    listed = (await program.get("/v1/attention")).json()

    assert [(item["schema"], UUID(item["id"])) for item in listed["items"]] == [
        ("router", of_danger),
        ("console", urgent),
        ("router", parked),
        ("notifier", new),
        ("triage", old),
    ]
    assert (listed["open"], listed["urgent"]) == (5, 2)
    assert listed["items"][3] == {
        "schema": "notifier",
        "id": str(new),
        "kind": "quarantined",
        "consumer": "notifier.assess",
        "topic": "contact.received.routine.v1",
        "contact_id": None,
        "reason": "seal-broken",
        "since": (now - timedelta(minutes=1)).isoformat(),
        "attempts": 1,
        "state": "open",
        "urgent": False,
    }
    assert listed["items"][4]["contact_id"] == str(known)
    assert (listed["items"][2]["kind"], listed["items"][2]["attempts"]) == ("parked", 6)


async def test_the_page_says_why_in_words_and_links_the_contact(console: ConsoleUnderTest, desk: Desk) -> None:
    known = await desk.contact()
    item = await quarantined(console.engine, "triage", contact_id=known)
    await held(console.engine, "router")
    screener, ops = await console.browser(Role.SCREENER), await console.browser(Role.OPS)

    page = (await screener.get("/attention")).text
    of_ops = (await ops.get("/attention")).text

    for words in ("Message set aside", "It could not be read", "Message that keeps failing", "Tried 6 times"):
        assert words in page
        assert words in of_ops
    assert f'href="/attention/triage/{item}"' in page
    assert f'href="/contacts/{known}"' in page
    assert f'href="/contacts/{known}"' not in of_ops, "operations see that it is about a contact, and open none"
    assert "Tilly" not in page + of_ops


async def test_the_navigation_counts_what_is_open_and_the_operations_page_too(console: ConsoleUnderTest) -> None:
    await quarantined(console.engine, "triage")
    await quarantined(console.engine, "triage", topic="contact.received.urgent.v1")
    screener, ops = await console.browser(Role.SCREENER), await console.browser(Role.OPS)

    assert 'Needs a person <b class="badge badge-danger">2</b>' in (await screener.get("/find")).text
    operations = (await ops.get("/operations")).text
    assert "<td>Message set aside</td><td>2</td>" in operations

    items = (await (await console.program(Role.OPS)).get("/v1/attention")).json()["items"]
    program = await console.program(Role.MANAGER)
    for item in items:
        path = f"/v1/attention/{item['schema']}/{item['id']}"
        assert (await program.post(path, json={"action": "resolve", "reason": WHY})).status_code == 200
    assert "badge" not in (await screener.get("/find")).text


@pytest.mark.parametrize(("action", "state"), [("release", "released"), ("resolve", "resolved")])
async def test_an_item_is_settled_with_a_reason_that_is_sealed_and_audited(
    action: str, state: str, console: ConsoleUnderTest, desk: Desk
) -> None:
    item = await quarantined(console.engine, "triage")
    browser = await console.browser(Role.SCREENER)
    path = f"/attention/triage/{item}"
    html = (await browser.get(path)).text
    form = {name: field_in(html, name) for name in ("form_token", "reason_id")}

    lacking = await browser.post(path, data=form)
    done = await browser.post(path, data={**form, "action": action, "reason": WHY})
    again = await browser.post(path, data={**form, "action": action, "reason": WHY})

    assert (lacking.status_code, done.status_code, again.status_code) == (422, 303, 303), "one form is one settlement"
    assert "Choose what happens" in lacking.text
    assert await _state(console, "triage", item) == state
    [entry, repeated] = await desk.audit(f"attention.{action}")
    assert (entry["object_id"], entry["username"], entry["outcome"]) == (f"triage/{item}", "s.okafor", "allowed")
    assert entry["detail"] == {"reason_id": form["reason_id"]} == repeated["detail"]
    async with console.engine.connect() as connection:
        log = (await connection.execute(text("select action, who, why from triage.attention_log"))).one()
        kept = str((await connection.execute(text("select * from console.reasons"))).all())
    assert tuple(log) == (action, "s.okafor", f"console reason {form['reason_id']}")
    assert WHY not in kept
    for role in (Role.MANAGER, Role.AUDITOR):
        assert WHY in (await (await console.browser(role)).get(path)).text
    of_ops = (await (await console.browser(Role.OPS)).get(path)).text
    assert "s.okafor" in of_ops
    assert WHY not in of_ops


async def test_of_two_people_at_once_one_settles_and_the_other_is_told_who_was_first(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    item = await quarantined(console.engine, "router")
    screener, manager = await console.browser(Role.SCREENER), await console.browser(Role.MANAGER)
    path = f"/attention/router/{item}"
    forms = []
    for browser in (screener, manager):
        html = (await browser.get(path)).text
        ids = {name: field_in(html, name) for name in ("form_token", "reason_id")}
        forms.append({**ids, "action": "resolve", "reason": WHY})

    answers = await asyncio.gather(screener.post(path, data=forms[0]), manager.post(path, data=forms[1]))

    assert sorted(answer.status_code for answer in answers) == [303, 409]
    lost = next(answer for answer in answers if answer.status_code == 409)
    assert "Nothing of yours was recorded" in lost.text
    assert WHY in lost.text, "what was typed is not lost"
    later = await manager.post(path, data={**forms[1], "reason_id": str(new_id())})
    assert later.status_code == 409
    assert "This was settled already" in later.text
    async with console.engine.connect() as connection:
        assert (await connection.execute(text("select count(*) from router.attention_log"))).scalar_one() == 1
        assert (await connection.execute(text("select count(*) from console.reasons"))).scalar_one() == 1
    outcomes = sorted(str(row["outcome"]) for row in await desk.audit("attention.resolve"))
    assert outcomes == ["allowed", "failed", "failed"]


async def test_the_api_says_why_an_item_is_not_settled(console: ConsoleUnderTest) -> None:
    item = await quarantined(console.engine, "triage")
    program = await console.program(Role.MANAGER)

    async def post(path: str, **body: str) -> tuple[int, str]:
        answer = await program.post(f"/v1/attention/{path}", json=body)
        return answer.status_code, str(answer.json().get("type", "")).rpartition(":")[2]

    assert await post(f"triage/{item}", action="resolve", reason=" ") == (422, "invalid-fields")
    assert await post(f"triage/{item}", action="delete", reason=WHY) == (422, "invalid-fields")
    assert await post(f"router/{item}", action="resolve", reason=WHY) == (404, "not-found")
    assert await post(f"pg_catalog/{item}", action="resolve", reason=WHY) == (404, "not-found")
    assert await post("triage/xyz", action="resolve", reason=WHY) == (404, "not-found")
    assert await post(f"triage/{item}", action="resolve", reason=WHY) == (200, "")
    assert await post(f"triage/{item}", action="resolve", reason=WHY) == (409, "already-settled")
    assert await post(f"triage/{item}", action="release", reason=WHY) == (409, "already-settled")


async def test_content_is_shown_as_text_only_for_a_reason_which_is_kept(console: ConsoleUnderTest, desk: Desk) -> None:
    item = await quarantined(console.engine, "triage", body=b"<script>alert(1)</script> \xff Tilly at the bridge")
    browser = await console.browser(Role.SCREENER)
    path = f"/attention/triage/{item}"
    html = (await browser.get(path)).text
    token = form_token_in(html)

    refused = await browser.post(f"{path}/content", data={"form_token": token, "reason": " "})
    opened = await browser.post(f"{path}/content", data={"form_token": token, "reason": "To ring the sender."})

    assert "Tilly" not in html + refused.text
    assert refused.status_code == 422
    assert "&lt;script&gt;alert(1)&lt;/script&gt; \ufffd Tilly at the bridge" in opened.text
    assert opened.headers["cache-control"] == "no-store"
    [entry] = await desk.audit("attention.open")
    assert (entry["object_id"], entry["outcome"]) == (f"triage/{item}", "allowed")
    assert "To ring the sender." in (await browser.get(path)).text
    for role in (Role.OPS, Role.AUDITOR):
        other = await console.browser(role)
        data = {"form_token": form_token_in((await other.get(path)).text), "reason": "To ring the sender."}
        denied = await other.post(f"{path}/content", data=data)
        assert denied.status_code == 403
        assert "Tilly" not in denied.text


async def test_content_is_not_served_where_its_audit_entry_cannot_be_written(console: ConsoleUnderTest) -> None:
    item = await quarantined(console.engine, "triage")
    browser = await console.browser(Role.SCREENER)
    token = form_token_in((await browser.get(f"/attention/triage/{item}")).text)
    async with console.engine.begin() as connection:
        await connection.execute(
            text("alter table console.audit add constraint full_disk check (action = 'x') not valid")
        )

    answer = await browser.post(f"/attention/triage/{item}/content", data={"form_token": token, "reason": WHY})

    assert answer.status_code == 500
    assert "Tilly" not in answer.text


async def test_a_broken_seal_is_said_and_a_parked_message_has_no_content(console: ConsoleUnderTest) -> None:
    item, parked = await quarantined(console.engine, "triage"), await held(console.engine, "router")
    async with console.engine.begin() as connection:
        await connection.execute(text("update triage.quarantine set body = 'x'"))
    browser = await console.browser(Role.SCREENER)
    token = form_token_in((await browser.get(f"/attention/triage/{item}")).text)

    broken = await browser.post(f"/attention/triage/{item}/content", data={"form_token": token, "reason": WHY})
    none = await browser.post(f"/attention/router/{parked}/content", data={"form_token": token, "reason": WHY})

    assert "its seal is broken" in broken.text
    assert none.status_code == 404
    assert "Read its content" not in (await browser.get(f"/attention/router/{parked}")).text


async def test_a_body_moved_to_another_item_is_not_shown(console: ConsoleUnderTest) -> None:
    item, other = await quarantined(console.engine, "triage"), await quarantined(console.engine, "triage")
    async with console.engine.begin() as connection:
        moved = "update triage.quarantine set body = (select body from triage.quarantine where id = :other)"
        await connection.execute(text(f"{moved} where id = :item"), {"item": item, "other": other})
    browser = await console.browser(Role.SCREENER)
    token = form_token_in((await browser.get(f"/attention/triage/{item}")).text)

    moved_here = await browser.post(f"/attention/triage/{item}/content", data={"form_token": token, "reason": WHY})
    untouched = await browser.post(f"/attention/triage/{other}/content", data={"form_token": token, "reason": WHY})

    assert "its seal is broken" in moved_here.text
    assert "Tilly" in untouched.text


async def test_what_nobody_vouches_for_is_never_released(console: ConsoleUnderTest) -> None:
    item = await quarantined(console.engine, "triage")
    async with console.engine.begin() as connection:
        await connection.execute(text("update triage.quarantine set reason = 'unproven'"))
    program = await console.program(Role.MANAGER)

    answer = await program.post(f"/v1/attention/triage/{item}", json={"action": "release", "reason": WHY})

    assert answer.json()["type"] == "urn:mash:problem:cannot-release"
    assert await _state(console, "triage", item) == "open"


async def test_a_refused_submission_is_listed_read_with_a_reason_and_resolved(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    quiet = await refused(console.engine)
    item = await refused(console.engine, body=b"{child at the bridge", danger=("text_prompt",))
    kept = await refused(console.engine, body=b"{}", verdict="quarantined", reason="layout_not_understood")
    browser = await console.browser(Role.SCREENER)
    path = f"/attention/intake/{item}"

    listed = (await browser.get("/attention")).text
    html = (await browser.get(path)).text
    opened = await browser.post(f"{path}/content", data={"form_token": form_token_in(html), "reason": "To ring them."})

    assert listed.index(str(item)) < listed.index(str(kept)) < listed.index(str(quiet)), "danger first"
    for words in ("Submission refused", "It was not JSON", "Ferndale School", "Submission held for a person"):
        assert words in listed
    assert "Message could not be mapped; a person must read it as it came" in listed
    assert 'value="release"' not in html
    assert "bridge" not in listed + html
    assert "{child at the bridge" in opened.text
    program = await console.program(Role.SCREENER)
    answers = [
        (await program.post(f"/v1/attention/intake/{item}", json={"action": action, "reason": WHY})).status_code
        for action in ("release", "resolve", "resolve")
    ]
    assert answers == [409, 200, 409]
    assert await _state(console, "intake", item) == "resolved"
    assert str(item) not in (await browser.get("/attention")).text


async def test_a_held_submission_that_was_resolved_counts_no_longer_as_quarantined(console: ConsoleUnderTest) -> None:
    item = await refused(console.engine, verdict="quarantined", reason="version_conflict")
    program = await console.program(Role.MANAGER)

    done = await program.post(f"/v1/attention/intake/{item}", json={"action": "resolve", "reason": WHY})

    assert done.status_code == 200
    async with console.engine.connect() as connection:
        state = (await connection.execute(text("select state from intake.refused"))).scalar_one()
    assert state == "resolved", "intake.v_refused counts the open ones"


@pytest.mark.parametrize("how", ["it is", "what it contradicts is"])
async def test_a_restricted_body_that_was_held_opens_to_a_manager_and_not_to_a_screener(
    how: str, console: ConsoleUnderTest, desk: Desk
) -> None:
    receipt, known = new_id(), new_id()
    if how == "what it contradicts is":
        contact = a_contact(known, receipt_id=receipt, markers=("restricted",))
        await desk.contact(contact_id=known, receipt_id=receipt, contact=contact, queue="mash-restricted")
    item = await refused(
        console.engine, verdict="quarantined", reason="version-conflict", restricted=how == "it is", original=receipt
    )

    answers = []
    for role in (Role.SCREENER, Role.MANAGER):
        browser = await console.browser(role)
        token = form_token_in((await browser.get(f"/attention/intake/{item}")).text)
        data = {"form_token": token, "reason": "To see which version is right."}
        answers.append(await browser.post(f"/attention/intake/{item}/content", data=data))

    assert [answer.status_code for answer in answers] == [403, 200]
    assert ["Tilly Ashgrove" in answer.text for answer in answers] == [False, True]
    assert [entry["outcome"] for entry in await desk.audit("attention.open")] == ["denied", "allowed"]


@pytest.mark.parametrize("told", ["danger", "open record"])
async def test_a_held_body_opens_to_a_screener_for_danger_and_for_a_record_that_is_open(
    told: str, console: ConsoleUnderTest, desk: Desk
) -> None:
    receipt = new_id()
    await desk.contact(receipt_id=receipt)
    danger = ("text_prompt",) if told == "danger" else ()
    item = await refused(
        console.engine,
        verdict="quarantined",
        reason="version-conflict",
        danger=danger,
        restricted=bool(danger),
        original=receipt,
    )
    browser = await console.browser(Role.SCREENER)
    token = form_token_in((await browser.get(f"/attention/intake/{item}")).text)
    data = {"form_token": token, "reason": "To see which version is right."}
    opened = await browser.post(f"/attention/intake/{item}/content", data=data)
    assert opened.status_code == 200
    assert "Tilly Ashgrove" in opened.text


async def test_a_body_that_was_held_before_its_restriction_was_noted_opens_to_managers_only(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    contradicting = await refused(console.engine, verdict="quarantined", reason="version-conflict")
    unreadable = await refused(console.engine, body=b"{cut off", reason="not-json")
    async with console.engine.begin() as connection:
        await connection.execute(text("update intake.refused set restricted = null, original = null"))
    browser = await console.browser(Role.SCREENER)
    found = []
    for item in (contradicting, unreadable):
        token = form_token_in((await browser.get(f"/attention/intake/{item}")).text)
        data = {"form_token": token, "reason": "To see which version is right."}
        found.append((await browser.post(f"/attention/intake/{item}/content", data=data)).status_code)
    assert found == [403, 200]
