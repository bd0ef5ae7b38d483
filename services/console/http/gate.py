"""Bounds how many units of work requests open at once, so that a crowd waits its turn instead of emptying the pool.

Without it the connections of the process are gone at once, everybody behind waits for the pool's limit together, and
most are turned away although the work of each takes milliseconds.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.console.http.problems import away
from services.console.work import ConsoleWork
from shared.work import OpenWork

AT_ONCE = 6  # units of requests; the rest of the pool is for consumers, live lists and the relay
MOST_WAITING = 1000
LONGEST_WAIT_SECONDS = 20.0


class Gate:
    """Opens units of work in the order asked for. A request holds one unit at a time, so nobody waits for itself."""

    def __init__(
        self,
        open_work: OpenWork[ConsoleWork],
        *,
        at_once: int = AT_ONCE,
        most_waiting: int = MOST_WAITING,
        longest_wait_seconds: float = LONGEST_WAIT_SECONDS,
    ) -> None:
        """open_work: of the console, without a bound."""
        self._open_work = open_work
        self._places = asyncio.Semaphore(at_once)
        self._most_waiting = most_waiting
        self._longest_wait_seconds = longest_wait_seconds
        self._waiting = 0

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[ConsoleWork]:
        """A fresh unit. Raises Refusal 503 where too many wait already, or where the wait was too long."""
        await self._enter()
        try:
            async with self._open_work() as work:
                yield work
        finally:
            self._places.release()

    async def _enter(self) -> None:
        if self._waiting >= self._most_waiting:
            raise away()
        self._waiting += 1
        try:
            async with asyncio.timeout(self._longest_wait_seconds):
                await self._places.acquire()
        except TimeoutError:
            raise away() from None
        finally:
            self._waiting -= 1
