"""Restricted records: closed to screeners, open in danger, and open to a reason where only words may mean danger."""

from uuid import UUID

import pytest
from sqlalchemy import text

from services.console.domain.roles import Role
from shared.ids import new_id
from tests.builders.console_app import ConsoleUnderTest, form_token_in
from tests.builders.console_contacts import a_contact
from tests.builders.console_desk import Desk

CONFIRM = {
    "case_version": 1,
    "action": "confirm",
    "reason_code": "person_decided",
    "reason": "Both parents agree to social work support.",
}


async def test_a_restricted_record_is_a_closed_door_for_a_screener_and_open_for_a_manager(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    waiting = await desk.contact(queue="mash-restricted", reason="restricted")
    in_flight_id = new_id()
    await desk.contact(
        contact_id=in_flight_id, contact=a_contact(in_flight_id, markers=("restricted",)), state="in_flight"
    )
    screener = await console.program(Role.SCREENER)
    manager = await console.program(Role.MANAGER)

    for contact_id in (waiting, in_flight_id):
        refused = await screener.get(f"/v1/contacts/{contact_id}")
        assert refused.status_code == 403
        assert refused.json()["type"] == "urn:mash:problem:restricted-record"
        assert "Ashgrove" not in refused.text
        assert (await manager.get(f"/v1/contacts/{contact_id}")).status_code == 200
    assert (await screener.post(f"/v1/contacts/{waiting}/decisions", json=CONFIRM)).status_code == 403
    assert [row["outcome"] for row in await desk.audit("contact.read")] == ["denied", "allowed", "denied", "allowed"]


async def test_a_restricted_child_in_danger_is_never_behind_a_closed_door(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    contact_id = new_id()
    content = a_contact(contact_id, markers=("restricted",), danger=("missing_now",))
    await desk.contact(contact_id=contact_id, contact=content, danger=("missing_now",), queue="mash-urgent")
    screener = await console.program(Role.SCREENER)

    assert (await screener.get(f"/v1/contacts/{contact_id}")).status_code == 200


async def test_words_that_may_mean_danger_open_a_restricted_record_only_with_a_reason(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    contact_id = new_id()
    content = a_contact(contact_id, markers=("restricted",), danger=("text_prompt",))
    await desk.contact(contact_id=contact_id, contact=content, danger=("text_prompt",), queue="mash-urgent")
    screener, other = await console.program(Role.SCREENER), await console.program(Role.SCREENER)
    path = f"/v1/contacts/{contact_id}"

    before = await screener.get(path)
    empty = await screener.post(f"{path}/openings", json={"reason": " "})
    opened = await screener.post(f"{path}/openings", json={"reason": "The school cannot be reached."})

    assert (before.status_code, empty.status_code, opened.status_code) == (403, 422, 201)
    assert before.json()["opens_with_reason"] is True
    assert "Ashgrove" not in before.text
    assert (await screener.get(path)).status_code == 200
    assert (await other.get(path)).status_code == 403, "a reason opens the door to one session"
    [entry] = await desk.audit("contact.open-restricted")
    assert (entry["object_id"], entry["username"], entry["outcome"]) == (str(contact_id), "s.okafor", "allowed")
    quiet = await desk.contact(queue="mash-restricted")
    refused = await screener.post(f"/v1/contacts/{quiet}/openings", json={"reason": "I want to see it."})
    assert refused.status_code == 403


async def test_a_screener_opens_such_a_record_on_the_page_by_saying_why(console: ConsoleUnderTest, desk: Desk) -> None:
    contact_id = new_id()
    content = a_contact(contact_id, markers=("restricted",), danger=("text_prompt",))
    await desk.contact(contact_id=contact_id, contact=content, danger=("text_prompt",), queue="mash-urgent")
    browser = await console.browser(Role.SCREENER)

    door = await browser.get(f"/contacts/{contact_id}")
    token = form_token_in(door.text)
    lacking = await browser.post(f"/contacts/{contact_id}/open", data={"form_token": token, "reason": ""})
    opened = await browser.post(
        f"/contacts/{contact_id}/open", data={"form_token": token, "reason": "No answer there."}
    )

    assert (door.status_code, lacking.status_code, opened.status_code) == (403, 422, 303)
    assert "Ashgrove" not in door.text + lacking.text
    assert "Tilly Ashgrove" in (await browser.get(f"/contacts/{contact_id}")).text
    auditor = await console.browser(Role.AUDITOR)
    token = form_token_in((await auditor.get("/audit")).text)
    found = (await auditor.post("/audit", data={"form_token": token, "object_id": str(contact_id)})).text
    assert "No answer there." in found
    assert "opened the restricted record" in found
    assert "Ashgrove" not in found


async def _link(desk: Desk, earlier: UUID, newer: UUID) -> None:
    async with desk.engine.begin() as connection:
        for column, contact_id, other in (("superseded_by", earlier, newer), ("supersedes", newer, earlier)):
            await connection.execute(
                text(f"update router.v_case set {column} = :other where contact_id = :id"),
                {"other": other, "id": contact_id},
            )


@pytest.mark.parametrize("marked", ["earlier", "newer"])
async def test_a_version_without_the_marker_stands_behind_the_same_door(
    marked: str, console: ConsoleUnderTest, desk: Desk
) -> None:
    ids = {"earlier": new_id(), "newer": new_id()}
    for name, contact_id in ids.items():
        content = a_contact(contact_id, markers=("restricted",) if name == marked else ("child_not_seen",))
        await desk.contact(contact_id=contact_id, contact=content, queue="one-point", state="placed")
    await _link(desk, ids["earlier"], ids["newer"])
    screener, manager = await console.program(Role.SCREENER), await console.program(Role.MANAGER)

    for contact_id in ids.values():
        refused = await screener.get(f"/v1/contacts/{contact_id}")
        assert refused.status_code == 403
        assert "Ashgrove" not in refused.text
        decided = await screener.post(f"/v1/contacts/{contact_id}/decisions", json=CONFIRM)
        assert decided.status_code == 403
        assert (await manager.get(f"/v1/contacts/{contact_id}")).status_code == 200


async def test_a_decided_version_stands_behind_the_door_of_a_newer_one_that_names_it(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    decided = await desk.contact(queue="one-point", state="placed")
    newer = new_id()
    await desk.contact(contact_id=newer, contact=a_contact(newer, markers=("restricted",)), queue="mash-restricted")
    async with desk.engine.begin() as connection:
        await connection.execute(
            text("update router.v_case set supersedes = :other where contact_id = :id"), {"other": decided, "id": newer}
        )

    assert (await (await console.program(Role.SCREENER)).get(f"/v1/contacts/{decided}")).status_code == 403


async def test_danger_that_triage_found_opens_the_door(console: ConsoleUnderTest, desk: Desk) -> None:
    contact_id = new_id()
    content = a_contact(contact_id, markers=("restricted",))
    await desk.contact(contact_id=contact_id, contact=content, queue="mash-urgent", reason="danger")

    assert (await (await console.program(Role.SCREENER)).get(f"/v1/contacts/{contact_id}")).status_code == 200


async def test_a_newer_version_in_flight_stands_behind_the_door_of_the_one_it_names(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    earlier, newer = new_id(), new_id()
    await desk.contact(contact_id=earlier, contact=a_contact(earlier, markers=("restricted",)), queue="one-point")
    content = a_contact(newer).model_copy(update={"supersedes": str(earlier)})
    await desk.contact(contact_id=newer, contact=content, state="in_flight")

    assert (await (await console.program(Role.SCREENER)).get(f"/v1/contacts/{newer}")).status_code == 403


async def test_what_the_router_held_as_restricted_stays_closed_after_it_was_placed(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    contact_id = await desk.contact(queue="mash-restricted", reason="restricted")
    async with desk.engine.begin() as connection:
        moved = "update router.v_case set queue = 'one-point', reason = 'person_decided' where contact_id = :id"
        await connection.execute(text(moved), {"id": contact_id})

    assert (await (await console.program(Role.SCREENER)).get(f"/v1/contacts/{contact_id}")).status_code == 403


async def test_danger_of_any_version_opens_the_door_of_them_all(console: ConsoleUnderTest, desk: Desk) -> None:
    earlier, newer = new_id(), new_id()
    content = a_contact(earlier, markers=("restricted",), danger=("missing_now",))
    await desk.contact(contact_id=earlier, contact=content, danger=("missing_now",), queue="mash-urgent")
    await desk.contact(contact_id=newer, contact=a_contact(newer, markers=("restricted",)), queue="mash-urgent")
    await _link(desk, earlier, newer)

    assert (await (await console.program(Role.SCREENER)).get(f"/v1/contacts/{newer}")).status_code == 200
