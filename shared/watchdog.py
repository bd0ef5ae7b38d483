"""A consumer can be alive and stuck. Work that lies there and does not move for a minute ends the process, loudly.

Whoever started the process starts it again; what was in hand is redelivered and the inbox knows what was done.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer
from faststream.kafka import KafkaBroker

from shared.batch import BatchRecipe

log = structlog.get_logger()

LOOK_SECONDS = 5.0
STUCK_SECONDS = 60.0


class Watchdog:
    """Watches the consumers of one broker."""

    def __init__(
        self, broker: KafkaBroker, recipes: Mapping[str, BatchRecipe[Any, Any]], on_stuck: Callable[[], None]
    ) -> None:
        """recipes: by consumer group; on_stuck: ends the process."""
        self._broker = broker
        self._recipes = recipes
        self._on_stuck = on_stuck
        self._behind_since: dict[str, float] = {}

    def _consumers(self) -> Mapping[str, AIOKafkaConsumer | None]:
        return {
            str(getattr(subscriber, "group_id", "")): getattr(subscriber, "consumer", None)
            for subscriber in self._broker.subscribers
        }

    def unassigned(self) -> list[str]:
        """Consumer groups this process has joined nothing of: alone in its group, that means it is not reading."""
        return [group for group, consumer in self._consumers().items() if consumer is None or not _joined(consumer)]

    def lag(self) -> dict[str, int]:
        """Records known to lie before each consumer group of this process."""
        return {group: _lag(consumer) for group, consumer in self._consumers().items() if consumer is not None}

    async def run(self) -> None:
        """Look every few seconds, for ever."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.look(time.monotonic())

    def look(self, now: float) -> None:
        """One look: note who is behind, end the process for one that has been behind without progress too long."""
        for group, lag in self.lag().items():
            recipe = self._recipes.get(group)
            if lag == 0 or recipe is None:
                self._behind_since.pop(group, None)
                continue
            since = max(self._behind_since.setdefault(group, now), recipe.handled_at)
            if recipe.waiting_for_database:
                self._behind_since[group] = now
            elif now - since > STUCK_SECONDS:
                log.critical("consumer_stuck", consumer=group, lag=lag, seconds=int(now - since))
                self._on_stuck()


def _joined(consumer: AIOKafkaConsumer) -> bool:
    coordinator = getattr(consumer, "_coordinator", None)
    return bool(consumer.assignment()) or getattr(coordinator, "generation", -1) > 0


def _lag(consumer: AIOKafkaConsumer) -> int:
    total = 0
    for partition in consumer.assignment():
        high = consumer.highwater(partition)
        state = consumer._subscription.subscription.assignment.state_value(partition)
        if high is not None and state is not None and state.has_valid_position:
            total += max(high - state.position, 0)
    return total
