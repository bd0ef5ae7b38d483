"""Messages leave once they are committed, whoever dies and whatever Kafka forgets."""

import asyncio
import time
from uuid import UUID

import pytest
from aiokafka import AIOKafkaConsumer
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from structlog.testing import capture_logs

from shared.kafka_link import KafkaLink
from shared.marks import Marks
from shared.outbox import Outgoing
from shared.relay import Relay
from shared.sealing import KeyEncryption
from shared.sender import Sender
from shared.tables import tables_in
from shared.work import Work, WorkFactory
from tests.builders.messages import a_contact_received
from tests.integration.handling.conftest import Bench
from tests.integration.handling.probe import KEK, settings_for, topic

MARKS = Marks(KeyEncryption(KEK))


class Nobody:
    """Departures of a process that died after its commit: nothing is sent directly."""

    def hand_over(self, rows: object) -> None:
        """Forget them."""


async def _commit(bench: Bench, name: str, count: int) -> list[object]:
    kek = KeyEncryption(settings_for(bench.url, bench.bootstrap).kek_text())
    open_work = WorkFactory(Work, bench.engine, tables_in("probe"), kek, Nobody())
    messages = [a_contact_received() for _ in range(count)]
    async with open_work() as work:
        for message in messages:
            work.outbox.add(topic(name), message)
        await work.commit()
    return [m.id for m in messages]


async def _outgoing(bench: Bench) -> list[Outgoing]:
    statement = text("select id, topic, key, contact_id, body from probe.outbox")
    async with bench.engine.connect() as connection:
        return [Outgoing(*row) for row in await connection.execute(statement)]


def _relay(bench: Bench, sender: Sender) -> Relay:
    return Relay(
        "probe",
        bench.engine,
        tables_in("probe"),
        sender,
        after_seconds=0,
        reconcile_every_seconds=1,
        reconcile_after_seconds=0,
    )


