"""The three loads: bulk, steady, and urgent contacts while bulk is in flight."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.mash.bench.door import Accepted, Door, Submission
from deploy.mash.bench.failure import BenchFailed
from deploy.mash.bench.instants import all_is_read, counts, on_a_screen_at, settled_at
from deploy.mash.bench.percentiles import Latency, latency
from deploy.mash.bench.pipeline import Pipeline

Instants = Callable[[AsyncEngine, Sequence[UUID]], Awaitable[dict[UUID, float]]]

AT_ONCE = 4  # bulk exports being submitted at the same time
SETTLE_SECONDS = 240.0
URGENT_EVERY_SECONDS = 0.2
LOOK_SECONDS = 0.5  # Instants come from the database: looking seldom loses nothing and costs the pipeline little.
BACKLOG_BEFORE = "triage"
SETTLING_IN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Bulk:
    """Exports of 500 rows, submitted as fast as they are accepted.

    seconds: from the first submission to the last contact settled; read_seconds: to the last message handled by every
    reader, notices and screens included.
    """

    contacts: int
    accept_seconds: float
    seconds: float
    read_seconds: float

    @property
    def per_second(self) -> float:
        """Contacts a second, settled."""
        return self.contacts / self.seconds


@dataclass(frozen=True, slots=True)
class Steady:
    """Single contacts of all agencies at a steady rate. Durations run from the instant a contact was due to be sent."""

    per_second: float
    settled: Latency
    accept: Latency


@dataclass(frozen=True, slots=True)
class Urgent:
    """Contacts in danger while routine ones are in flight: fewest and most of them while the urgent were sent."""

    fewest_in_flight: int
    most_in_flight: int
    accept: Latency
    on_a_queue: Latency
    on_a_screen: Latency


async def bulk(pipeline: Pipeline, bodies: Sequence[Submission]) -> Bulk:
    """Submit all bodies and wait until their contacts are settled."""
    async with _door(pipeline) as door:
        accepted = await _pour(door, iter(bodies))
    contacts = _contacts(accepted)
    settled = await _wait_settled(pipeline, contacts)
    first = min(one.sent_at for one in accepted)
    await _all_read(pipeline)
    return Bulk(
        contacts=len(contacts),
        accept_seconds=max(one.answered_at for one in accepted) - first,
        seconds=max(settled.values()) - first,
        read_seconds=time.time() - first,
    )


async def steady(pipeline: Pipeline, submissions: Sequence[Submission], per_second: float) -> Steady:
    """Submit one contact after the other at a rate, whatever the answers take, and wait until all are settled."""
    async with _door(pipeline) as door:
        accepted = await _one_every(door, submissions, 1 / per_second)
    settled = await _wait_settled(pipeline, _contacts(accepted))
    await _all_read(pipeline)
    return Steady(
        per_second=per_second,
        settled=latency(settled[contact] - one.wanted_at for one in accepted for contact in one.contacts),
        accept=latency(one.answered_at - one.wanted_at for one in accepted),
    )


async def urgent(
    pipeline: Pipeline, routine: Iterator[Submission], submissions: Sequence[Submission], in_flight: int
) -> Urgent:
    """Bring `in_flight` routine contacts in flight, hold them there, and submit the urgent ones one after the other.

    Triage stands still until so many are accepted: nothing would be in flight for long otherwise.
    """
    async with _door(pipeline) as door:
        flood = _Flood(pipeline, door, routine, in_flight)
        with pipeline.paused(BACKLOG_BEFORE):
            flooding = await _filled(flood)
        try:
            await asyncio.sleep(SETTLING_IN_SECONDS)
            flood.seen.clear()
            accepted = await _one_every(door, submissions, URGENT_EVERY_SECONDS)
        finally:
            flooding.cancel()
            await asyncio.gather(flooding, return_exceptions=True)
    contacts = _contacts(accepted)
    settled = await _complete(pipeline, contacts, settled_at)
    screen = await _complete(pipeline, contacts, on_a_screen_at)
    return Urgent(
        fewest_in_flight=min(flood.seen, default=0),
        most_in_flight=max(flood.seen, default=0),
        accept=latency(one.answered_at - one.wanted_at for one in accepted),
        on_a_queue=latency(settled[contact] - one.wanted_at for one in accepted for contact in one.contacts),
        on_a_screen=latency(screen[contact] - one.wanted_at for one in accepted for contact in one.contacts),
    )


async def _filled(flood: "_Flood") -> asyncio.Task[None]:
    """Start the flood and wait until enough is in flight; returns the task that holds it there."""
    flooding, full = asyncio.create_task(flood.run()), asyncio.create_task(flood.full.wait())
    await asyncio.wait({flooding, full}, timeout=SETTLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    full.cancel()
    if flooding.done():
        flooding.result()  # Raises what ended it.
    if not flood.full.is_set():
        flooding.cancel()
        raise BenchFailed("there were never enough routine contacts in flight")
    return flooding


async def _one_every(door: Door, submissions: Sequence[Submission], seconds: float) -> list[Accepted]:
    """Submit at a steady pace, whatever the answers take."""
    async with asyncio.TaskGroup() as group:
        started, tasks = time.time() + 0.1, []
        for number, submission in enumerate(submissions):
            wanted_at = started + number * seconds
            await asyncio.sleep(max(0.0, wanted_at - time.time()))
            tasks.append(group.create_task(door.submit(submission, wanted_at)))
    return [task.result() for task in tasks]


@asynccontextmanager
async def _door(pipeline: Pipeline) -> AsyncIterator[Door]:
    door = Door(pipeline.base_url, pipeline.tokens)
    try:
        yield door
    finally:
        await door.aclose()


async def _pour(door: Door, bodies: Iterator[Submission]) -> list[Accepted]:
    accepted: list[Accepted] = []

    async def one_after_the_other() -> None:
        for body in bodies:
            accepted.append(await door.submit(body))

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(one_after_the_other())
    return accepted


class _Flood:
    """Routine contacts, submitted as fast as they are accepted until enough are in flight, then held there."""

    def __init__(self, pipeline: Pipeline, door: Door, bodies: Iterator[Submission], in_flight: int) -> None:
        self._pipeline = pipeline
        self._door = door
        self._bodies = bodies
        self._wanted = in_flight
        self.full = asyncio.Event()
        self.seen: list[int] = []  # contacts in flight at each look

    async def run(self) -> None:
        """Submit and look until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._look())
            for _ in range(AT_ONCE):
                group.create_task(self._submit())

    async def _submit(self) -> None:
        for body in self._bodies:
            while self.seen and self.seen[-1] >= self._wanted:  # noqa: ASYNC110 - only the database knows
                await asyncio.sleep(LOOK_SECONDS)
            await self._door.submit(body)

    async def _look(self) -> None:
        while True:
            accepted, settled = await counts(self._pipeline.engine)
            self.seen.append(accepted - settled)
            if accepted - settled >= self._wanted:
                self.full.set()
            await asyncio.sleep(LOOK_SECONDS)


