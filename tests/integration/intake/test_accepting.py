"""What one accepted message leaves behind: receipt, sealed copies, messages to send, and an answer of codes only."""

import json
from uuid import UUID

from services.intake.accept import RAW_PART
from shared.messages.build import read_message
from shared.messages.contact import PART, CanonicalContact
from shared.messages.contact_received import ContactReceived
from shared.messages.envelope import Lane, SealedPart
from shared.messages.notice_requested import NoticeKind, NoticeRequested
from tests.builders.contacts import AMINA, a_bundle, a_form, a_notice, a_row, a_table, as_json
from tests.integration.intake.conftest import KINDS, Door

TWO = as_json(a_notice(children=[AMINA, {"personId": "C2", "name": "Omar Example", "dob": "2019-01-02"}]))


async def contacts_of(door: Door) -> dict[str, CanonicalContact]:
    """Every contact, opened from the contract view as a reader would."""
    rows = await door.rows("select contact_id, contact_part from intake.v_accepted order by contact_id")
    async with door.service.foundation.open_work() as work:
        keys = await work.keys.of([row[0] for row in rows])
    opened = {}
    for contact_id, part in rows:
        sealed = SealedPart.model_validate_json(json.dumps(part))
        opened[str(contact_id)] = CanonicalContact.model_validate_json(keys[contact_id].open(PART, sealed))
    return opened


async def test_each_kind_of_agency_is_answered_with_a_receipt(door: Door) -> None:
    bodies = {
        "police": as_json(a_notice()),
        "school": a_table(a_row()),
        "health": as_json(a_bundle()),
        "vcs": as_json(a_form()),
    }
    for kind, body in bodies.items():
        answer = await door.send(kind, body)
        assert answer.status_code == 201
        assert answer.headers["location"] == answer.json()["status_url"]
        assert (answer.json()["lane"], len(answer.json()["contacts"])) == ("routine", 1)
    rows = await door.rows("select agency_id, agency_kind, lane, danger from intake.v_accepted order by agency_id")
    assert rows == [(KINDS[kind], kind, "routine", []) for kind in ("health", "police", "school", "vcs")]


async def test_siblings_are_linked_and_share_their_receipt(door: Door) -> None:
    answer = (await door.send("police", TWO)).json()
    first, second = (UUID(contact["contact_id"]) for contact in answer["contacts"])
    contacts = await contacts_of(door)
    assert (contacts[str(first)].siblings, contacts[str(second)].siblings) == ((second,), (first,))
    assert {str(contact.receipt_id) for contact in contacts.values()} == {answer["receipt_id"]}


async def test_rows_of_one_incident_are_linked_and_other_rows_are_not(door: Door) -> None:
    rows = (a_row(), a_row(UPN="", Forename="Dan"), a_row(IncidentRef="INC-2", UPN="", Forename="Una"))
    answer = (await door.send("school", a_table(*rows))).json()
    one, two, three = (UUID(contact["contact_id"]) for contact in answer["contacts"])
    contacts = await contacts_of(door)
    assert [contacts[str(c)].siblings for c in (one, two, three)] == [(two,), (one,), ()]


async def test_the_messages_carry_codes_in_the_open_and_the_contact_sealed(door: Door) -> None:
    answer = (await door.send("police", TWO)).json()
    rows = await door.rows("select topic, key, body, published_at from intake.outbox order by id")
    assert [row[0] for row in rows] == ["contact.received.routine.v1"] * 2 + ["notice.requested.routine.v1"]
    assert all(row[3] is None for row in rows)
    first, second = (read_message(ContactReceived, row[2]) for row in rows[:2])
    assert str(first.contact_id) == answer["contacts"][0]["contact_id"] == rows[0][1]
    assert (rows[1][1], second.subject) == (second.subject, second.subject)
    assert second.subject not in ("C2", str(second.contact_id))
    assert first.facets.model_dump() == {
        "authority": "county-durham",
        "agency_id": "police-durham",
        "agency_kind": "police",
        "receipt_id": answer["receipt_id"],
        "subject_kind": "child",
        "danger": (),
        "defects": (),
    }
    notice = read_message(NoticeRequested, rows[2][2])
    assert (notice.facets.kind, notice.facets.agency_id, notice.lane) == (
        NoticeKind.RECEIPT,
        "police-durham",
        Lane.ROUTINE,
    )
    assert all(b"Amina" not in row[2] and b"Invented" not in row[2] for row in rows)


