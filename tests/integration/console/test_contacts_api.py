"""The case file and decisions over HTTP, on a real database."""

import asyncio
from uuid import UUID

import structlog
from sqlalchemy import text

from services.console.domain.roles import Role
from shared.ids import new_id
from tests.builders.console_app import ConsoleUnderTest
from tests.builders.console_desk import Desk

CONFIRM = {
    "case_version": 1,
    "action": "confirm",
    "reason_code": "person_decided",
    "reason": "Both parents agree to social work support.",
}


async def test_a_contact_is_shown_with_assessment_placements_notices_and_history(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    contact_id = await desk.contact()
    await desk.notice(contact_id)
    screener = await console.program(Role.SCREENER)

    answer = await screener.get(f"/v1/contacts/{contact_id}")

    assert answer.status_code == 200
    file = answer.json()
    assert file["contact"]["subject"]["names"][0]["surname"] == "Ashgrove"
    assert file["assessment"]["level"] == 4
    assert file["assessment"]["rating"] == "AMBER"
    assert file["assessment"]["policy_version"] == "county-durham/continuum@2026.1"
    assert [factor["code"] for factor in file["assessment"]["factors"]] == ["NE2", "new_adult", "parent_engages"]
    assert file["assessment"]["prior_involvement"]["contacts_12_months"] == 2
    assert [placement["queue"] for placement in file["placements"]] == ["mash-screening"]
    assert [notice["status"] for notice in file["notices"]] == ["delivered"]
    assert [entry["event"] for entry in file["history"]] == ["received", "assessed", "moved", "notice"]
    assert (file["state"], file["queue"], file["case_version"]) == ("waiting", "mash-screening", 1)
    assert file["suggested_queue"] == "families-first"


async def test_a_contact_in_flight_is_shown_with_what_is_known_so_far(console: ConsoleUnderTest, desk: Desk) -> None:
    contact_id = await desk.contact(state="in_flight")
    screener = await console.program(Role.SCREENER)

    file = (await screener.get(f"/v1/contacts/{contact_id}")).json()

    assert (file["state"], file["queue"], file["case_version"], file["decide_by"]) == ("in_flight", None, None, None)
    assert file["assessment"] is None
    assert file["contact"]["contact_id"] == str(contact_id)
    assert [entry["event"] for entry in file["history"]] == ["received"]


async def test_each_reading_is_audited_with_who_why_and_how_it_ended(console: ConsoleUnderTest, desk: Desk) -> None:
    contact_id = await desk.contact()
    unknown = new_id()
    screener = await console.program(Role.SCREENER)
    ops = await console.program(Role.OPS)

    await screener.get(f"/v1/contacts/{contact_id}", params={"purpose": "review"})
    await screener.get(f"/v1/contacts/{unknown}")
    await ops.get(f"/v1/contacts/{contact_id}")

    read = await desk.audit("contact.read")
    assert [(row["username"], row["object_id"], row["purpose"], row["outcome"]) for row in read] == [
        ("s.okafor", str(contact_id), "review", "allowed"),
        ("s.okafor", str(unknown), "triage", "failed"),
    ]
    denied = await desk.audit("access")
    assert [(row["username"], row["object_id"], row["outcome"]) for row in denied] == [
        ("o.brandt", str(contact_id), "denied")
    ]


async def test_a_reading_that_cannot_be_audited_is_not_served(console: ConsoleUnderTest, desk: Desk) -> None:
    contact_id = await desk.contact()
    screener = await console.program(Role.SCREENER)
    async with console.engine.begin() as connection:
        await connection.execute(text("alter table console.audit rename to audit_gone"))

    with structlog.testing.capture_logs():
        answer = await screener.get(f"/v1/contacts/{contact_id}")

    assert answer.status_code == 500
    assert "Ashgrove" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_contact_whose_key_was_destroyed_shows_codes_and_no_content(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    contact_id = await desk.contact()
    async with console.engine.begin() as connection:
        await connection.execute(text("update keyring.data_keys set wrapped = null, destroyed_at = now()"))
    screener = await console.program(Role.SCREENER)

    file = (await screener.get(f"/v1/contacts/{contact_id}")).json()

    assert (file["content"], file["contact"]) == ("destroyed", None)
    assert (file["assessment"]["level"], file["assessment"]["factors"]) == (4, [])
    gone = await screener.post(f"/v1/contacts/{contact_id}/decisions", json=CONFIRM)
    assert gone.status_code == 410


async def test_a_decision_is_recorded_sealed_and_sent_on_the_lane_of_the_case(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    routine = await desk.contact()
    urgent = await desk.contact(danger=("missing_now",), queue="mash-urgent", agency_id="police-durham")
    screener = await console.program(Role.SCREENER)

    first = await screener.post(f"/v1/contacts/{routine}/decisions", json=CONFIRM)
    second = await screener.post(
        f"/v1/contacts/{urgent}/decisions",
        json={**CONFIRM, "action": "change", "queue": "families-first", "level": 5, "reason": "Found by police."},
    )

    assert (first.status_code, second.status_code) == (201, 201)
    sent = {message["contact_id"]: message for message in await desk.sent()}
    assert sent[str(routine)]["topic"] == "staff.decided.routine.v1"
    assert sent[str(urgent)]["topic"] == "staff.decided.urgent.v1"
    facets = sent[str(urgent)]["facets"]
    assert isinstance(facets, dict)
    assert facets["decision_id"] == second.json()["decision_id"]
    assert (facets["action"], facets["queue"], facets["level"], facets["case_version"]) == (
        "change",
        "families-first",
        5,
        1,
    )
    assert "Found by police" not in str(sent)
    async with console.engine.connect() as connection:
        kept = await connection.execute(text("select reason_part::text from console.decisions"))
        assert not any("agree to social work" in row[0] for row in kept)
    history = (await screener.get(f"/v1/contacts/{urgent}")).json()["history"]
    decided = next(entry for entry in history if entry["event"] == "decided")
    assert (decided["by"], decided["words"]) == ("s.okafor", "Found by police.")


async def test_two_hundred_decisions_at_once_leave_exactly_one(console: ConsoleUnderTest, desk: Desk) -> None:
    contact_id = await desk.contact()
    screener = await console.program(Role.SCREENER)
    manager = await console.program(Role.MANAGER)

    answers = await asyncio.gather(
        *(
            (screener if n % 2 else manager).post(f"/v1/contacts/{contact_id}/decisions", json=CONFIRM)
            for n in range(200)
        )
    )

    made = [answer for answer in answers if answer.status_code == 201]
    beaten = [answer for answer in answers if answer.status_code == 409]
    assert (len(made), len(beaten)) == (1, 199)
    assert {answer.json()["decision"]["decision_id"] for answer in beaten} == {made[0].json()["decision_id"]}
    assert len(await desk.sent()) == 1
    outcomes = [row["outcome"] for row in await desk.audit("contact.decide")]
    assert (outcomes.count("allowed"), outcomes.count("failed")) == (1, 199)


async def test_the_second_decision_gets_a_problem_that_shows_the_first(console: ConsoleUnderTest, desk: Desk) -> None:
    contact_id = await desk.contact()
    screener = await console.program(Role.SCREENER)
    manager = await console.program(Role.MANAGER)
    made = await screener.post(f"/v1/contacts/{contact_id}/decisions", json=CONFIRM)

    beaten = await manager.post(
        f"/v1/contacts/{contact_id}/decisions",
        json={**CONFIRM, "action": "close", "outcome": "ADVICE", "reason_code": "person_closed"},
    )

    assert beaten.status_code == 409
    assert beaten.headers["content-type"] == "application/problem+json"
    problem = beaten.json()
    assert problem["type"] == "urn:mash:problem:already-decided"
    assert problem["decision"]["decision_id"] == made.json()["decision_id"]
    assert (problem["decision"]["decided_by"], problem["decision"]["action"]) == ("s.okafor", "confirm")


async def test_a_decision_the_router_refused_can_be_made_again(console: ConsoleUnderTest, desk: Desk) -> None:
    contact_id = await desk.contact()
    screener = await console.program(Role.SCREENER)
    refused = await screener.post(f"/v1/contacts/{contact_id}/decisions", json={**CONFIRM, "queue": "tac"})
    await desk.refuse(contact_id, UUID(refused.json()["decision_id"]), "only_for_places")

    again = await screener.post(f"/v1/contacts/{contact_id}/decisions", json=CONFIRM)

    assert again.status_code == 201
    assert again.json()["decision_id"] != refused.json()["decision_id"]
    history = (await screener.get(f"/v1/contacts/{contact_id}")).json()["history"]
    assert [entry["refusal"] for entry in history if entry["event"] == "decided"] == ["only_for_places", None]


async def test_a_decision_on_an_older_version_is_stale(console: ConsoleUnderTest, desk: Desk) -> None:
    contact_id = await desk.contact()
    await desk.move_on(contact_id, 3)
    screener = await console.program(Role.SCREENER)

    answer = await screener.post(f"/v1/contacts/{contact_id}/decisions", json=CONFIRM)

    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:mash:problem:stale-version"
    assert answer.json()["case"]["case_version"] == 3
    assert await desk.sent() == []


async def test_decisions_that_the_case_does_not_allow_are_refused_with_the_reason(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    in_flight = await desk.contact(state="in_flight")
    closed = await desk.contact(state="closed", outcome="ADVICE")
    without = await desk.contact(suggested_queue=None)
    waiting = await desk.contact()
    screener = await console.program(Role.SCREENER)
    close = {**CONFIRM, "action": "close", "outcome": "CIN", "reason_code": "person_closed"}

    found = []
    for contact_id, body in ((in_flight, CONFIRM), (closed, CONFIRM), (without, CONFIRM), (waiting, close)):
        answer = await screener.post(f"/v1/contacts/{contact_id}/decisions", json=body)
        found.append((answer.status_code, answer.json()["type"].removeprefix("urn:mash:problem:")))

    assert found == [
        (409, "not-yet-routed"),
        (409, "already-closed"),
        (409, "nothing-to-confirm"),
        (409, "outcome-needs-a-service"),
    ]


async def test_a_form_that_lacks_answers_names_each_field_and_echoes_nothing(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    contact_id = await desk.contact()
    screener = await console.program(Role.SCREENER)

    async def faults(**changes: object) -> list[tuple[str, str]]:
        answer = await screener.post(f"/v1/contacts/{contact_id}/decisions", json={**CONFIRM, **changes})
        assert answer.status_code == 422, answer.text
        assert "Zachariah" not in answer.text
        return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]

    assert await faults(reason=" ") == [("/reason", "missing")]
    assert await faults(action="close") == [("/outcome", "missing")]
    assert await faults(action="change") == [("/queue", "missing")]
    assert await faults(action="change", queue="Zachariah") == [("/queue", "unknown-code")]
    assert await faults(reason_code="Zachariah") == [("/reason_code", "unknown-code")]
    assert await faults(action="Zachariah") == [("/action", "enum")]
    assert await faults(level=9) == [("/level", "less_than_equal")]
    assert await faults(case_version="Zachariah") == [("/case_version", "int_parsing")]


async def test_bodies_that_are_not_json_or_not_a_decision_are_problems(console: ConsoleUnderTest, desk: Desk) -> None:
    contact_id = await desk.contact()
    screener = await console.program(Role.SCREENER)

    for body in (b"", b"{", b"[]", b'"text"', b'{"case_version": 1e400}', b"\xff\xfe"):
        answer = await screener.post(
            f"/v1/contacts/{contact_id}/decisions", content=body, headers={"content-type": "application/json"}
        )
        assert answer.status_code in (400, 422), body
        assert answer.headers["content-type"] == "application/problem+json"
