"""Resends, reused keys, versions and concurrency: the same message is one contact, another one is never lost."""

import asyncio
from typing import Any

import pytest

from services.intake.refused_store import seal_name
from shared.sealing import ServiceSeal
from tests.builders.contacts import AMINA, a_bundle, a_form, a_notice, a_request, a_row, a_table, as_json
from tests.integration.intake.conftest import Door
from tests.integration.intake.test_accepting import contacts_of

NOTICE = as_json(a_notice())
NO_ID = as_json(a_form(submissionId=None))


async def test_the_same_key_and_body_get_the_first_answer_again(door: Door) -> None:
    first = await door.send("police", NOTICE, key="k-1")
    again = await door.send("police", NOTICE, key="k-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    assert first.json()["idempotency"]["key"] == "header"
    assert (await door.count("contacts"), await door.count("submissions"), await door.count("outbox")) == (1, 1, 2)


async def test_the_same_key_with_another_body_is_a_conflict_and_goes_to_a_person(door: Door) -> None:
    first = await door.send("police", NOTICE, key="k-1")
    other = as_json(a_notice(noticeId="PPN-2"))
    conflict = await door.send("police", other, key="k-1")
    problem = conflict.json()
    assert (conflict.status_code, problem["stored"]) == (409, "quarantined")
    assert problem["original_receipt_id"] == first.json()["receipt_id"]
    ((refused_id, verdict, sealed, expires),) = await door.rows(
        "select refused_id, verdict, sealed, expires_at from intake.refused"
    )
    assert (str(refused_id), verdict, expires) == (problem["receipt_id"], "quarantined", None)
    seal: ServiceSeal = door.service.foundation.seal
    assert seal.open(sealed, seal_name(refused_id)) == other
    assert await door.rows("select refused, quarantined from intake.v_refused") == [(0, 1)]
    assert await door.count("contacts") == 1


async def test_the_same_key_of_another_agency_is_another_key(door: Door) -> None:
    answers = [await door.send("police", NOTICE, key="k-1"), await door.send("vcs", as_json(a_form()), key="k-1")]
    assert [answer.status_code for answer in answers] == [201, 201]


async def test_without_a_key_one_is_derived_for_a_day_and_the_sender_is_told(door: Door) -> None:
    first, again = [await door.send("vcs", NO_ID) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["idempotency"]["key"] == "derived"
    assert again.json() == first.json()


async def test_after_the_day_the_same_body_without_any_reference_is_a_new_contact(door: Door) -> None:
    await door.send("vcs", NO_ID)
    await door.age_by_a_day()
    assert (await door.send("vcs", NO_ID)).status_code == 201
    assert await door.count("contacts") == 2


async def test_after_the_day_the_senders_own_reference_still_leads_to_the_first_receipt(door: Door) -> None:
    first = await door.send("police", NOTICE)
    await door.age_by_a_day()
    again = await door.send("police", NOTICE)
    assert (again.status_code, again.json()) == (200, first.json())
    assert await door.count("contacts") == 1


async def test_the_same_reference_under_a_new_key_leads_to_the_first_receipt(door: Door) -> None:
    first = await door.send("police", NOTICE, key="k-1")
    spaced = NOTICE.replace(b'": ', b'" : ')
    again = await door.send("police", spaced, key="k-2")
    third = await door.send("police", spaced, key="k-2")
    assert (again.status_code, again.json()["receipt_id"]) == (200, first.json()["receipt_id"])
    assert third.json() == first.json()
    assert await door.count("contacts") == 1


async def test_two_bodies_without_reference_under_two_keys_are_two_contacts(door: Door) -> None:
    for key in ("k-1", "k-2"):
        assert (await door.send("vcs", NO_ID, key=key)).status_code == 201
    assert await door.count("contacts") == 2


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("police", as_json(a_notice()), as_json(a_notice(version=2, narrative="More is known."))),
        ("police", as_json(a_notice()), as_json(a_notice(noticeId="PPN-NEW", supersedes="PPN-2026-000123"))),
        ("vcs", as_json(a_form()), as_json(a_form(submittedAt="2026-11-20T18:00:00"))),
        ("school", a_table(a_row()), a_table(a_row(RecordedAt="20/11/2026 16:00", Description="Worse."))),
        (
            "health",
            as_json(a_bundle()),
            as_json(a_bundle(a_request(note=[{"text": "Worse."}]), id="bundle-0002")),
        ),
    ],
    ids=["police version", "police supersedes", "form saved later", "row recorded later", "FHIR update"],
)
async def test_a_newer_version_is_a_new_contact_that_supersedes_the_older(
    door: Door, kind: str, first: bytes, second: bytes
) -> None:
    older, newer = [(await door.send(kind, body)).json()["contacts"][0]["contact_id"] for body in (first, second)]
    assert older != newer
    contact = (await contacts_of(door))[newer]
    assert (contact.supersedes, contact.message_version) == (older, 2 if "NEW" not in str(second) else 1)
    assert await door.rows("select supersedes::text from intake.contacts order by contact_id") == [(None,), (older,)]