def _contacts(accepted: Sequence[Accepted]) -> list[UUID]:
    return [contact for one in accepted for contact in one.contacts]


async def _wait_settled(pipeline: Pipeline, contacts: Sequence[UUID]) -> dict[UUID, float]:
    """Wait until no contact is in flight; returns when those of `contacts` were settled."""

    async def none_in_flight() -> bool:
        accepted, settled = await counts(pipeline.engine)
        return settled >= accepted

    await _until(pipeline, none_in_flight, "contacts are still in flight")
    return await _complete(pipeline, contacts, settled_at)


async def _complete(pipeline: Pipeline, contacts: Sequence[UUID], read: Instants) -> dict[UUID, float]:
    found: dict[UUID, float] = {}

    async def all_there() -> bool:
        found.update(await read(pipeline.engine, contacts))
        return len(found) == len(contacts)

    await _until(pipeline, all_there, "some contacts were never settled")
    return found


async def _until(pipeline: Pipeline, condition: Callable[[], Awaitable[bool]], otherwise: str) -> None:
    limit = time.monotonic() + SETTLE_SECONDS
    while not await condition():
        pipeline.check()
        if time.monotonic() > limit:
            raise BenchFailed(f"{otherwise} after {SETTLE_SECONDS:.0f} seconds")
        await asyncio.sleep(LOOK_SECONDS)


async def _all_read(pipeline: Pipeline) -> None:
    await _until(pipeline, lambda: all_is_read(pipeline.engine), "messages are still waiting to be read")
