"""Danger goes first: lane, alert and advice, also where the message itself cannot be taken."""

import base64
import gzip
import zlib

import pytest

from shared.messages.build import read_message
from shared.messages.envelope import Lane
from shared.messages.notice_requested import NoticeKind, NoticeRequested
from tests.builders.contacts import a_bundle, a_form, a_notice, a_request, a_row, a_table, as_json
from tests.integration.intake.conftest import Door
from tests.integration.intake.test_accepting import contacts_of

CALL_999 = "If a child is in danger now, call 999. Then ring First Contact, County Durham on 01632 960001."
KNIFE = '{"narrative": "He held a knife to her."}'
BABY = {"first": "Bea", "last": "Example", "dob": "2026-09-01", "injuries": "bruise"}


async def alerts(door: Door) -> list[NoticeRequested]:
    """The danger alerts that will be sent."""
    rows = await door.rows("select body from intake.outbox where topic = 'notice.requested.urgent.v1' order by id")
    notices = [read_message(NoticeRequested, row[0]) for row in rows]
    return [notice for notice in notices if notice.facets.kind is NoticeKind.DANGER_ALERT]


@pytest.mark.parametrize(
    ("kind", "body", "criteria"),
    [
        ("police", as_json(a_notice(safeguarding={"policeProtection": True})), ("police_protection_or_custody",)),
        ("police", as_json(a_notice(narrative="He held a knife.")), ("text_prompt",)),
        ("vcs", as_json(a_form(child=[BABY])), ("non_mobile_baby_injury",)),
        (
            "vcs",
            as_json(a_form(concern={"categories": ["Housing"], "whatHappened": "Damp.", "immediateRisk": True})),
            ("sender_says_immediate",),
        ),
        ("health", as_json(a_bundle(a_request(priority="stat"))), ("sender_says_immediate",)),
        ("health", as_json(a_bundle(a_request(code={"text": "Suicide attempt"}))), ("suicide_attempt", "text_prompt")),
        ("school", a_table(a_row(ChildsWords="I want to die")), ("text_prompt",)),
        ("school", a_table(a_row(Categories="Rape")), ("sexual_abuse_disclosure", "text_prompt")),
    ],
)
async def test_danger_takes_the_urgent_lane_and_the_sender_is_told_to_ring(
    door: Door, kind: str, body: bytes, criteria: tuple[str, ...]
) -> None:
    answer = (await door.send(kind, body)).json()
    assert answer["lane"] == "urgent"
    assert CALL_999 in answer["advice"]
    (contact,) = (await contacts_of(door)).values()
    assert (contact.danger_criteria, contact.immediate_danger) == (criteria, True)
    topics = {row[0] for row in await door.rows("select topic from intake.outbox")}
    assert topics == {"contact.received.urgent.v1", "notice.requested.urgent.v1"}
    assert await door.rows("select lane, danger from intake.v_accepted") == [("urgent", list(criteria))]


async def test_the_words_that_prompted_are_shown_to_the_person_and_carry_no_indicator(door: Door) -> None:
    await door.send("police", as_json(a_notice(narrative="No weapon was seen.")))
    (contact,) = (await contacts_of(door)).values()
    prompted = [concern for concern in contact.concerns if concern.source.startswith("text_prompt/")]
    assert [(c.theme, c.text, c.source) for c in prompted] == [
        (None, "weapon", "text_prompt/weapon_or_strangulation_reachable")
    ]


async def test_only_the_dangerous_rows_of_a_file_take_the_urgent_lane(door: Door) -> None:
    rows = (a_row(), a_row(IncidentRef="2", UPN="", Forename="Dan", Description="He has a knife."))
    answer = (await door.send("school", a_table(*rows))).json()
    assert answer["lane"] == "urgent"
    assert await door.rows("select lane, danger from intake.contacts order by contact_id") == [
        ("routine", []),
        ("urgent", ["text_prompt"]),
    ]


async def test_a_flag_in_a_field_that_is_not_mapped_still_prompts(door: Door) -> None:
    answer = (await door.send("vcs", as_json(a_form(localPart={"emergencyProtectionOrder": "yes"})))).json()
    assert answer["lane"] == "urgent"
    (contact,) = (await contacts_of(door)).values()
    assert contact.danger_criteria == ("text_prompt",)


@pytest.mark.parametrize(
    ("kind", "body", "headers", "status"),
    [
        ("police", b'{"narrative": "he held a knife to her', {}, 400),
        ("police", b'{"safeguarding": {"policeProtection": true', {}, 400),
        ("vcs", as_json(a_form(concern={"whatHappened": "He has a knife"})), {"Content-Type": "text/plain"}, 415),
        ("school", "he held a knife".encode("utf-16"), {}, 400),
        ("vcs", as_json(a_form(concern={"whatHappened": "He has a knife"})), {"Idempotency-Key": ""}, 400),
        ("police", KNIFE.encode("utf-16-le"), {}, 400),
        ("vcs", KNIFE.encode("utf-32-be"), {}, 400),
        ("police", gzip.compress(KNIFE.encode()), {"Content-Encoding": "gzip"}, 415),
        ("police", gzip.compress(KNIFE.encode()), {}, 415),
        ("vcs", zlib.compress(KNIFE.encode())[2:-4], {"Content-Encoding": "deflate"}, 415),
        ("health", b'{"data": "' + base64.b64encode(KNIFE.encode()), {}, 400),
    ],
)
async def test_a_refused_body_with_danger_in_it_alerts_the_urgent_queue_and_the_sender(
    door: Door, kind: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    sent = {"Authorization": f"Bearer {door.tokens[kind]}", "Content-Type": "application/json", **headers}
    if kind == "school":
        sent["Content-Type"] = "text/csv"
    answers = [await door.client.post(f"/v1/contacts/{kind}", content=body, headers=sent) for _ in range(2)]
    problem = answers[0].json()
    assert answers[0].status_code == status
    assert CALL_999 in problem["next_step"]
    (alert,) = await alerts(door)
    assert (alert.facets.queue, alert.facets.receipt_id, alert.lane) == (
        "mash-urgent",
        problem["receipt_id"],
        Lane.URGENT,
    )
    assert await door.rows("select cardinality(danger) > 0 from intake.refused") == [(True,)]


async def test_a_conflicting_body_and_a_held_row_with_danger_alert_too(door: Door) -> None:
    await door.send("police", as_json(a_notice()), key="k")
    conflict = await door.send("police", as_json(a_notice(noticeId="X", narrative="He has a knife")), key="k")
    assert CALL_999 in conflict.json()["next_step"]
    held = await door.send("school", a_table(a_row()) + b'"INC-2,1,he has a knife\r\n')
    assert [item["verdict"] for item in held.json()["items"]] == ["accepted", "quarantined"]
    assert held.json()["lane"] == "urgent"
    assert len(await alerts(door)) == 2


async def test_a_body_over_the_limit_is_searched_as_far_as_it_came(door: Door) -> None:
    answer = await door.send("police", b'{"narrative": "he has a knife' + b" " * 4_194_304)
    assert answer.status_code == 413
    assert CALL_999 in answer.json()["next_step"]
    assert len(await alerts(door)) == 1
