"""Messages leave once they are committed, whoever dies and whatever Kafka forgets."""

import pytest
from aiokafka import AIOKafkaConsumer
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.marks import Marks
from shared.outbox import Outgoing
from shared.relay import Relay
from shared.sealing import KeyEncryption
from shared.sender import Sender
from shared.tables import tables_in
from shared.work import Work, WorkFactory
from tests.builders.messages import a_contact_received
from tests.integration.handling.conftest import Bench, running
from tests.integration.handling.probe import KEK, build, settings_for, topic

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
    sender = Sender(bench.bootstrap, "probe", bench.engine, tables_in("probe").outbox, MARKS)
    assert await _relay(bench, sender).relay_once() == 5
    assert await _relay(bench, sender).relay_once() == 0
    await sender.stop()
    assert len(await _on_topic(bench, name, 5)) == 5
    assert await bench.rows("select count(*) from probe.outbox where published_at is not null") == [(len(ids),)]


async def test_a_unit_that_is_rolled_back_sends_nothing(bench: Bench) -> None:
    name = await bench.new_topic()
    kek = KeyEncryption(settings_for(bench.url, bench.bootstrap).kek_text())
    async with WorkFactory(Work, bench.engine, tables_in("probe"), kek, Nobody())() as work:
        work.outbox.add(topic(name), a_contact_received())
    assert await bench.rows("select 1 from probe.outbox") == []


async def test_rows_stay_unpublished_while_kafka_is_away_and_leave_when_it_is_back(bench: Bench) -> None:
    name = await bench.new_topic()
    ids = await _commit(bench, name, 3)
    lost = Sender("127.0.0.1:1", "probe", bench.engine, tables_in("probe").outbox, MARKS)
    assert await _relay(bench, lost).relay_once() == 0
    await lost.stop()
    assert await bench.rows("select count(*) from probe.outbox where published_at is null") == [(3,)]
    back = Sender(bench.bootstrap, "probe", bench.engine, tables_in("probe").outbox, MARKS)
    assert await _relay(bench, back).relay_once() == len(ids)
    await back.stop()


async def test_one_message_too_large_for_the_broker_does_not_hold_back_the_others(bench: Bench) -> None:
    name = await bench.new_topic()
    ids = await _commit(bench, name, 3)
    sender = Sender(bench.bootstrap, "probe", bench.engine, tables_in("probe").outbox, MARKS)
    oversize = Outgoing(a_contact_received().id, name, "k", a_contact_received().contact_id, b"x" * 9_000_000)
    rows = [oversize, *[Outgoing(i, name, "k", oversize.contact_id, b"{}") for i in ids]]  # type: ignore[arg-type]
    assert await sender.send(rows, by="direct") == 3
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


async def test_a_row_that_kafka_lost_is_sent_again_however_late_it_was_published(bench: Bench) -> None:
    name = await bench.new_topic()
    await _commit(bench, name, 3)
    await bench.execute("update probe.outbox set created_at = now() - interval '1 hour', published_at = now()")
    sender = Sender(bench.bootstrap, "probe", bench.engine, tables_in("probe").outbox, MARKS)
    patient = Relay(
        "probe",
        bench.engine,
        tables_in("probe"),
        sender,
        after_seconds=0,
        reconcile_every_seconds=1,
        reconcile_after_seconds=60,
    )
    assert await patient._reconcile(name, "probe") == 0
    await bench.execute("update probe.outbox set published_at = now() - interval '2 minutes'")
    assert await patient._reconcile(name, "probe") == 3
    await sender.stop()


async def test_what_a_reader_handled_or_quarantined_is_not_sent_again(bench: Bench) -> None:
    name = await bench.new_topic()
    good, bad = a_contact_received(), a_contact_received().model_copy(update={"major": 9})
    await bench.put(name, good, bad)
    async with running(build(settings_for(bench.url, bench.bootstrap), topic(name))):
        await bench.until_rows("select 1 from probe.effects", 1)
        await bench.until_rows("select 1 from probe.quarantine", 1)
    for message in (good, bad):
        await bench.execute(
            "insert into probe.outbox (id, topic, key, contact_id, body, created_at, published_at) values "
            f"('{message.id}', '{name}', 'k', '{message.contact_id}', '', "
            "now() - interval '1 hour', now() - interval '1 hour')"
        )
    sender = Sender(bench.bootstrap, "probe", bench.engine, tables_in("probe").outbox, MARKS)
    assert await _relay(bench, sender)._reconcile(name, "probe") == 0
    await sender.stop()


async def test_a_topic_that_does_not_exist_does_not_stop_the_others(bench: Bench) -> None:
    name = await bench.new_topic()
    ids = await _commit(bench, name, 2)
    lost = Outgoing(a_contact_received().id, "probe.nowhere", "k", a_contact_received().contact_id, b"{}")
    sender = Sender(bench.bootstrap, "probe", bench.engine, tables_in("probe").outbox, MARKS)
    rows = [lost, lost, *[Outgoing(i, name, "k", lost.contact_id, b"{}") for i in ids]]  # type: ignore[arg-type]
    assert await sender.send(rows, by="relay") == 2
    await sender.stop()
