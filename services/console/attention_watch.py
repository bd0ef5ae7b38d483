"""How much needs a person, for the navigation of every page: read at most every few seconds in a process."""

import asyncio
import time

from services.console.domain.attention import AttentionCount
from services.console.work import ConsoleWork
from shared.work import OpenWork

KEPT_FOR_SECONDS = 5.0


class AttentionWatch:
    """The count that pages show. It is read when a page is asked for, so that an idle console asks nothing."""

    def __init__(self, open_work: OpenWork[ConsoleWork]) -> None:
        """open_work: of the console."""
        self._open_work = open_work
        self._reading = asyncio.Lock()
        self._good_until = 0.0
        self.count = AttentionCount()

    async def refresh(self) -> None:
        """Read the count where the one at hand is old."""
        if time.monotonic() < self._good_until:
            return
        async with self._reading:
            if time.monotonic() < self._good_until:
                return
            async with self._open_work() as work:
                self.count = await work.attention.count()
            self._good_until = time.monotonic() + KEPT_FOR_SECONDS

    def forget(self) -> None:
        """Something was settled: the next page reads anew."""
        self._good_until = 0.0
