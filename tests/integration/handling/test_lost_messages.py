"""What Kafka lost is sent again, all of it; what only lies before its reader still is left alone."""

from uuid import UUID

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from structlog.testing import capture_logs

from shared import reconciler as reconciling
from shared.kafka_link import KafkaLink
from shared.positions import read_positions
from shared.reconciler import PAGE, Reconciler
from shared.tables import tables_in
from tests.builders.messages import a_contact_received
from tests.integration.handling.conftest import Bench, running
from tests.integration.handling.probe import build, settings_for, topic

GROUP = "probe.read.routine"


def _reconciler(bench: Bench, after_seconds: float = 60) -> Reconciler:
    return Reconciler(
        "probe", bench.engine, tables_in("probe"), KafkaLink(bench.bootstrap), after_seconds=after_seconds
    )


async def _published(bench: Bench, name: str, count: int, ago: str = "2 minutes") -> None:
    await bench.execute(
        "insert into probe.outbox (id, topic, key, contact_id, body, created_at, published_at) "
        f"select gen_random_uuid(), '{name}', 'k', gen_random_uuid(), '', now() - interval '1 hour', "
        f"now() - interval '{ago}' from generate_series(1, {count})"
    )


async def _acknowledge(bench: Bench, name: str, offset: int) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=bench.bootstrap, group_id=GROUP, enable_auto_commit=False)
    await consumer.start()
    partition = TopicPartition(name, 0)
    consumer.assign([partition])
    await consumer.commit({partition: offset})
    await consumer.stop()


async def test_what_kafka_lost_is_sent_again_however_late_it_was_published(bench: Bench) -> None:
    name = await bench.new_topic()
    await _published(bench, name, 3, ago="1 second")
    assert await _reconciler(bench).look_at([topic(name)]) == 0
    await bench.execute("update probe.outbox set published_at = now() - interval '2 minutes'")
    assert await _reconciler(bench).look_at([topic(name)]) == 3


async def test_one_look_sends_all_that_was_lost(bench: Bench) -> None:
    name = await bench.new_topic()
    await _published(bench, name, 2 * PAGE + 5)
    assert await _reconciler(bench).look_at([topic(name)]) == 2 * PAGE + 5


async def test_what_lies_before_a_reader_that_is_behind_is_not_sent_twice(bench: Bench) -> None:
    name = await bench.new_topic()
    await bench.put(name, b"1", b"2", b"3")
    await _published(bench, name, 3)
    reconciler = _reconciler(bench)
    assert await reconciler.look_at([topic(name)]) == 0
    await _acknowledge(bench, name, 2)
    assert await reconciler.look_at([topic(name)]) == 0
    await _acknowledge(bench, name, 3)
    assert await reconciler.look_at([topic(name)]) == 3
    assert await bench.rows("select count(*) from probe.outbox where published_at is null") == [(3,)]
    assert await reconciler.look_at([topic(name)]) == 0


async def test_a_reader_that_never_catches_up_is_measured_by_where_the_topic_ended_before(bench: Bench) -> None:
    name = await bench.new_topic()
    await bench.put(name, b"1", b"2")
    await _published(bench, name, 3)
    reconciler = _reconciler(bench, after_seconds=0)
    assert await reconciler.look_at([topic(name)]) == 0
    await bench.put(name, b"3", b"4")
    await _published(bench, name, 7, ago="0 seconds")
    await _acknowledge(bench, name, 2)
    assert await reconciler.look_at([topic(name)]) == 3


async def test_a_topic_that_is_not_there_sends_nothing(bench: Bench) -> None:
    await _published(bench, "probe.missing", 3)
    assert await _reconciler(bench).look_at([topic("probe.missing")]) == 0


async def test_nothing_is_known_and_nothing_is_sent_while_kafka_is_away(bench: Bench) -> None:
    assert await read_positions(KafkaLink("127.0.0.1:1"), ["any"], ["probe"]) is None


async def test_what_a_reader_handled_or_quarantined_is_not_sent_again(bench: Bench) -> None:
    name = await bench.new_topic()
    good, bad = a_contact_received(), a_contact_received().model_copy(update={"major": 9})
    await bench.put(name, good, bad)
    async with running(build(settings_for(bench.url, bench.bootstrap), topic(name))):
        await bench.until_rows("select 1 from probe.effects", 1)
        await bench.until_rows("select 1 from probe.quarantine", 1)
    for message in (good, bad):
        await _outbox(bench, name, message.id)
    await _outbox(bench, name, lost := a_contact_received().id)
    assert await _reconciler(bench).look_at([topic(name)]) == 1
    assert await bench.rows("select id from probe.outbox where published_at is null") == [(lost,)]


async def _outbox(bench: Bench, name: str, message_id: UUID) -> None:
    await bench.execute(
        "insert into probe.outbox (id, topic, key, contact_id, body, created_at, published_at) values "
        f"('{message_id}', '{name}', 'k', '{message_id}', '', now() - interval '1 hour', now() - interval '1 hour')"
    )


async def test_who_writes_rings_for_a_reader_that_does_not_move(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciling, "SILENT_SECONDS", 0.0)
    name = await bench.new_topic()
    await bench.put(name, b"1", b"2")
    reconciler = _reconciler(bench)
    with capture_logs() as logs:
        await reconciler.look_at([topic(name)])
        assert logs == []
        await reconciler.look_at([topic(name)])
        assert [(entry["event"], entry["topic"], entry["consumer"]) for entry in logs] == [
            ("reader_not_moving", name, "probe")
        ]
        await _acknowledge(bench, name, 2)
        await reconciler.look_at([topic(name)])
        await reconciler.look_at([topic(name)])
    assert len(logs) == 1
