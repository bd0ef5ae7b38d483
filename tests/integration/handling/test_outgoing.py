"""Messages leave once they are committed, whoever dies and whatever Kafka forgets."""

from aiokafka import AIOKafkaConsumer

from shared.outbox import Outgoing
from shared.relay import Relay
from shared.sealing import KeyEncryption
from shared.sender import Sender
from shared.tables import tables_in
from shared.work import Work, WorkFactory
from tests.builders.messages import a_contact_received
from tests.integration.handling.conftest import Bench
from tests.integration.handling.probe import settings_for, topic


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
    sender = Sender(bench.bootstrap, "probe", bench.engine, tables_in("probe").outbox)
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
    lost = Sender("127.0.0.1:1", "probe", bench.engine, tables_in("probe").outbox)
    assert await _relay(bench, lost).relay_once() == 0
    await lost.stop()
    assert await bench.rows("select count(*) from probe.outbox where published_at is null") == [(3,)]
    back = Sender(bench.bootstrap, "probe", bench.engine, tables_in("probe").outbox)
    assert await _relay(bench, back).relay_once() == len(ids)
    await back.stop()


async def test_one_message_too_large_for_the_broker_does_not_hold_back_the_others(bench: Bench) -> None:
    name = await bench.new_topic()
    ids = await _commit(bench, name, 3)
    sender = Sender(bench.bootstrap, "probe", bench.engine, tables_in("probe").outbox)
    oversize = Outgoing(a_contact_received().id, name, "k", a_contact_received().contact_id, b"x" * 9_000_000)
    rows = [oversize, *[Outgoing(i, name, "k", oversize.contact_id, b"{}") for i in ids]]  # type: ignore[arg-type]
    assert await sender.send(rows, by="direct") == 3
    await sender.stop()
