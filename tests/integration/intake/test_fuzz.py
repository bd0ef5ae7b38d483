"""Whatever bytes arrive: never a fault, never lost. Accepted, refused and kept, or nothing where nobody known sends."""

import pytest

from tests.integration.intake.conftest import TYPES, Door
from tests.unit.intake.arbitrary import examples

STORED = {"accepted", "quarantined", "rejected-kept", "nothing"}


async def kept(door: Door) -> int:
    """How many bodies are on record, accepted or refused, counting each time."""
    ((count,),) = await door.rows(
        "select (select count(*) from intake.submissions) + (select coalesce(sum(times), 0) from intake.refused"
        " where pointer = '')"
    )
    return int(count)


async def send_and_check(door: Door, kind: str, body: bytes) -> None:
    before = await kept(door)
    answer = await door.send(kind, body)
    assert answer.status_code < 500, answer.text
    told = answer.json()
    if answer.status_code in (201, 202):
        assert await kept(door) == before + 1
        assert told["contacts"] or any(item["verdict"] == "already" for item in told["items"])
    elif answer.status_code == 200:
        assert await kept(door) == before
    else:
        assert answer.headers["content-type"] == "application/problem+json"
        assert told["stored"] in STORED
        assert (told["stored"] == "nothing") == (not body)
        assert await kept(door) == before + bool(body)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1, 2])
async def test_arbitrary_bodies_are_never_a_fault_and_never_lost(door: Door, seed: int) -> None:
    for kind, body in examples(seed, 150):
        await send_and_check(door, kind, body)
    inconsistent = await door.rows(
        "select count(*) from intake.submissions s where not exists"
        " (select from intake.raw_messages r where r.receipt_id = s.receipt_id)"
    )
    assert inconsistent == [(0,)]
    unsent = await door.rows(
        "select count(*) from intake.contacts c where not exists (select from intake.outbox o"
        " where o.contact_id = c.contact_id and o.topic = 'contact.received.' || c.lane || '.v1')"
    )
    assert unsent == [(0,)]


async def test_nothing_is_kept_of_what_nobody_known_sends(door: Door) -> None:
    for kind, body in examples(3, 40):
        headers = {"Content-Type": TYPES[kind]}
        answer = await door.client.post(f"/v1/contacts/{kind}", content=body, headers=headers)
        assert (answer.status_code, answer.json()["stored"]) == (401, "nothing")
    assert await kept(door) == 0
