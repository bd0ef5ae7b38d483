"""Sends outbox rows to Kafka and marks them. It may send twice, never forgets: only what is acknowledged is marked.

`acks=all` and idempotence; a producer that hangs or reports an error it cannot retry is thrown away and built anew.
"""

import asyncio
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError
from aiokafka.producer.message_accumulator import BatchBuilder
from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import meters
from shared.database import is_database_away
from shared.errors import ReasonCode
from shared.kafka_link import KafkaLink
from shared.marks import MARK, Marks
from shared.outbox import Outgoing, mark_published, mark_refused
from shared.topics import MAX_MESSAGE_BYTES

log = structlog.get_logger()

SEND_SECONDS = 30.0
START_SECONDS = 10.0
TOPIC_SECONDS = 2.0  # How long a topic that Kafka does not know may hold up the others,
TOPIC_AGAIN_SECONDS = 30.0  # and for how long it is left alone after that.
MARK_SECONDS = 0.1  # What was sent is marked together, after a moment: one statement instead of one for each send.
_HELD_ROWS = 20_000  # Beyond this the relay takes over, from the table.
_FRAME_BYTES = 4096  # more than key, mark and the frames of record and batch take


def partition_of(key: str, count: int) -> int:
    """The partition of a key among `count`: CRC-32, as librdkafka's `consistent`. What shares a key stays in order."""
    return zlib.crc32(key.encode()) % count


@dataclass(slots=True)
class _Done:
    """What became of rows on their way. acknowledged: and when, on the monotonic clock.

    oversize: Kafka will never take them; doubtful: one of them it will not.
    """

    acknowledged: dict[UUID, float] = field(default_factory=dict)
    oversize: list[Outgoing] = field(default_factory=list)
    doubtful: list[Outgoing] = field(default_factory=list)
    fault: BaseException | None = None


