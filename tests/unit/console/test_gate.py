"""The gate before the pool: few at once, the rest in order, and an end to waiting."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services.console.http.gate import Gate
from services.console.http.problems import Refusal
from services.console.work import ConsoleWork
from tests.builders.console_memory import MemoryWork


class Pool:
    """Counts how many units are open at once."""

    def __init__(self) -> None:
        self.open = 0
        self.most = 0
        self.go_on = asyncio.Event()

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[ConsoleWork]:
        self.open += 1
        self.most = max(self.most, self.open)
        yield MemoryWork().as_work
        self.open -= 1


async def _use(gate: Gate, pool: Pool) -> str:
    try:
        async with gate():
            await pool.go_on.wait()
    except Refusal as refusal:
        return f"{refusal.status} {refusal.headers['Retry-After']}"
    return "done"


async def _started(gate: Gate, pool: Pool, count: int) -> list[asyncio.Task[str]]:
    tasks = [asyncio.create_task(_use(gate, pool)) for _ in range(count)]
    for _ in range(5):
        await asyncio.sleep(0)
    return tasks


async def test_a_crowd_waits_its_turn_and_nobody_is_turned_away() -> None:
    pool = Pool()
    tasks = await _started(Gate(pool, at_once=3), pool, 50)
    assert pool.open == 3
    pool.go_on.set()

    assert await asyncio.gather(*tasks) == ["done"] * 50
    assert pool.most == 3


async def test_beyond_the_longest_queue_the_answer_comes_at_once() -> None:
    pool = Pool()
    tasks = await _started(Gate(pool, at_once=1, most_waiting=2), pool, 5)
    assert [task.done() for task in tasks] == [False, False, False, True, True]
    pool.go_on.set()

    assert await asyncio.gather(*tasks) == ["done", "done", "done", "503 5", "503 5"]


async def test_whoever_waited_too_long_is_told_to_come_again_and_leaves_the_queue() -> None:
    pool = Pool()
    gate = Gate(pool, at_once=1, most_waiting=1, longest_wait_seconds=0.01)
    first, second = await _started(gate, pool, 2)
    assert await second == "503 5"
    pool.go_on.set()
    assert await first == "done"

    assert await _use(gate, pool) == "done"


async def test_a_unit_that_fails_gives_its_place_back() -> None:
    pool = Pool()
    gate = Gate(pool, at_once=1)
    with pytest.raises(ZeroDivisionError):
        async with gate():
            raise ZeroDivisionError
    pool.go_on.set()

    assert await _use(gate, pool) == "done"
