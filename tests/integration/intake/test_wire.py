"""What is answered 201 or 202 leaves intake: real bodies through HTTP and PostgreSQL to a real Kafka."""

from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaConsumer

from shared.kafka_link import KafkaLink
from shared.messages.build import read_message
from shared.messages.contact_received import ContactReceived
from shared.topic_admin import apply_topics
from shared.topics import CONTACT_RECEIVED, MAX_MESSAGE_BYTES
from tests.builders.contacts import a_form, a_row, a_table, as_json
from tests.integration.intake.conftest import Door, opened, settings_for

CHILDREN = [{"first": f"K{n}", "last": "Example", "dob": "2015-01-01"} for n in range(300)]
BODIES = {
    "3 MB of control characters": ("school", a_table(a_row(Description="x" + "\x01" * 3_000_000 + "x")), 1),
    "3.9 million euro signs": (
        "school",
        a_table(a_row(IncidentRef="2", Description="\u20ac" * 3_900_000)).decode().encode("cp1252"),
        1,
    ),
    "a long story for 300": ("vcs", as_json(a_form(child=CHILDREN, concern={"whatHappened": "Late. " * 600_000})), 300),
}


@pytest.fixture
async def open_door(database: str, kafka_bootstrap: str) -> AsyncIterator[Door]:
    await apply_topics(KafkaLink(kafka_bootstrap), most_partitions=1)
    async with opened(settings_for(database, kafka_bootstrap=kafka_bootstrap)) as door:
        yield door
        await door.service.foundation.sender.stop()


async def test_what_grows_on_its_way_still_fits_and_reaches_kafka(open_door: Door, kafka_bootstrap: str) -> None:
    expected: set[str] = set()
    for kind, body, count in BODIES.values():
        answer = await open_door.send(kind, body)
        assert answer.status_code == 202
        assert len(answer.json()["contacts"]) == count
        expected |= {contact["contact_id"] for contact in answer.json()["contacts"]}
    await open_door.service.foundation.sender.flush()
    assert await open_door.rows("select count(*) from intake.outbox where published_at is null") == [(0,)]
    assert await received(kafka_bootstrap, expected) == expected


async def received(bootstrap: str, expected: set[str]) -> set[str]:
    """Which of the expected contacts Kafka holds."""
    found: set[str] = set()
    names = [topic.name for topic in CONTACT_RECEIVED.values()]
    consumer = AIOKafkaConsumer(
        *names,
        bootstrap_servers=bootstrap,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=MAX_MESSAGE_BYTES,
        fetch_max_bytes=4 * MAX_MESSAGE_BYTES,
    )
    await consumer.start()
    try:
        while not found >= expected:
            records = await consumer.getmany(timeout_ms=15_000)
            if not records:
                break
            for record in (record for batch in records.values() for record in batch):
                found.add(str(read_message(ContactReceived, record.value).contact_id))
    finally:
        await consumer.stop()
    return found & expected
