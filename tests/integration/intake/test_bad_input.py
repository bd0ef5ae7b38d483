"""Every row of the bad-input matrix for JSON and CSV, through the real application into a real database."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.intake.refused_store import seal_name
from tests.integration.intake.conftest import TYPES, Door
from tests.integration.intake.matrix import CASES, Case

FIELDS = {"type", "title", "status", "detail", "instance", "receipt_id", "stored", "retryable", "errors", "next_step"}
URGENT_LINE = "If a child is in immediate danger call 999; the duty team answers on 01632 960001."


async def post(door: Door, case: Case) -> httpx.Response:
    headers = {"Authorization": f"Bearer {door.tokens[case.kind]}", "Content-Type": TYPES[case.kind], **case.headers}
    path = headers.pop("path", f"/v1/contacts/{case.kind}")
    raw = [(name.encode(), value.encode("utf-8", "surrogateescape")) for name, value in headers.items()]
    return await door.client.post(path, content=case.body, headers=raw)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_each_input_gets_its_code_and_is_kept_where_the_matrix_says(door: Door, case: Case) -> None:
    answer = await post(door, case)
    assert answer.status_code == case.status, answer.text
    if case.stored == "accepted":
        await assert_accepted(door, case, answer.json())
    else:
        assert_problem(case, answer)
        await assert_not_accepted(door, case, answer.json())


async def assert_accepted(door: Door, case: Case, answer: dict[str, Any]) -> None:
    found = {defect["code"] for contact in answer["contacts"] for defect in contact["defects"]}
    assert found >= set(case.defects)
    assert await door.count("contacts") == len(answer["contacts"]) >= 1
    assert await door.count("raw_messages") == 1
    items = answer.get("items", [])
    held = [item for item in items if item["verdict"] == "quarantined"]
    assert await door.count("refused") == len(held)
    assert answer["status_url"] == f"/v1/receipts/{answer['receipt_id']}"


def assert_problem(case: Case, answer: httpx.Response) -> None:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem.keys() >= FIELDS
    assert problem["type"] == f"urn:mash:problem:{case.reason}"
    assert (problem["status"], problem["stored"]) == (case.status, case.stored)
    assert problem["errors"]
    assert all(error.keys() == {"pointer", "code", "message"} for error in problem["errors"])
    assert problem["next_step"].endswith(URGENT_LINE)
    assert "Amina" not in answer.text


async def assert_not_accepted(door: Door, case: Case, problem: dict[str, Any]) -> None:
    assert await door.count("submissions") == await door.count("contacts") == await door.count("outbox") == 0
    rows = await door.rows("select refused_id, verdict, reason, sealed, expires_at - received_at from intake.refused")
    if case.stored == "nothing" and problem["receipt_id"] is None:
        assert rows == []
        return
    ((refused_id, verdict, reason, sealed, kept_for),) = rows
    assert (str(refused_id), reason) == (problem["receipt_id"], case.reason)
    assert verdict == "refused"
    assert kept_for.days == 30
    if case.stored == "nothing":
        assert sealed is None
    else:
        assert door.service.foundation.seal.open(sealed, seal_name(refused_id)) == case.body
        assert b"Amina" not in sealed
    assert await door.rows("select refused, quarantined from intake.v_refused") == [(1, 0)]


async def test_a_csv_of_n_rows_returns_n_verdicts_that_add_up(door: Door) -> None:
    case = next(case for case in CASES if case.name == "a quote never closed")
    answer = (await post(door, case)).json()
    assert [(item["item"], item["verdict"]) for item in answer["items"]] == [
        ("/row/2", "accepted"),
        ("/row/3", "quarantined"),
        ("/row/4", "accepted"),
    ]
    assert answer["items"][1]["defects"][0]["code"] == "ragged_row"
    assert len(answer["contacts"]) == 2


async def test_the_same_body_refused_again_is_counted_and_kept_once(door: Door) -> None:
    first, second = [(await door.send("police", b"{")).json() for _ in range(2)]
    assert first["receipt_id"] == second["receipt_id"]
    assert await door.rows("select times, state from intake.refused") == [(2, "open")]
    assert await door.rows("select agency_id, refused, quarantined from intake.v_refused") == [("police-durham", 1, 0)]


@pytest.mark.parametrize("ended", ["expired", "resolved"])
async def test_a_body_refused_again_after_that_is_kept_again(ended: str, door: Door) -> None:
    first = (await door.send("police", b"{")).json()["receipt_id"]
    async with door.engine.begin() as connection:
        await connection.execute(text("update intake.refused set state = :ended, sealed = null"), {"ended": ended})
    second = (await door.send("police", b"{")).json()["receipt_id"]
    assert first != second
    assert await door.rows("select state, sealed is null, times from intake.refused order by received_at") == [
        (ended, True, 1),
        ("open", False, 1),
    ]


async def test_a_refused_body_can_be_asked_for_by_its_sender_only(door: Door) -> None:
    reference = (await door.send("police", b"{")).json()["receipt_id"]
    answer = await door.receipt(reference, "police")
    assert (answer.status_code, answer.json()["stored"], answer.json()["reason"]) == (200, "rejected-kept", "truncated")
    assert (await door.receipt(reference, "school")).status_code == 404


async def test_after_thirty_days_the_body_is_forgotten_and_the_count_stays(door: Door) -> None:
    await door.send("police", b"{")
    async with door.engine.begin() as connection:
        await connection.execute(text("update intake.refused set expires_at = now() - interval '1 second'"))
    async with door.service.foundation.open_work() as work:
        assert await work.refused.expire() == 1
        await work.commit()
    assert await door.rows("select sealed, state, times from intake.refused") == [(None, "expired", 1)]
    assert await door.rows("select refused from intake.v_refused") == [(1,)]
