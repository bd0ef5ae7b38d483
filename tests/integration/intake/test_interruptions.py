"""What happens when the client goes away, the database goes away, or our own code fails: nothing is lost or doubled."""

import asyncio
from typing import Any

import asyncpg
import pytest

from services.intake.accept import AcceptUnit
from services.intake.sources import registry
from services.intake.work import IntakeWork
from tests.builders.contacts import a_form, a_notice, as_json
from tests.integration.intake.conftest import Door
from tests.integration.intake.test_accepting import contacts_of

NOTICE = as_json(a_notice())


async def test_a_client_that_leaves_after_the_commit_gets_the_same_receipt_when_it_asks_again(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed, gone = asyncio.Event(), asyncio.Event()
    commit = IntakeWork.commit

    async def commit_then_wait(work: IntakeWork) -> None:
        await commit(work)
        committed.set()
        await gone.wait()

    monkeypatch.setattr(IntakeWork, "commit", commit_then_wait)
    request = asyncio.create_task(door.send("police", NOTICE, key="k-1"))
    await committed.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    gone.set()
    again = await door.send("police", NOTICE, key="k-1")
    assert again.status_code == 200
    assert await door.rows("select receipt_id::text from intake.submissions") == [(again.json()["receipt_id"],)]
    assert (await door.count("contacts"), await door.count("outbox")) == (1, 2)


async def test_a_client_that_leaves_before_the_commit_does_not_take_its_message_along(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, gone = asyncio.Event(), asyncio.Event()
    accept = AcceptUnit.__call__

    async def begin_then_wait(unit: AcceptUnit, work: IntakeWork, batch: Any) -> Any:
        begun.set()
        await gone.wait()
        return await accept(unit, work, batch)

    monkeypatch.setattr(AcceptUnit, "__call__", begin_then_wait)
    request = asyncio.create_task(door.send("police", NOTICE, key="k-1"))
    await begun.wait()
    request.cancel()
    gone.set()
    with pytest.raises(asyncio.CancelledError):
        await request
    again = await door.send("police", NOTICE, key="k-1")
    assert again.status_code == 200
    assert await door.count("contacts") == 1


async def test_a_refusal_is_kept_even_when_its_sender_leaves(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, gone = asyncio.Event(), asyncio.Event()
    commit = IntakeWork.commit

    async def wait_then_commit(work: IntakeWork) -> None:
        begun.set()
        await gone.wait()
        await commit(work)

    monkeypatch.setattr(IntakeWork, "commit", wait_then_commit)
    request = asyncio.create_task(door.send("police", b"{"))
    await begun.wait()
    request.cancel()
    await asyncio.sleep(0)
    gone.set()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert await door.count("refused") == 1


async def test_a_database_that_is_away_means_try_again_and_the_retry_is_one_contact(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = IntakeWork.commit

    async def away(work: IntakeWork) -> None:
        raise asyncpg.CannotConnectNowError

    monkeypatch.setattr(IntakeWork, "commit", away)
    answers = [await door.send("police", NOTICE, key="k-1"), await door.send("police", b'{"n": "he has a knife')]
    assert "If a child is in danger now, call 999." in answers[1].json()["next_step"]
    for answer in answers:
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert (answer.json()["stored"], answer.json()["retryable"]) == ("nothing", True)
    monkeypatch.setattr(IntakeWork, "commit", commit)
    assert (await door.send("police", NOTICE, key="k-1")).status_code == 201
    assert (await door.count("contacts"), await door.count("refused")) == (1, 0)


async def test_a_commit_whose_answer_was_lost_is_found_again_by_its_key(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = IntakeWork.commit

    async def commit_then_lose_the_connection(work: IntakeWork) -> None:
        await commit(work)
        raise asyncpg.ConnectionDoesNotExistError

    monkeypatch.setattr(IntakeWork, "commit", commit_then_lose_the_connection)
    assert (await door.send("police", NOTICE)).status_code == 503
    monkeypatch.setattr(IntakeWork, "commit", commit)
    assert (await door.send("police", NOTICE)).status_code == 200
    assert await door.count("contacts") == 1


async def test_a_fault_in_a_connector_leaves_the_message_with_a_person(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(body: bytes, context: object) -> Any:
        raise ZeroDivisionError

    connector = registry.Connector("vcs", broken, registry.JSON_TYPES, json=True)
    monkeypatch.setitem(registry.CONNECTORS, "vcs", connector)
    answer = await door.send("vcs", as_json(a_form()))
    assert answer.status_code == 202
    assert [d["code"] for d in answer.json()["contacts"][0]["defects"]] == ["layout_not_understood"]
    (contact,) = (await contacts_of(door)).values()
    assert contact.narrative == as_json(a_form()).decode()


async def test_one_body_that_fails_does_not_cost_those_it_shares_a_commit_with(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = AcceptUnit.__call__

    async def fail_for_one(unit: AcceptUnit, work: IntakeWork, batch: Any) -> Any:
        if any(b"PPN-BAD" in submission.body for submission in batch):
            raise ZeroDivisionError
        return await accept(unit, work, batch)

    monkeypatch.setattr(AcceptUnit, "__call__", fail_for_one)
    bodies = [as_json(a_notice(noticeId=f"PPN-{name}")) for name in ("A", "B", "BAD", "C")]
    answers = await asyncio.gather(*(door.send("police", body) for body in bodies))
    assert [answer.status_code for answer in answers] == [201, 201, 500, 201]
    problem = answers[2].json()
    assert (problem["stored"], problem["retryable"]) == ("quarantined", True)
    assert await door.rows("select refused_id::text, verdict, reason from intake.refused") == [
        (problem["receipt_id"], "quarantined", "not-accepted")
    ]
    assert await door.count("contacts") == 3


async def test_backends_that_are_killed_do_not_poison_the_pool(door: Door, another_door: Door) -> None:
    bodies = [as_json(a_notice(noticeId=f"N-{n}")) for n in range(8)]
    await asyncio.gather(*(door.send("police", body) for body in bodies))
    killed = await another_door.rows(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    assert killed
    answers = [await door.send("police", as_json(a_notice(noticeId="AFTER"))) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
