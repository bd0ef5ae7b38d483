"""The same content within a day under another key or reference, or none: one contact where one copy has neither."""

import asyncio
from typing import Any

import pytest

from tests.builders.contacts import a_bundle, a_form, a_notice, a_row, a_table, as_json
from tests.integration.intake.conftest import Door

FORM, BARE = as_json(a_form()), as_json({k: v for k, v in a_form().items() if k != "submissionId"})
NOTICE, NOTICE_BARE = as_json(a_notice()), as_json(a_notice(noticeId=None, version=None))
BUNDLE, BUNDLE_BARE = as_json(a_bundle()), as_json({k: v for k, v in a_bundle().items() if k != "id"})
ROW, ROW_BARE = a_table(a_row()), a_table(a_row(IncidentRef=""))

Copy = tuple[bytes, str | None]


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("vcs", (BARE, "k-1"), (BARE, None)),
        ("vcs", (BARE, None), (BARE, "k-1")),
        ("vcs", (FORM, None), (BARE, None)),
        ("vcs", (BARE, None), (FORM, None)),
        ("vcs", (FORM, "k-1"), (BARE, None)),
        ("vcs", (BARE, None), (FORM, "k-1")),
        ("vcs", (BARE, "k-1"), (BARE.replace(b": ", b" :"), None)),
        ("police", (NOTICE, None), (NOTICE_BARE, None)),
        ("police", (NOTICE_BARE, None), (NOTICE, "k-1")),
        ("health", (BUNDLE, "k-1"), (BUNDLE_BARE, None)),
        ("school", (ROW, None), (ROW_BARE, None)),
        ("school", (ROW_BARE, "k-1"), (ROW, None)),
    ],
)
async def test_a_copy_without_key_and_reference_is_a_resend_and_so_is_the_reverse(
    door: Door, kind: str, first: Copy, second: Copy
) -> None:
    one, two, three = [await door.send(kind, body, key=key) for body, key in (first, second, second)]
    assert (one.status_code // 10, two.status_code, three.status_code) == (20, 200, 200)
    assert one.json() == two.json() == three.json()
    assert two.headers["idempotency-replayed"] == "true"
    assert (await door.count("contacts"), await door.count("submissions")) == (1, 1)


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("vcs", (BARE, "k-1"), (BARE, "k-2")),
        ("vcs", (FORM, None), (as_json(a_form(submissionId="BW-0043")), None)),
        ("vcs", (FORM, None), (BARE, "k-1")),
        ("vcs", (BARE, None), (as_json(a_form(submissionId=None, levelThought=3)), None)),
        ("vcs", (FORM, None), (BARE.replace(b"15:30:00", b"15:31:00"), None)),
        ("police", (NOTICE, None), (as_json(a_notice(noticeId="PPN-2")), None)),
        ("school", (ROW, None), (a_table(a_row(IncidentRef="", RecordedAt="20/11/2026 16:01")), None)),
        ("school", (ROW, None), (a_table(a_row(IncidentRef="", Forename="Dan", UPN="")), None)),
    ],
    ids=[
        "two keys",
        "two ids",
        "id and key",
        "a field",
        "the time sent",
        "two notices",
        "another time",
        "another child",
    ],
)
async def test_what_may_be_another_contact_is_never_merged(door: Door, kind: str, first: Copy, second: Copy) -> None:
    answers = [await door.send(kind, body, key=key) for body, key in (first, second)]
    assert all(answer.status_code in (201, 202) for answer in answers)
    assert await door.count("contacts") == 2


async def test_another_agency_with_the_same_content_is_heard(door: Door) -> None:
    assert (await door.send("vcs", FORM)).status_code == 201
    assert (await door.send("health", BARE, Content_Type="application/json")).status_code in (201, 202)
    assert await door.count("contacts") == 2


async def test_after_a_day_the_content_alone_is_a_new_contact(door: Door) -> None:
    await door.send("vcs", FORM)
    await door.age_by_a_day()
    assert (await door.send("vcs", BARE)).status_code == 201
    assert await door.count("contacts") == 2


async def test_a_reference_that_comes_with_the_second_copy_links_the_next_version(door: Door) -> None:
    first = (await door.send("vcs", BARE)).json()["contacts"][0]["contact_id"]
    assert (await door.send("vcs", FORM)).status_code == 200
    newer = await door.send("vcs", as_json(a_form(submittedAt="2026-11-20T18:00:00", levelThought=4)))
    assert newer.status_code == 201
    assert await door.rows("select supersedes::text from intake.contacts order by contact_id") == [(None,), (first,)]


async def test_a_conflicting_copy_leaves_its_content_free(door: Door) -> None:
    await door.send("police", NOTICE)
    changed = a_notice(narrative="Something else.")
    assert (await door.send("police", as_json(changed))).status_code == 409
    assert (await door.send("police", as_json(changed | {"noticeId": None}))).status_code in (201, 202)
    assert await door.count("contacts") == 2


async def test_a_row_sent_before_under_a_reference_is_known_in_a_file_of_more(door: Door) -> None:
    first = (await door.send("school", ROW)).json()
    more = a_table(a_row(IncidentRef=""), a_row(IncidentRef="", Forename="Dan", UPN=""))
    answer = (await door.send("school", more)).json()
    assert [item["verdict"] for item in answer["items"]] == ["already", "accepted"]
    assert answer["items"][0]["contacts"] == [first["contacts"][0]["contact_id"]]


async def test_copies_at_once_with_and_without_a_key_are_one_contact(door: Door, another_door: Door) -> None:
    for n in range(8):
        body = as_json(a_form(submissionId=None, levelThought=2, other=[f"round {n}"]))
        sent: list[Any] = [one.send("vcs", body, key=key) for one in (door, another_door) for key in (None, f"k-{n}")]
        answers = await asyncio.gather(*sent)
        assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
        assert len({answer.json()["receipt_id"] for answer in answers}) == 1
    assert await door.count("contacts") == 8


async def test_what_has_expired_is_deleted(door: Door) -> None:
    await door.send("vcs", FORM)
    await door.age_by_a_day()
    async with door.service.foundation.open_work() as work:
        assert await work.fingerprints.expire() == 1
        await work.commit()
    assert await door.count("fingerprints") == 0
