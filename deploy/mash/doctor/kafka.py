"""Kafka: whether it answers, has the topics of the catalogue, and keeps enough copies of them."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.mash.doctor.finding import Finding, doubtful, good, wrong
from shared.kafka_diagnosis import why_unreachable
from shared.kafka_link import KafkaLink
from shared.topics import all_topics

ANSWER_WITHIN_SECONDS = 15.0


async def check_kafka(link: KafkaLink) -> AsyncIterator[Finding]:
    """Findings in the order in which one mends them; only the first where it does not answer."""
    admin = AIOKafkaAdminClient(**link.client(), client_id="mash-doctor", request_timeout_ms=10_000)
    try:
        async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
            await admin.start()
            brokers = (await admin.describe_cluster())["brokers"]
            topics = await admin.describe_topics([topic.name for topic in all_topics()])
    except (KafkaError, OSError, TimeoutError):
        yield wrong("Kafka", f"does not answer at {link.bootstrap}", await why_unreachable(link))
        return
    finally:
        await admin.close()
    yield good("Kafka", f"{len(brokers)} {'broker' if len(brokers) == 1 else 'brokers'} at {link.bootstrap}")
    for finding in _topics(topics, len(brokers)):
        yield finding


def _topics(described: Sequence[Mapping[str, Any]], brokers: int) -> list[Finding]:
    there = {one["topic"]: one["partitions"] for one in described if one["error_code"] == 0}
    missing = [topic.name for topic in all_topics() if topic.name not in there]
    if missing:
        return [wrong("topics", f"{len(missing)} are missing, {missing[0]} among them", "run `mash topics`")]
    found = []
    short = [name for name, parts in there.items() if any(len(one["isr"]) < len(one["replicas"]) for one in parts)]
    if short:
        found.append(wrong("topics", f"{len(short)} lack copies, {short[0]} among them", "bring the lost broker back"))
    headless = [name for name, parts in there.items() if any(one["leader"] < 0 for one in parts)]
    if headless:
        found.append(wrong("topics", f"{headless[0]} has a partition without a leader", "bring the lost broker back"))
    copies = min(len(one["replicas"]) for parts in there.values() for one in parts)
    if copies == 1 and brokers > 1:
        remedy = "set MASH_TOPIC_REPLICATION=3 before `mash topics`, and reassign those that are there"
        found.append(doubtful("topics", "there is one copy of each", remedy))
    each = f"{copies} {'copy' if copies == 1 else 'copies'} of each"
    return found or [good("topics", f"all {len(there)} are there, {each}")]
