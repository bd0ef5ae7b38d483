"""What keeps the queue lists live: a wake-up from PostgreSQL after each commit, and a look every second regardless.

A NOTIFY is lost when nobody listens, so it only shortens the wait; the lists themselves are always read anew.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from services.console.domain.queue import QueueItem
from services.console.domain.tasks import NoticeTask
from services.console.repository.queue_items import CHANGED, PLACED_SHOWN_FOR
from services.console.work import ConsoleWork
from shared.work import OpenWork

log = structlog.get_logger()

LOOK_SECONDS = 1.0
SHARED_FOR_SECONDS = 0.2  # viewers of one list share a reading that is younger than this
REST_AFTER_READING = 4  # times as long as the reading took: bulk load must not turn into a load of readings
MOST_ITEMS = 200  # in one part of a list
MOST_PARTS = 500
MOST_TASKS = 50


class _Listening(Protocol):
    async def add_listener(self, channel: str, callback: Callable[..., None]) -> None: ...

    def add_termination_listener(self, callback: Callable[..., None]) -> None: ...


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A part of one list as read at one instant. queue: None for everything that waits for people.

    number: which part, from 1; total, urgent: how many the whole list has, and how many of them are in danger.
    """

    queue: str | None
    number: int
    total: int
    urgent: int
    items: tuple[QueueItem, ...]
    counts: dict[str, int]
    tasks: tuple[NoticeTask, ...]

    @property
    def danger(self) -> tuple[int, tuple[UUID, ...]]:
        """How many are in danger, and those that this part shows, in its order."""
        return self.urgent, tuple(item.contact_id for item in self.items if item.urgent)

    @property
    def first(self) -> int:
        """The place of its first item in the whole list, from 1."""
        return (self.number - 1) * MOST_ITEMS + 1

    @property
    def is_last(self) -> bool:
        """Whether nothing comes behind it."""
        return self.number * MOST_ITEMS >= self.total


@dataclass(frozen=True, slots=True)
class _Kept:
    good_until: float  # on the monotonic clock
    page: QueuePage
    at: datetime


_Part = tuple[str | None, int]  # a queue, and which part of its list


class LiveQueues:
    """Wakes whoever waits for a change, and reads each list at most a few times a second however many watch it."""

    def __init__(self, engine: AsyncEngine, open_work: OpenWork[ConsoleWork], services: frozenset[str]) -> None:
        """engine: for the listening connection; services: queues where contacts are placed, not waiting."""
        self._engine = engine
        self._open_work = open_work
        self._services = services
        self._changed = asyncio.Event()
        self._kept: dict[_Part, _Kept] = {}
        self._reading: dict[_Part, asyncio.Lock] = {}
        self.stopping = False

    def wake(self) -> None:
        """Something changed: everybody who waits looks now."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def changed(self, within_seconds: float = LOOK_SECONDS) -> None:
        """Wait for a change, or until it is time to look anyway."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), within_seconds)

    def end(self) -> None:
        """Let every live page end: called when the server begins to stop, for it waits until they have."""
        self.stopping = True
        self.wake()

    async def stop(self) -> None:
        """The same, where nobody said that the stop began."""
        self.end()

    async def listen(self) -> None:
        """Hold one connection that hears of every commit; ends when it is lost, and is started again."""
        async with self._engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            raw = await connection.get_raw_connection()
            listening = cast(_Listening, raw.driver_connection)
            await listening.add_listener(CHANGED, lambda *_: self.wake())
            lost = asyncio.Event()
            listening.add_termination_listener(lambda *_: lost.set())
            self.wake()  # Whatever happened while nobody listened.
            try:
                await lost.wait()
            finally:
                await connection.invalidate()  # A listening connection never goes back to the pool.

    async def page(self, queue: str | None, number: int = 1) -> tuple[QueuePage, datetime]:
        """A part of the list of one queue, or of all that wait for people, and the database's time of the reading.

        number: from 1 to MOST_PARTS.
        """
        part = queue, number
        async with self._reading.setdefault(part, asyncio.Lock()):
            began = time.monotonic()
            kept = self._kept.get(part)
            if kept is not None and began < kept.good_until:
                return kept.page, kept.at
            page, at = await self._read_page(queue, number)
            read = time.monotonic()
            good_until = read + max(SHARED_FOR_SECONDS, min(LOOK_SECONDS, REST_AFTER_READING * (read - began)))
            self._kept = {known: kept for known, kept in self._kept.items() if kept.good_until > read}
            self._kept[part] = _Kept(good_until, page, at)
            return page, at

    async def _read_page(self, queue: str | None, number: int) -> tuple[QueuePage, datetime]:
        after = (number - 1) * MOST_ITEMS
        async with self._open_work() as work:
            items: Sequence[QueueItem]
            if queue is not None and queue in self._services:
                items = await work.queue_items.placed_items(queue, work.now - PLACED_SHOWN_FOR, MOST_ITEMS, after)
            else:
                items = await work.queue_items.open_items(None if queue is None else [queue], MOST_ITEMS, after)
            counts = await work.queue_items.counts(work.now)
            urgent = await work.queue_items.urgent(queue)
            tasks = await work.tasks.open_tasks(MOST_TASKS)
        waiting = sum(count for name, count in counts.items() if name not in self._services)
        total = waiting if queue is None else counts.get(queue, 0)
        return QueuePage(queue, number, total, urgent, tuple(items), counts, tuple(tasks)), work.now
