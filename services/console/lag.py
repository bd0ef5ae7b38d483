"""How far each consumer group is behind, asked of Kafka itself; where Kafka does not answer, the page says so."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from shared.kafka_link import KafkaLink

log = structlog.get_logger()

ANSWER_WITHIN_SECONDS = 3.0
KEPT_FOR_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Lag:
    """One consumer group: messages it has not acknowledged, over so many partitions it has a position in."""

    group: str
    behind: int
    partitions: int


class LagReader:
    """Asks at most every few seconds, however often the page is loaded."""

    def __init__(self, link: KafkaLink) -> None:
        """link: to the cluster."""
        self._link = link
        self._kept: tuple[float, Sequence[Lag] | None] | None = None
        self._asking = asyncio.Lock()

    async def read(self) -> Sequence[Lag] | None:
        """The groups of this system, most behind first, or None where Kafka did not answer in time."""
        async with self._asking:
            if self._kept is None or time.monotonic() - self._kept[0] > KEPT_FOR_SECONDS:
                self._kept = (time.monotonic(), await self._ask())
            return self._kept[1]

    async def _ask(self) -> Sequence[Lag] | None:
        admin = AIOKafkaAdminClient(**self._link.client(), request_timeout_ms=2000)
        consumer = AIOKafkaConsumer(**self._link.client(), request_timeout_ms=2000)
        try:
            async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
                await admin.start()
                await consumer.start()
                return await _lags(admin, consumer)
        except (KafkaError, OSError, TimeoutError) as error:
            log.info("lag_not_read", exc_info=error)
            return None
        finally:
            await asyncio.gather(_close(admin), consumer.stop(), return_exceptions=True)


async def _close(admin: AIOKafkaAdminClient) -> None:
    await admin.close()


async def _lags(admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer) -> Sequence[Lag]:
    groups = [name for name, _ in await admin.list_consumer_groups()]
    asked = [admin.list_consumer_group_offsets(group) for group in groups]
    positions: list[Mapping[TopicPartition, object]] = list(await asyncio.gather(*asked))
    every = {partition for held in positions for partition in held}
    ends: Mapping[TopicPartition, int] = await consumer.end_offsets(list(every)) if every else {}
    found = [
        Lag(group, sum(max(0, ends[p] - int(getattr(at, "offset", 0))) for p, at in held.items()), len(held))
        for group, held in zip(groups, positions, strict=True)
        if held
    ]
    return sorted(found, key=lambda lag: (-lag.behind, lag.group))
