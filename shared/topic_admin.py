"""Applies the topic catalogue to a cluster: creates what is missing, reports what differs, deletes nothing."""

from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from shared.kafka_link import KafkaLink
from shared.topics import MAX_MESSAGE_BYTES, RETENTION_DAYS, Topic, all_topics

_DAY_MILLISECONDS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one topic: created, kept, or differs (its partition count is not the catalogue's)."""

    topic: Topic
    state: str
    partitions: int


def _wanted(topic: Topic, most_partitions: int | None, replication: int) -> NewTopic:
    return NewTopic(
        topic.name,
        num_partitions=min(topic.partitions, most_partitions or topic.partitions),
        replication_factor=replication,
        topic_configs={
            "retention.ms": str(RETENTION_DAYS * _DAY_MILLISECONDS),
            "max.message.bytes": str(MAX_MESSAGE_BYTES),
            "message.timestamp.type": "LogAppendTime",
            "min.insync.replicas": str(max(1, replication - 1)),
        },
    )


async def apply_topics(link: KafkaLink, *, most_partitions: int | None = None, replication: int = 1) -> list[Applied]:
    """Create missing topics on the cluster. most_partitions lowers the counts for a one-node broker.

    Raises KafkaError where the cluster refuses or does not answer.
    """
    admin = AIOKafkaAdminClient(**link.client(), client_id="mash-topics", request_timeout_ms=15_000)
    await admin.start()
    try:
        wanted = {topic.name: _wanted(topic, most_partitions, replication) for topic in all_topics()}
        existing = {
            found["topic"]: len(found["partitions"])
            for found in await admin.describe_topics(list(wanted))
            if found["error_code"] == 0
        }
        missing = [new for name, new in wanted.items() if name not in existing]
        if missing:
            await _create(admin, missing)
        return [_applied(topic, wanted[topic.name].num_partitions, existing.get(topic.name)) for topic in all_topics()]
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, missing: list[NewTopic]) -> None:
    response = await admin.create_topics(missing)
    for _, code, *_ in response.topic_errors:
        if code not in (0, TopicAlreadyExistsError.errno):
            raise for_code(code)


def _applied(topic: Topic, wanted: int, found: int | None) -> Applied:
    if found is None:
        return Applied(topic, "created", wanted)
    return Applied(topic, "kept" if found == wanted else "differs", found)