async def _on_topic(bench: Bench, name: str, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(name, bootstrap_servers=bench.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        bodies: list[bytes] = []
        while len(bodies) < count:
            for records in (await consumer.getmany(timeout_ms=5000)).values():
                bodies += [r.value for r in records]
        return bodies
    finally:
        await consumer.stop()


async def test_what_a_dead_process_left_in_the_outbox_is_sent_by_the_relay_and_marked(bench: Bench) -> None:
    name = await bench.new_topic()
    ids = await _commit(bench, name, 5)
    sender = Sender(KafkaLink(bench.bootstrap), "probe", bench.engine, tables_in("probe").outbox, MARKS)
    assert await _relay(bench, sender).relay_once() == 5
    assert await _relay(bench, sender).relay_once() == 0
    await sender.stop()
    assert len(await _on_topic(bench, name, 5)) == 5
    assert await bench.rows("select count(*) from probe.outbox where published_at is not null") == [(len(ids),)]


async def test_what_was_sent_is_marked_together_with_the_instants_at_which_kafka_had_it(bench: Bench) -> None:
    name = await bench.new_topic()
    await _commit(bench, name, 3)
    rows = await _outgoing(bench)
    sender = Sender(KafkaLink(bench.bootstrap), "probe", bench.engine, tables_in("probe").outbox, MARKS)
    running = asyncio.create_task(sender.run())
    sender.hand_over(rows)
    assert len(await _on_topic(bench, name, 3)) == 3
    for _ in range(200):
        if not sender.in_hand:
            break
        await asyncio.sleep(0.05)
    running.cancel()
    await sender.stop()
    assert await bench.rows("select count(*), count(distinct xmin::text) from probe.outbox") == [(3, 1)]
    assert await bench.rows("select 1 from probe.outbox where published_at is null or published_at > now()") == []


async def test_what_is_sent_and_not_yet_marked_is_marked_by_an_orderly_stop(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.sender.MARK_SECONDS", 3600.0)
    name = await bench.new_topic()
    await _commit(bench, name, 3)
    rows = await _outgoing(bench)
    sender = Sender(KafkaLink(bench.bootstrap), "probe", bench.engine, tables_in("probe").outbox, MARKS)
    running = asyncio.create_task(sender.run())
    sender.hand_over(rows)
    assert len(await _on_topic(bench, name, 3)) == 3
    assert await bench.rows("select count(*) from probe.outbox where published_at is null") == [(3,)]
    assert await _relay(bench, sender).relay_once() == 0  # They are in hand.
    running.cancel()
    await sender.stop()
    assert await bench.rows("select count(*) from probe.outbox where published_at is null") == [(0,)]
    assert len(await _on_topic(bench, name, 3)) == 3


async def test_a_unit_that_is_rolled_back_sends_nothing(bench: Bench) -> None:
    name = await bench.new_topic()
    kek = KeyEncryption(settings_for(bench.url, bench.bootstrap).kek_text())
    async with WorkFactory(Work, bench.engine, tables_in("probe"), kek, Nobody())() as work:
        work.outbox.add(topic(name), a_contact_received())
    assert await bench.rows("select 1 from probe.outbox") == []


async def test_rows_stay_unpublished_while_kafka_is_away_and_leave_when_it_is_back(bench: Bench) -> None:
    name = await bench.new_topic()
    ids = await _commit(bench, name, 3)
    lost = Sender(KafkaLink("127.0.0.1:1"), "probe", bench.engine, tables_in("probe").outbox, MARKS)
    assert await _relay(bench, lost).relay_once() == 0
    await lost.stop()
    assert await bench.rows("select count(*) from probe.outbox where published_at is null") == [(3,)]
    back = Sender(KafkaLink(bench.bootstrap), "probe", bench.engine, tables_in("probe").outbox, MARKS)
    assert await _relay(bench, back).relay_once() == len(ids)
    await back.stop()


async def _add_oversize(bench: Bench, name: str, size: int) -> UUID:
    message = a_contact_received()
    await bench.execute(
        "insert into probe.outbox (id, topic, key, contact_id, body, created_at) values "
        f"('{message.id}', '{name}', 'k', '{message.contact_id}', convert_to(repeat('x', {size}), 'UTF8'), "
        "now() - interval '1 minute')"
    )
    return message.id


async def test_one_message_too_large_is_a_persons_task_and_does_not_hold_back_the_others(bench: Bench) -> None:
    name = await bench.new_topic()
    oversize = await _add_oversize(bench, name, 9_000_000)
    await _commit(bench, name, 3)
    sender = Sender(KafkaLink(bench.bootstrap), "probe", bench.engine, tables_in("probe").outbox, MARKS)
    relay = _relay(bench, sender)
    with capture_logs() as logs:
        assert [await relay.relay_once() for _ in range(3)] == [3, 0, 0]
    await sender.stop()
    assert [entry["message_id"] for entry in logs if entry["event"] == "message_too_large"] == [str(oversize)]
    assert await bench.rows("select kind, id, topic, reason, state from probe.v_attention") == [
        ("unsent", oversize, name, "too-large", "open")
    ]


async def test_a_message_that_only_the_broker_finds_too_large_is_found_among_its_neighbours(bench: Bench) -> None:
    name = await bench.new_topic(configs={"max.message.bytes": "100000"})
    oversize = await _add_oversize(bench, name, 150_000)
    ids = await _commit(bench, name, 3)
    sender = Sender(KafkaLink(bench.bootstrap), "probe", bench.engine, tables_in("probe").outbox, MARKS)
    relay = _relay(bench, sender)
    assert sum([await relay.relay_once() for _ in range(3)]) == len(ids)
    assert await bench.rows("select id, state from probe.v_attention") == [(oversize, "open")]
    assert await bench.rows(
        "select probe.settle_attention(id, 'release', 'ops', 'limit raised') from probe.outbox "
        "where refused is not null"
    ) == [(True,)]
    await sender.stop()


async def test_a_unit_whose_commit_fails_sends_nothing(bench: Bench) -> None:
    kek = KeyEncryption(settings_for(bench.url, bench.bootstrap).kek_text())
    handed: list[object] = []

    class Watched:
        def hand_over(self, rows: object) -> None:
            handed.append(rows)

    name = await bench.new_topic()
    message = a_contact_received()
    async with WorkFactory(Work, bench.engine, tables_in("probe"), kek, Watched())() as work:
        await work.connection.execute(text("create table probe.late (n int unique deferrable initially deferred)"))
        await work.connection.execute(text("insert into probe.late values (1), (1)"))
        work.outbox.add(topic(name), message)
        with pytest.raises(IntegrityError):
            await work.commit()
    assert handed == []
    assert await bench.rows("select 1 from probe.outbox") == []


async def test_a_topic_that_does_not_exist_does_not_stop_the_others(bench: Bench) -> None:
    name = await bench.new_topic()
    ids = await _commit(bench, name, 2)
    lost = Outgoing(a_contact_received().id, "probe.nowhere", "k", a_contact_received().contact_id, b"{}")
    sender = Sender(KafkaLink(bench.bootstrap), "probe", bench.engine, tables_in("probe").outbox, MARKS)
    rows = [lost, lost, *[Outgoing(i, name, "k", lost.contact_id, b"{}") for i in ids]]  # type: ignore[arg-type]
    started = time.monotonic()
    assert await sender.send(rows, by="relay") == 2
    assert time.monotonic() - started < 10
    await sender.stop()


async def test_rows_of_a_topic_that_takes_nothing_make_room_for_the_others(bench: Bench) -> None:
    name = await bench.new_topic()
    await bench.execute(
        "insert into probe.outbox (id, topic, key, contact_id, body, created_at) "
        "select gen_random_uuid(), 'probe.missing', 'k', gen_random_uuid(), '', now() - interval '1 hour' "
        "from generate_series(1, 1001)"
    )
    ids = await _commit(bench, name, 3)
    sender = Sender(KafkaLink(bench.bootstrap), "probe", bench.engine, tables_in("probe").outbox, MARKS)
    relay = _relay(bench, sender)
    assert sum([await relay.relay_once() for _ in range(2)]) == len(ids)
    await sender.stop()


async def test_a_relay_that_fails_gives_up_its_office_for_another_to_take(bench: Bench) -> None:
    sender = Sender(KafkaLink(bench.bootstrap), "probe", bench.engine, tables_in("probe").outbox, MARKS)
    relay = _relay(bench, sender)

    async def fails() -> int:
        raise ZeroDivisionError

    relay.relay_once = fails  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError):
        async with bench.engine.connect() as connection:
            await relay._serve_while_elected(connection)

    async def nobody_holds_it() -> bool:
        return await bench.rows("select 1 from pg_locks where locktype = 'advisory'") == []

    await bench.until(nobody_holds_it, "the lock is free", seconds=3)
