"""Stages on Kafka through FastStream, with every default that could lose a contact turned round.

Acknowledged only after the work is recorded, from the earliest offset, one batch in flight per consumer, no reply to a
topic that a sender names, a parser that no header can break. `check_subscribers` refuses to start on anything else.
"""

import asyncio
import dataclasses
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage, KafkaMessage
from faststream.kafka.subscriber.usecase import BatchSubscriber
from faststream.message import StreamMessage

from shared import meters
from shared.kafka_link import KafkaLink
from shared.quarantine import Record
from shared.stage import Stage
from shared.tolerant_records import read_tolerantly

log = structlog.get_logger()

ACK_SECONDS = 10.0
GRACEFUL_SECONDS = 25.0
POLL_MILLISECONDS = 5  # FastStream is deaf for this long after an empty poll, which ends after QUIET_MILLISECONDS.
QUIET_MILLISECONDS = 1000
FETCH_MILLISECONDS = 500
PATIENT_BYTES = 256 * 1024

Records = tuple[ConsumerRecord[bytes, bytes], ...]
Handle = Callable[[Sequence[Record]], Awaitable[None]]


class BoundedAck(KafkaAckableMessage):
    """A batch whose acknowledgement cannot hang and cannot fail: the work is durable, the inbox knows a repeat."""

    async def ack(self) -> None:
        """Commit the offsets, within ACK_SECONDS."""
        try:
            async with asyncio.timeout(ACK_SECONDS):
                await super().ack()
        except (KafkaError, TimeoutError) as error:
            meters.ACK_FAILED.labels(_group(self)).inc()
            log.info("ack_failed", exc_info=error)


def _group(message: KafkaMessage) -> str:
    return str(getattr(message.consumer, "_group_id", ""))


async def parse_tolerantly(
    batch: Records, original: Callable[[Records], Awaitable[StreamMessage[Records]]]
) -> StreamMessage[Records]:
    """The batch as a message, whatever its headers hold: FastStream never sees a header, nor a reply address in one.

    It sees the first and the last record alone: what is between has no part in the message it makes.
    """
    parsed: Any = await original(tuple(dataclasses.replace(record, headers=()) for record in (batch[0], batch[-1])))
    return BoundedAck(
        body=parsed.body,
        raw_message=batch,
        headers={},
        batch_headers=[],
        reply_to="",
        content_type=None,
        message_id=parsed.message_id,
        correlation_id=parsed.correlation_id,
        path={},
        consumer=parsed.consumer,
    )


async def leave_raw(message: StreamMessage[Records]) -> list[Record]:
    """The records untouched: reading them is work, and its failures have ends of their own."""
    return [_record(raw) for raw in message.raw_message]


def _record(raw: ConsumerRecord[bytes, bytes]) -> Record:
    return Record(raw.topic, raw.partition, raw.offset, raw.value or b"", _headers(raw), _poisoned(raw))


def _headers(raw: ConsumerRecord[bytes, bytes]) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, value or b"") for name, value in raw.headers)


def _poisoned(raw: ConsumerRecord[bytes, bytes]) -> bool:
    try:
        for name, value in raw.headers:
            name.encode()
            (value or b"").decode()
    except UnicodeError:
        return True
    return False


class AttentiveConsumer(AIOKafkaConsumer):  # type: ignore[misc]
    """Waits for messages instead of asking again and again: FastStream has one time for its poll and its pause."""

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list[ConsumerRecord[bytes, bytes]]]:
        """Messages as soon as there are any; nothing after QUIET_MILLISECONDS, or at once where the consumer stops."""
        patience = max(timeout_ms, QUIET_MILLISECONDS)
        found: dict[TopicPartition, list[ConsumerRecord[bytes, bytes]]] = await super().getmany(
            *partitions, timeout_ms=patience, max_records=max_records
        )
        return found


class AttentiveBroker(KafkaBroker):
    """A broker whose subscribers read by an AttentiveConsumer."""

    async def _connect(self) -> Callable[..., AIOKafkaConsumer]:
        builder: Any = await super()._connect()
        attentive = partial(AttentiveConsumer, *builder.args, **builder.keywords)
        self.config.broker_config.builder = attentive
        return attentive


def make_broker(link: KafkaLink, client_id: str) -> KafkaBroker:
    """A broker that only consumes: messages leave through the outbox alone."""
    read_tolerantly()
    return AttentiveBroker(
        link.bootstrap,
        security=link.security(),
        client_id=client_id,
        consumer_only=True,
        allow_auto_create_topics=False,
        ack_policy=AckPolicy.NACK_ON_ERROR,
        apply_types=False,
        graceful_timeout=GRACEFUL_SECONDS,
        metadata_max_age_ms=30_000,
        logger=logging.getLogger("mash.kafka"),
        log_level=logging.DEBUG,
    )


def subscribe(broker: KafkaBroker, stage: Stage[Any, Any], handle: Handle, *, slot: str, batch_size: int) -> None:
    """Read the topics of a stage in batches. slot: names this process, so that a restart keeps its partitions."""
    subscriber = broker.subscriber(
        *(topic.name for topic in stage.topics),
        batch=True,
        max_records=batch_size,
        batch_timeout_ms=POLL_MILLISECONDS,
        group_id=stage.consumer,
        group_instance_id=f"{stage.consumer}.{slot}" if slot else None,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
        no_reply=True,
        parser=parse_tolerantly,
        decoder=leave_raw,
        session_timeout_ms=30_000,
        heartbeat_interval_ms=3_000,
        max_poll_interval_ms=300_000,
        rebalance_timeout_ms=60_000,
        fetch_max_wait_ms=stage.patience or FETCH_MILLISECONDS,
        fetch_min_bytes=PATIENT_BYTES if stage.patience else 1,
        include_in_schema=False,
    )
    subscriber(handle)


class UnsafeSubscriberError(Exception):
    """A subscriber could lose or misdirect a message; the process must not start."""


def check_subscribers(broker: KafkaBroker) -> None:
    """Refuse to start unless every subscriber is safe. Raises UnsafeSubscriberError naming the group and the fault."""
    for subscriber in broker.subscribers:
        group = getattr(subscriber, "group_id", None)
        arguments = getattr(subscriber, "_connection_args", {})
        faults = [
            text
            for wrong, text in (
                (not isinstance(subscriber, BatchSubscriber), "is not one batch in flight"),
                (not group, "has no group"),
                (subscriber.ack_policy is not AckPolicy.NACK_ON_ERROR, "acknowledges before the work is recorded"),
                (arguments.get("auto_offset_reset") != "earliest", "skips to the end of a topic"),
                (not subscriber._no_reply, "replies where a sender says"),
            )
            if wrong
        ]
        if faults:
            raise UnsafeSubscriberError(f"{group}: {', '.join(faults)}")
