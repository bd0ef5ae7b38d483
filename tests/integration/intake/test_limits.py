"""Who may send how much, how fast, and to which address."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import event

from services.intake.access import register_agency, token_digest
from services.intake.senders import Senders
from tests.builders.contacts import a_form, a_notice, as_json
from tests.integration.intake.conftest import KINDS, Door

NOTICE = as_json(a_notice())
PROBLEM = "application/problem+json"


@pytest.fixture
def limits() -> dict[str, Any]:
    return {
        "agency_rate_per_second": 0.001,
        "agency_burst": 3,
        "urgent_reserve_per_second": 0.001,
        "urgent_reserve_burst": 2,
        "body_seconds": 0.3,
        "agencies_refresh_seconds": 0.01,
    }


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic dXNlcjpwYXNz", "Bearer \u00e9", "bearer " + "x" * 5_000],
)
async def test_without_a_valid_token_nothing_is_kept(door: Door, authorization: str | None) -> None:
    headers = [(b"content-type", b"application/json")]
    if authorization is not None:
        headers.append((b"authorization", authorization.encode("latin-1")))
    answer = await door.client.post("/v1/contacts/police", content=NOTICE, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM)
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert (answer.json()["stored"], answer.json()["receipt_id"]) == ("nothing", None)
    assert (await door.count("submissions"), await door.count("refused")) == (0, 0)


async def test_a_token_is_kept_as_its_digest_only_and_a_new_one_replaces_it(door: Door) -> None:
    old = door.tokens["police"]
    new = await register_agency(door.engine, agency_id=KINDS["police"], kind="police", name="Durham")
    assert await register_agency(door.engine, agency_id=KINDS["police"], kind="police", name="D", token=new) == new
    stored = await door.rows("select token_sha256 from intake.agencies where agency_id = 'police-durham'")
    assert [bytes(row[0]) for row in stored] == [token_digest(new)]
    assert all(old not in str(row) and new not in str(row) for row in await door.rows("select * from intake.agencies"))
    await asyncio.sleep(0.02)
    assert (await door.send("police", NOTICE)).status_code == 401
    door.tokens["police"] = new
    assert (await door.send("police", NOTICE)).status_code == 201


async def test_many_who_ask_at_once_read_the_agencies_once(door: Door) -> None:
    reads = 0

    def count(*_: object) -> None:
        nonlocal reads
        reads += 1

    event.listen(door.engine.sync_engine, "before_cursor_execute", count)
    senders = Senders(door.engine, 10.0)
    found = await asyncio.gather(*(senders.identify(door.tokens["police"]) for _ in range(200)))
    event.remove(door.engine.sync_engine, "before_cursor_execute", count)
    assert {agency.agency_id for agency in found if agency} == {"police-durham"}
    assert (len(found), reads) == (200, 1)


async def test_an_agency_of_an_unknown_kind_cannot_be_registered(door: Door) -> None:
    with pytest.raises(ValueError, match="kind must be one of"):
        await register_agency(door.engine, agency_id="x", kind="council", name="x")


async def test_over_the_limit_is_429_and_danger_has_a_reserve(door: Door) -> None:
    bodies = [as_json(a_notice(noticeId=f"N-{n}")) for n in range(4)]
    assert [(await door.send("police", body)).status_code for body in bodies] == [201, 201, 201, 429]
    answer = await door.send("police", bodies[3])
    assert (answer.status_code, answer.json()["stored"], answer.json()["retryable"]) == (429, "nothing", True)
    assert int(answer.headers["retry-after"]) > 1
    urgent = [as_json(a_notice(noticeId=f"U-{n}", narrative="He has a knife")) for n in range(3)]
    assert [(await door.send("police", body)).status_code for body in urgent] == [201, 201, 429]
    assert (await door.send("vcs", as_json(a_form()))).status_code == 201


async def test_a_body_that_drips_is_408_and_what_came_is_kept(door: Door) -> None:
    async def drip() -> AsyncIterator[bytes]:
        yield b'{"narrative": "he held a knife'
        await asyncio.sleep(5)
        yield b'"}'

    headers = {"Authorization": f"Bearer {door.tokens['police']}", "Content-Type": "application/json"}
    answer = await door.client.post("/v1/contacts/police", content=drip(), headers=headers)
    assert (answer.status_code, answer.json()["stored"]) == (408, "rejected-kept")
    assert "call 999" in answer.json()["next_step"]
    assert await door.rows("select reason, size from intake.refused") == [("body-too-slow", 30)]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/v1/contacts/council", 404),
        ("POST", "/v1/contacts", 404),
        ("POST", "/v1/contacts/police/extra", 404),
        ("DELETE", "/v1/contacts/police", 405),
        ("PUT", "/v1/contacts/police", 405),
        ("GET", "/v1/receipts/not-an-id", 404),
        ("GET", "/v1/receipts/", 404),
        ("POST", "/v1/receipts/01a20688-01e6-73fa-881c-b88030706d57", 405),
    ],
)
async def test_wrong_addresses_and_methods_answer_as_problems(door: Door, method: str, path: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {door.tokens['police']}", "Content-Type": "application/json"}
    answer = await door.client.request(method, path, content=NOTICE, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    assert answer.json()["next_step"].endswith("call 999; the duty team answers on 01632 960001.")
    assert await door.count("submissions") == 0


async def test_a_receipt_needs_a_token(door: Door) -> None:
    answer = await door.client.get("/v1/receipts/01a20688-01e6-73fa-881c-b88030706d57")
    assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM)


async def test_partners_read_the_interface_in_the_openapi_document(door: Door) -> None:
    document = (await door.client.get("/openapi.json")).json()
    send = document["paths"]["/v1/contacts/{kind}"]["post"]
    assert {"200", "201", "202", "400", "401", "403", "408", "409", "413", "415", "422", "429", "503"} <= set(
        send["responses"]
    )
    assert set(send["requestBody"]["content"]) == {"application/json", "application/fhir+json", "text/csv"}
    assert send["security"] == [{"agency": []}]
    assert "get" in document["paths"]["/v1/receipts/{receipt_id}"]