async def test_a_version_is_matched_child_by_child(door: Door) -> None:
    omar, mina = {"personId": "C2", "name": "Omar Example"}, {"personId": "C3", "name": "Mina Example"}
    first = (await door.send("police", as_json(a_notice(children=[AMINA, omar])))).json()
    second = (await door.send("police", as_json(a_notice(version=2, children=[omar, mina])))).json()
    contacts = await contacts_of(door)
    assert [contacts[c["contact_id"]].supersedes for c in second["contacts"]] == [
        first["contacts"][1]["contact_id"],
        None,
    ]


async def test_an_older_version_that_arrives_late_is_kept_and_noted(door: Door) -> None:
    await door.send("police", as_json(a_notice(version=3)))
    late = await door.send("police", NOTICE)
    assert late.status_code == 202
    assert [defect["code"] for defect in late.json()["contacts"][0]["defects"]] == ["version_out_of_order"]
    contact = (await contacts_of(door))[late.json()["contacts"][0]["contact_id"]]
    assert (contact.supersedes, contact.message_version) == (None, 1)
    assert "version_out_of_order" in {defect.code for defect in contact.defects}


async def test_the_same_version_with_other_content_is_a_conflict_and_its_key_stays_free(door: Door) -> None:
    first = await door.send("police", NOTICE)
    changed = as_json(a_notice(narrative="Something else."))
    conflict = await door.send("police", changed, key="k-9")
    assert (conflict.status_code, conflict.json()["type"]) == (409, "urn:mash:problem:version-conflict")
    assert conflict.json()["original_receipt_id"] == first.json()["receipt_id"]
    corrected = as_json(a_notice(version=2, narrative="Something else."))
    assert (await door.send("police", corrected, key="k-9")).status_code == 201


async def test_uploading_a_file_again_changes_nothing_row_by_row(door: Door) -> None:
    rows = [a_row(), a_row(IncidentRef="INC-2", UPN="", Forename="Dan"), a_row(IncidentRef="", UPN="", Forename="Una")]
    first = (await door.send("school", a_table(*rows))).json()
    longer = await door.send("school", a_table(*rows, a_row(IncidentRef="INC-4", UPN="", Forename="New")))
    assert [item["verdict"] for item in longer.json()["items"]] == ["already", "already", "already", "accepted"]
    assert [item["receipt_id"] for item in longer.json()["items"][:3]] == [first["receipt_id"]] * 3
    changed = await door.send("school", a_table(rows[0] | {"Description": "Changed"}, rows[1]))
    assert [item["verdict"] for item in changed.json()["items"]] == ["quarantined", "already"]
    assert changed.json()["items"][0]["defects"][0]["code"] == "version_conflict"
    assert await door.count("contacts") == 4
    answer = await door.receipt(longer.json()["receipt_id"], "school")
    assert len(answer.json()["contacts"]) == 4


