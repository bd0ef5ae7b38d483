"""A consumer can be alive and stuck. Work that lies there and does not move for a minute ends the process, loudly.

What lies there is asked of Kafka over a connection of its own, against what the group acknowledged: a consumer that is
stuck in fetching knows of no new message, and would call itself up to date. Whoever started the process starts it
again; what was in hand is redelivered and the inbox knows what was done.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from faststream.kafka import KafkaBroker

from shared import meters
from shared.batch import BatchRecipe
from shared.positions import Positions

log = structlog.get_logger()

LOOK_SECONDS = 15.0
UNREADY_SECONDS = 30.0
STUCK_SECONDS = 60.0
PARTITION_STUCK_SECONDS = 600.0  # While others move: a slow consumer comes round to each, a stuck one never does.

ReadPositions = Callable[[], Awaitable[Positions | None]]


class Watchdog:
    """Watches the consumers of one service in this process."""

    def __init__(
        self,
        broker: KafkaBroker,
        recipes: Mapping[str, BatchRecipe[Any, Any]],
        read: ReadPositions,
        on_stuck: Callable[[], None],
    ) -> None:
        """recipes: by consumer group; read: what lies before the service, None where Kafka is away; on_stuck: ends

        the process.
        """
        self._broker = broker
        self._recipes = recipes
        self._read = read
        self._on_stuck = on_stuck
        self._stands: dict[tuple[str, TopicPartition], tuple[int, float]] = {}
        self._stalled: dict[str, float] = {}

    def _consumers(self) -> Mapping[str, AIOKafkaConsumer | None]:
        return {
            str(getattr(subscriber, "group_id", "")): getattr(subscriber, "consumer", None)
            for subscriber in self._broker.subscribers
        }

    def unassigned(self) -> list[str]:
        """Consumer groups this process has joined nothing of: alone in its group, that means it is not reading."""
        return [group for group, consumer in self._consumers().items() if consumer is None or not _joined(consumer)]

    def stalled(self) -> list[str]:
        """Consumer groups before which messages lie, and of which nothing moved for UNREADY_SECONDS."""
        return [group for group, seconds in self._stalled.items() if seconds > UNREADY_SECONDS]

    async def run(self) -> None:
        """Look every few seconds, for ever."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.look(await self._read(), time.monotonic())

    def look(self, positions: Positions | None, now: float) -> None:
        """One look: note who is behind, end the process for one that has been behind without progress too long."""
        if positions is None:  # Nobody moves while Kafka is away: what stands then says nothing.
            self._stands.clear()
            self._stalled.clear()
            return
        for group, consumer in self._consumers().items():
            recipe = self._recipes.get(group)
            if recipe is not None:
                self._look_at(group, recipe, _own(consumer), positions, now)

    def _look_at(
        self,
        group: str,
        recipe: BatchRecipe[Any, Any],
        own: frozenset[TopicPartition] | None,
        positions: Positions,
        now: float,
    ) -> None:
        left = positions.left(recipe.stage.service, [topic.name for topic in recipe.stage.topics])
        left = {partition: at for partition, at in left.items() if own is None or partition in own}
        standing = [self._standing(group, partition, at.acknowledged, now) for partition, at in left.items()]
        self._forget(group, left)
        lag = sum(at.end - at.acknowledged for at in left.values())
        least = min(standing, default=0.0)
        if recipe.in_hand:  # One by one, a batch takes long: each that comes to an end is progress.
            least = min(least, now - recipe.handled_at)
        if recipe.waiting_for_database:
            self._forget(group, {})
            standing, least = [], 0.0
        self._stalled[group] = least
        meters.LAG.labels(group).set(lag)
        meters.STALLED_SECONDS.labels(group).set(least)
        if least > STUCK_SECONDS or max(standing, default=0.0) > PARTITION_STUCK_SECONDS:
            log.critical("consumer_stuck", consumer=group, lag=lag, seconds=int(max(standing)))
            self._on_stuck()

    def _standing(self, group: str, partition: TopicPartition, acknowledged: int, now: float) -> float:
        """For how many seconds nothing of a partition was acknowledged."""
        before, since = self._stands.get((group, partition), (-1, now))
        if before != acknowledged:
            since = now
        self._stands[group, partition] = acknowledged, since
        return now - since

    def _forget(self, group: str, kept: Mapping[TopicPartition, object]) -> None:
        for place in [place for place in self._stands if place[0] == group and place[1] not in kept]:
            del self._stands[place]


def _own(consumer: AIOKafkaConsumer | None) -> frozenset[TopicPartition] | None:
    """The partitions that are this process's to read; None, for all, where it has not even joined its group."""
    if consumer is None or not _joined(consumer):
        return None
    return frozenset(consumer.assignment())


def _joined(consumer: AIOKafkaConsumer) -> bool:
    coordinator = getattr(consumer, "_coordinator", None)
    return bool(consumer.assignment()) or getattr(coordinator, "generation", -1) > 0
