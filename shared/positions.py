"""How far readers are on Kafka: what tells a message that was lost from one that still lies before its reader."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from shared.kafka_link import KafkaLink

log = structlog.get_logger()

ANSWER_WITHIN_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Left:
    """What lies before a reader in one partition: from the first not acknowledged to the end."""

    acknowledged: int
    end: int


@dataclass(frozen=True, slots=True)
class Positions:
    """At one time: where each partition begins and ends, and how far the groups of each reader acknowledged it."""

    begins: Mapping[TopicPartition, int]
    ends: Mapping[TopicPartition, int]
    acknowledged: Mapping[str, Mapping[TopicPartition, int]]

    def ends_of(self, topic: str) -> dict[TopicPartition, int]:
        """The ends of one topic's partitions; empty where Kafka does not know the topic."""
        return {partition: end for partition, end in self.ends.items() if partition.topic == topic}

    def left(self, reader: str, topics: Iterable[str]) -> dict[TopicPartition, Left]:
        """The partitions of topics in which messages lie that a reader has not acknowledged."""
        given, wanted = self.acknowledged.get(reader, {}), set(topics)
        found = {
            partition: Left(max(given.get(partition, -1), self.begins.get(partition, 0)), end)
            for partition, end in self.ends.items()
            if partition.topic in wanted
        }
        return {partition: left for partition, left in found.items() if left.end > left.acknowledged}

    def passed(self, reader: str, marks: Mapping[TopicPartition, int]) -> bool:
        """Whether a reader acknowledged all that lay before `marks`. What was never acknowledged was not passed."""
        given = self.acknowledged.get(reader, {})
        return all(given.get(p, -1) >= mark or self.begins.get(p, 0) >= mark for p, mark in marks.items())


async def read_positions(link: KafkaLink, topics: Iterable[str], readers: Iterable[str]) -> Positions | None:
    """Positions of topics and readers (services: their groups are named after them); None where Kafka is away."""
    admin = AIOKafkaAdminClient(**link.client(), client_id="mash-positions", request_timeout_ms=5000)
    consumer = AIOKafkaConsumer(**link.client(), client_id="mash-positions", request_timeout_ms=5000)
    try:
        async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
            await admin.start()
            await consumer.start()
            return await _read(admin, consumer, set(topics), set(readers))
    except (KafkaError, OSError, TimeoutError) as error:
        log.info("positions_not_read", exc_info=error)
        return None
    finally:
        await asyncio.gather(admin.close(), consumer.stop(), return_exceptions=True)


async def _read(
    admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer, topics: set[str], readers: set[str]
) -> Positions:
    acknowledged: dict[str, dict[TopicPartition, int]] = {reader: {} for reader in readers}
    for group, _ in await admin.list_consumer_groups():
        reader = group.partition(".")[0]
        if reader in readers:
            for partition, given in (await admin.list_consumer_group_offsets(group)).items():
                if partition.topic in topics:
                    acknowledged[reader][partition] = max(given.offset, acknowledged[reader].get(partition, -1))
    partitions = [
        TopicPartition(found["topic"], partition["partition"])
        for found in await admin.describe_topics(sorted(topics))
        if found["error_code"] == 0  # Asking for the end of a topic that is not there waits for it.
        for partition in found["partitions"]
    ]
    if not partitions:
        return Positions({}, {}, acknowledged)
    # In this order: what is acknowledged was read before the ends, so it is never ahead of what it is compared with.
    return Positions(await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions), acknowledged)