class Sender:
    """The producer of one service in one process."""

    def __init__(self, link: KafkaLink, service: str, engine: AsyncEngine, outbox: Table, marks: Marks) -> None:
        """outbox: the service's own; marks: prove who wrote. Connects when it first has something to send."""
        self.link = link
        self._marks = marks
        self._service = service
        self._engine = engine
        self._outbox = outbox
        self._producer: AIOKafkaProducer | None = None
        self._waiting: list[Outgoing] = []
        self._woken = asyncio.Event()
        self._unmarked: dict[UUID, float] = {}
        self._sent = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._closed_until: dict[str, float] = {}
        self.in_hand: set[UUID] = set()

    def hand_over(self, rows: Sequence[Outgoing]) -> None:
        """Send soon. What does not fit in memory is left to the relay, which reads the table."""
        if len(self.in_hand) + len(rows) > _HELD_ROWS:
            return
        self._waiting.extend(rows)
        self.in_hand.update(row.id for row in rows)
        self._woken.set()

    async def run(self) -> None:
        """Send what was handed over, and mark it a little later, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._send_for_ever())
            tasks.create_task(self._mark_for_ever())

    async def _send_for_ever(self) -> None:
        while True:
            await self._woken.wait()
            await self._send_waiting()

    async def _mark_for_ever(self) -> None:
        while True:
            await self._sent.wait()
            await asyncio.sleep(MARK_SECONDS)
            await self._mark_sent()

    async def flush(self) -> None:
        """Send and mark everything handed over so far; failures are left to the relay."""
        await self._send_waiting()
        await self._mark_sent()

    async def _send_waiting(self) -> None:
        self._woken.clear()
        rows, self._waiting = self._waiting, []
        if not rows:
            return
        sent: dict[UUID, float] = {}
        try:
            done = await self._deliver(rows)
            sent = done.acknowledged
            self._unmarked.update(sent)
            self._sent.set()
            await self._give_up(done.oversize)
        except Exception as error:
            if not is_database_away(error):
                raise
        finally:
            self.in_hand.difference_update(row.id for row in rows if row.id not in sent)

    async def _mark_sent(self) -> None:
        """Mark what was sent since the last time. What cannot be marked is sent again by the relay."""
        self._sent.clear()
        sent, self._unmarked = self._unmarked, {}
        try:
            await self._mark(sent, by="direct")
        except asyncio.CancelledError:
            self._unmarked = sent | self._unmarked
            raise
        finally:
            self.in_hand.difference_update(sent)

    async def send(self, rows: Sequence[Outgoing], *, by: str) -> int:
        """Send rows and mark what Kafka acknowledged; returns how many. Never raises for Kafka or database trouble."""
        if not rows:
            return 0
        done = await self._deliver(rows)
        try:
            await self._give_up(done.oversize)
        except Exception as error:
            if not is_database_away(error):
                raise
        return await self._mark(done.acknowledged, by=by)

    async def _deliver(self, rows: Sequence[Outgoing]) -> "_Done":
        async with self._one_at_a_time:
            done = await self._produce(rows)
            for row in done.doubtful:  # The broker takes less than we do: alone, each is taken or is the one.
                alone = await self._produce([row])
                done.acknowledged |= alone.acknowledged
                done.oversize += alone.oversize
                if not (alone.acknowledged or alone.oversize):
                    break
        return done

    async def _mark(self, sent: Mapping[UUID, float], *, by: str) -> int:
        """Mark rows; returns how many. None where the database is away: what comes twice then, the inbox eats."""
        try:
            await mark_published(self._engine, self._outbox, sent)
        except Exception as error:
            if not is_database_away(error):
                raise
            return 0
        meters.PUBLISHED.labels(self._service, by).inc(len(sent))
        return len(sent)

    async def _give_up(self, oversize: Sequence[Outgoing]) -> None:
        """Make rows too large for Kafka a person's task: tried again every second, they would be tried for ever."""
        if not oversize:
            return
        by_id = {row.id: row for row in oversize}
        for row_id in await mark_refused(self._engine, self._outbox, list(by_id), ReasonCode.TOO_LARGE):
            row = by_id[row_id]
            meters.REFUSED.labels(self._service, row.topic).inc()
            ids = {"message_id": str(row.id), "contact_id": str(row.contact_id)}
            log.error("message_too_large", service=self._service, topic=row.topic, size=len(row.body), **ids)

    async def _produce(self, rows: Sequence[Outgoing]) -> _Done:
        """Send and wait; returns what Kafka acknowledged. One topic's or partition's failure does not hold others."""
        done = _Done()
        try:
            async with asyncio.timeout(SEND_SECONDS):
                producer = await self._ready()
                topics = _grouped(rows, lambda row: row.topic)
                await asyncio.gather(*(self._send_topic(producer, *of_topic, done) for of_topic in topics.items()))
        except (KafkaError, TimeoutError, OSError) as error:
            done.fault = error
        if done.fault is not None:
            count = len(rows) - len(done.acknowledged)
            log.warning("send_failed", service=self._service, count=count, exc_info=done.fault)
            await self._renew()
        return done

    async def _send_topic(
        self, producer: AIOKafkaProducer, topic: str, rows: Sequence[Outgoing], done: "_Done"
    ) -> None:
        """A topic that Kafka does not know is left alone for a while."""
        if time.monotonic() < self._closed_until.get(topic, 0.0):
            return
        try:
            async with asyncio.timeout(TOPIC_SECONDS):
                count = len(await producer.partitions_for(topic))
        except (KafkaError, TimeoutError) as error:
            self._closed_until[topic] = time.monotonic() + TOPIC_AGAIN_SECONDS
            log.warning("topic_takes_nothing", service=self._service, topic=topic, exc_info=error)
            return
        partitions = _grouped(rows, lambda row: partition_of(row.key, count))
        await asyncio.gather(
            *(self._send_partition(producer, topic, number, of_it, done) for number, of_it in partitions.items())
        )

    async def _send_partition(
        self, producer: AIOKafkaProducer, topic: str, partition: int, rows: Sequence[Outgoing], done: "_Done"
    ) -> None:
        """In order: after a failure nothing that stands behind it is sent."""
        try:
            for batch, in_it in self._batches(producer, rows, done):
                await asyncio.shield(await producer.send_batch(batch, topic, partition=partition))
                done.acknowledged.update(dict.fromkeys((row.id for row in in_it), time.monotonic()))
        except (MessageSizeTooLargeError, RecordListTooLargeError) as error:
            (done.oversize if len(in_it) == 1 else done.doubtful).extend(in_it)
            done.fault = error  # The broker misses the number of this batch now: only a new producer begins anew.
        except KafkaError as error:
            done.fault = error

    def _batches(
        self, producer: AIOKafkaProducer, rows: Sequence[Outgoing], done: "_Done"
    ) -> Iterator[tuple[BatchBuilder, list[Outgoing]]]:
        """Rows packed as full as a batch may be; what no batch can hold is oversize."""
        batch, in_it = producer.create_batch(), list[Outgoing]()
        for row in rows:
            if len(row.body) + _FRAME_BYTES > MAX_MESSAGE_BYTES:
                done.oversize.append(row)
                continue
            headers = [(MARK, self._marks.mark(self._service, row.topic, row.body))]
            record = {"timestamp": None, "key": row.key.encode(), "value": row.body, "headers": headers}
            if batch.append(**record) is None:
                yield batch, in_it
                batch, in_it = producer.create_batch(), []
                batch.append(**record)
            in_it.append(row)
        if in_it:
            yield batch, in_it

    async def _ready(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                **self.link.client(),
                client_id=f"mash-{self._service}",
                acks="all",
                enable_idempotence=True,
                max_request_size=MAX_MESSAGE_BYTES,
                max_batch_size=256 * 1024,
                linger_ms=0,
                request_timeout_ms=15_000,
            )
            try:
                async with asyncio.timeout(START_SECONDS):
                    await producer.start()
            except BaseException:
                await _stopped(producer)
                raise
            self._producer = producer
        return self._producer

    async def _renew(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            meters.PRODUCER_RENEWED.labels(self._service).inc()
            await _stopped(producer)

    async def stop(self) -> None:
        """Send what is still in hand, briefly, and close."""
        try:
            async with asyncio.timeout(5):
                await self.flush()
        except TimeoutError:
            log.info("flush_left_to_relay", service=self._service, count=len(self.in_hand))
        await self._renew()


K = TypeVar("K")


def _grouped(rows: Sequence[Outgoing], key: Callable[[Outgoing], K]) -> dict[K, list[Outgoing]]:
    groups: dict[K, list[Outgoing]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


async def _stopped(producer: AIOKafkaProducer) -> None:
    """Close a producer without waiting on a broker that does not answer."""
    try:
        async with asyncio.timeout(2):
            await producer.stop()
    except (KafkaError, TimeoutError, OSError):
        log.info("producer_abandoned")