async def test_follow_ups_about_one_child_of_one_agency_share_their_key(door: Door) -> None:
    await door.send("school", a_table(a_row()))
    await door.send("school", a_table(a_row(IncidentRef="INC-2")))
    keys = await door.rows("select key from intake.outbox where topic like 'contact.received.%'")
    assert keys[0] == keys[1]
    assert "H840990118001" not in keys[0][0]


async def test_the_raw_message_is_kept_sealed_and_unchanged(door: Door) -> None:
    receipt_id = UUID((await door.send("police", TWO)).json()["receipt_id"])
    ((scheme, nonce, ciphertext),) = await door.rows("select scheme, nonce, ciphertext from intake.raw_messages")
    async with door.service.foundation.open_work() as work:
        key = (await work.keys.of([receipt_id]))[receipt_id]
    sealed = SealedPart(scheme=scheme, nonce=nonce, ciphertext=ciphertext)
    assert key.open(RAW_PART, sealed) == TWO


async def test_nothing_personal_stands_in_any_column(door: Door) -> None:
    await door.send("police", as_json(a_notice(narrative="Canaryword at the house")), key="canary-key-1")
    await door.send("school", a_table(a_row(Surname="Canaryword", UPN="Y392990219034", IncidentRef="Canary-7")))
    await door.send("police", b'{"name": "Canaryword"')
    names = await door.rows("select table_name from information_schema.tables where table_schema = 'intake'")
    for (name,) in names:
        for (row,) in await door.rows(f'select row_to_json(t)::text from intake."{name}" t'):
            for secret in ("Canaryword", "Canary-7", "canary-key-1", "Y392990219034", "Amina"):
                assert secret not in row, name


async def test_an_answer_names_fields_and_never_values(door: Door) -> None:
    answer = await door.send("school", a_table(a_row(UPN="A840990118001", Categories="Zebracrossing")))
    assert answer.status_code == 202
    assert [d["pointer"] for d in answer.json()["contacts"][0]["defects"]] == ["/row/2/UPN", "/row/2/Categories"]
    for value in ("A840990118001", "Zebracrossing", "Cara"):
        assert value not in answer.text


async def test_a_receipt_tells_the_state_of_each_contact_to_its_own_agency_only(door: Door) -> None:
    receipt_id = (await door.send("police", TWO)).json()["receipt_id"]
    mine, others = await door.receipt(receipt_id, "police"), await door.receipt(receipt_id, "vcs")
    unknown = await door.receipt("01a20688-01e6-73fa-881c-b88030706d57", "vcs")
    assert (mine.status_code, [c["state"] for c in mine.json()["contacts"]]) == (200, ["in_flight", "in_flight"])
    assert (others.status_code, others.content) == (404, unknown.content)


async def test_a_receipt_follows_the_routers_case_and_releases_the_outcome_once_decided(door_on_its_own: Door) -> None:
    door = door_on_its_own
    answer = (await door.send("police", TWO)).json()
    placed, waiting = (contact["contact_id"] for contact in answer["contacts"])
    await door.become_cases({placed: ("placed", "EH"), waiting: ("waiting", "CIN")})
    states = {c["contact_id"]: c for c in (await door.receipt(answer["receipt_id"], "police")).json()["contacts"]}
    assert (states[placed]["state"], states[placed]["outcome"]) == ("placed", "EH")
    assert (states[waiting]["state"], states[waiting]["outcome"]) == ("waiting", None)
    assert states[waiting]["decide_by"] == "2026-11-24T17:00:00+00:00"