@pytest.mark.parametrize("restricted", [True, False])
async def test_what_is_held_says_whether_it_is_restricted_and_which_receipt_it_contradicts(
    door: Door, restricted: bool
) -> None:
    first = await door.send("police", as_json(a_notice()), key="k-1")
    told = {"disclosure": {"restricted": True}} if restricted else {}
    other = await door.send("police", as_json(a_notice(narrative="Something else.", **told)), key="k-2")
    assert other.json()["stored"] == "quarantined"
    ((kept, original),) = await door.rows("select restricted, original from intake.refused")
    assert (kept, str(original)) == (restricted, first.json()["receipt_id"])


async def test_the_same_row_twice_in_one_file_is_one_contact(door: Door) -> None:
    answer = (await door.send("school", a_table(a_row(), a_row()))).json()
    assert [item["verdict"] for item in answer["items"]] == ["accepted", "already"]
    assert await door.count("contacts") == 1


async def test_siblings_that_were_known_before_are_linked_by_their_known_contact(door: Door) -> None:
    known = (await door.send("school", a_table(a_row()))).json()["contacts"][0]["contact_id"]
    answer = (await door.send("school", a_table(a_row(), a_row(UPN="", Forename="Dan")))).json()
    new = answer["items"][1]["contacts"][0]
    assert [str(sibling) for sibling in (await contacts_of(door))[new].siblings] == [known]


async def gathered(*requests: Any) -> list[tuple[int, Any]]:
    """Status and body of requests made at once."""
    return [(answer.status_code, answer.json()) for answer in await asyncio.gather(*requests)]


async def test_the_same_key_fifty_times_at_once_is_one_receipt(door: Door) -> None:
    answers = await gathered(*(door.send("police", NOTICE, key="k-1") for _ in range(50)))
    assert sorted(status for status, _ in answers) == [200] * 49 + [201]
    assert len({body["receipt_id"] for _, body in answers}) == 1
    assert (await door.count("contacts"), await door.count("outbox"), await door.count("refused")) == (1, 2, 0)


async def test_the_same_notice_under_fifty_keys_at_once_is_one_receipt(door: Door) -> None:
    answers = await gathered(*(door.send("police", NOTICE, key=f"k-{n}") for n in range(50)))
    assert sorted(status for status, _ in answers) == [200] * 49 + [201]
    assert len({body["receipt_id"] for _, body in answers}) == 1
    assert await door.count("contacts") == 1


async def test_two_bodies_racing_for_one_key_leave_one_accepted_and_one_with_a_person(door: Door) -> None:
    bodies = [as_json(a_form(submissionId=f"S-{n}")) for n in range(20)]
    answers = await gathered(*(door.send("vcs", body, key="same") for body in bodies))
    assert sorted(status for status, _ in answers) == [201] + [409] * 19
    assert (await door.count("contacts"), await door.count("refused")) == (1, 19)


async def test_a_hundred_different_bodies_at_once_are_a_hundred_contacts_in_few_commits(door: Door) -> None:
    bodies = [as_json(a_notice(noticeId=f"N-{n}")) for n in range(100)]
    answers = await gathered(*(door.send("police", body) for body in bodies))
    assert {status for status, _ in answers} == {201}
    assert await door.count("contacts") == 100
    assert len(await door.rows("select distinct xmin::text from intake.contacts")) < 50


async def test_two_processes_racing_for_one_notice_make_one_receipt(door: Door, another_door: Door) -> None:
    for n in range(10):
        body = as_json(a_notice(noticeId=f"R-{n}"))
        answers = await gathered(*(one.send("police", body) for one in (door, another_door) for _ in range(3)))
        assert sorted(status for status, _ in answers) == [200] * 5 + [201]
        assert len({answer["receipt_id"] for _, answer in answers}) == 1
    assert await door.count("contacts") == 10


async def test_two_processes_racing_with_versions_never_miss_each_other(door: Door, another_door: Door) -> None:
    for n in range(10):
        bodies = [as_json(a_notice(noticeId=f"V-{n}", version=version)) for version in (1, 2)]
        await gathered(door.send("police", bodies[0]), another_door.send("police", bodies[1]))
    linked = await door.rows("select count(*) from intake.contacts where supersedes is not null")
    late = await door.rows("select count(*) from intake.contacts where 'version_out_of_order' = any(defects)")
    assert linked[0][0] + late[0][0] == 10
