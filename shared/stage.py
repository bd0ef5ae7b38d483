"""A stage: one kind of message, read by one service, worked by one coroutine."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.errors import ReasonCode, TransientFailure
from shared.messages.envelope import Lane, Message
from shared.topics import Topic
from shared.work import Work

UNIT_SECONDS = 20.0  # Well below Kafka's poll interval and the graceful stop.

M = TypeVar("M", bound=Message)
W = TypeVar("W", bound=Work)


@dataclass(frozen=True)
class Stage(Generic[M, W]):
    """What is read and who works it. `handle` gets the messages of one batch that are no repeats, and the open unit.

    It loads set-based, decides purely, records set-based and adds to the outbox. It never commits and never publishes.
    also: further topics of the same message, read by the same consumer. patience: for how many milliseconds it may wait
    for more at once, because nobody waits for one of them; 0 works each message as soon as it is there.
    """

    service: str
    name: str
    topic: Topic
    message: type[M]
    handle: Callable[[Sequence[M], W], Awaitable[None]]
    also: tuple[Topic, ...] = ()
    patience: int = 0

    @property
    def consumer(self) -> str:
        """The consumer group, and the name under which the inbox remembers what was handled."""
        return f"{self.service}.{self.name}.{self.topic.lane.value}"

    @property
    def topics(self) -> tuple[Topic, ...]:
        """Every topic this stage reads."""
        return (self.topic, *self.also)

    @property
    def urgent(self) -> bool:
        """Urgent work never waits behind parked work of the same child."""
        return self.topic.lane is Lane.URGENT

    async def handle_in_time(self, messages: Sequence[M], work: W) -> None:
        """Work messages within UNIT_SECONDS. Raises TransientFailure(TRY_AGAIN) where that was not enough."""
        try:
            async with asyncio.timeout(UNIT_SECONDS) as limit:
                await self.handle(messages, work)
        except TimeoutError as error:
            if limit.expired():
                raise TransientFailure(ReasonCode.TRY_AGAIN) from error
            raise
