"""The embedded Kafka: what it acknowledged outlives kill -9, and only this machine can reach it."""

from collections.abc import Iterator

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import UnknownTopicOrPartitionError

from deploy.mash.embedded.kafka import EmbeddedKafka


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    """One for all: each test has a topic of its own and leaves the broker running."""
    started = EmbeddedKafka(tmp_path_factory.mktemp("broker") / "kafka")
    started.start()
    yield started
    started.kill()


async def _make_topic(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1)])
    await admin.close()


async def _topics(bootstrap: str) -> set[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        return set(await admin.list_topics())
    finally:
        await admin.close()


async def _send(bootstrap: str, topic: str, *bodies: bytes) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", request_timeout_ms=5000, max_request_size=16 * 1024 * 1024
    )
    await producer.start()
    try:
        for body in bodies:
            await producer.send_and_wait(topic, body, timestamp_ms=1)
    finally:
        await producer.stop()


async def _read(bootstrap: str, topic: str, count: int) -> list[tuple[int, int]]:
    """Size and timestamp type of the first `count` records."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, 0)])
        records = [await consumer.getone() for _ in range(count)]
        return [(len(record.value or b""), record.timestamp_type) for record in records]
    finally:
        await consumer.stop()


async def test_acknowledged_records_outlive_kill_and_restart_at_the_same_address(broker: EmbeddedKafka) -> None:
    bootstrap = broker.bootstrap
    await _make_topic(bootstrap, "kept")
    await _send(bootstrap, "kept", b"1", b"22")
    broker.kill()
    broker.start()
    assert broker.bootstrap == bootstrap
    assert [size for size, _ in await _read(bootstrap, "kept", 2)] == [1, 2]


async def test_records_carry_the_brokers_time_whatever_a_producer_says(broker: EmbeddedKafka) -> None:
    await _make_topic(broker.bootstrap, "timed")
    await _send(broker.bootstrap, "timed", b"1")
    assert await _read(broker.bootstrap, "timed", 1) == [(1, 1)]  # 1 is LogAppendTime.


async def test_a_record_may_have_eight_mebibytes(broker: EmbeddedKafka) -> None:
    await _make_topic(broker.bootstrap, "large")
    size = 8 * 1024 * 1024 - 1024
    await _send(broker.bootstrap, "large", b"x" * size)
    assert [found for found, _ in await _read(broker.bootstrap, "large", 1)] == [size]


async def test_a_topic_that_nobody_declared_is_not_made_by_writing_to_it(broker: EmbeddedKafka) -> None:
    with pytest.raises(UnknownTopicOrPartitionError):
        await _send(broker.bootstrap, "undeclared", b"1")
    assert "undeclared" not in await _topics(broker.bootstrap)


def test_every_listener_is_on_loopback(broker: EmbeddedKafka) -> None:
    assert broker.pid is not None
    listening = [
        connection.laddr.ip
        for connection in psutil.Process(broker.pid).net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert {address.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}
    assert len(listening) == 2


async def test_wiped_topics_are_gone_and_the_address_stays(broker: EmbeddedKafka) -> None:
    bootstrap = broker.bootstrap
    await _make_topic(bootstrap, "wiped")
    broker.wipe()
    broker.start()
    assert broker.bootstrap == bootstrap
    assert await _topics(bootstrap) == set()
