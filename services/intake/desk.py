"""Accepts concurrently sent submissions in shared transactions. A caller may go away; its submission is finished.

While one transaction runs, what arrives meanwhile waits and then goes together into the next: alone it never waits.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence

import structlog

from services.intake.accept import Outcome
from services.intake.submission import Submission
from services.intake.work import IntakeWork
from shared.database import is_database_away, is_worth_repeating
from shared.work import OpenWork, uninterrupted

log = structlog.get_logger()

MOST_SUBMISSIONS = 64
MOST_CONTACTS = 300
TRIES = 5

Accept = Callable[[IntakeWork, Sequence[Submission]], Awaitable[list[Outcome]]]
_Waiting = tuple[Submission, "asyncio.Future[Outcome]"]


class Desk:
    """Where submissions of one lane queue for the next transaction."""

    def __init__(self, open_work: OpenWork[IntakeWork], accept: Accept) -> None:
        """accept: the unit; it may be run again for the same submissions after a rollback."""
        self._open_work = open_work
        self._accept = accept
        self._waiting: list[_Waiting] = []
        self._running: asyncio.Task[None] | None = None

    async def take(self, submission: Submission) -> Outcome:
        """The outcome once it is committed. Raises what the database says where nothing could be recorded.

        Cancelling the caller does not cancel the submission.
        """
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        future.add_done_callback(_look_at)
        self._waiting.append((submission, future))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._work_off(), name="intake.desk")
        return await asyncio.shield(future)

    async def finish(self) -> None:
        """Wait until everything that was taken is finished."""
        while self._running is not None and not self._running.done():
            await uninterrupted(self._running)

    async def _work_off(self) -> None:
        while self._waiting:
            batch = self._next_batch()
            for future, result in await self._settled(batch):
                if isinstance(result, BaseException):
                    future.set_exception(result)
                else:
                    future.set_result(result)

    def _next_batch(self) -> list[_Waiting]:
        """The longest waiting, no two with the same idempotency key: the second must see what became of the first."""
        batch: list[_Waiting] = []
        left: list[_Waiting] = []
        keys: set[str] = set()
        contacts = 0
        for entry in self._waiting:
            submission = entry[0]
            full = len(batch) >= MOST_SUBMISSIONS or (batch and contacts + submission.weight > MOST_CONTACTS)
            if full or submission.key.value in keys:
                left.append(entry)
                continue
            keys.add(submission.key.value)
            contacts += submission.weight
            batch.append(entry)
        self._waiting = left
        return batch

    async def _settled(
        self, batch: Sequence[_Waiting]
    ) -> list[tuple["asyncio.Future[Outcome]", Outcome | BaseException]]:
        """The outcome or the error of each; where a batch fails for another reason than the database, one by one."""
        try:
            outcomes = await self._unit([submission for submission, _ in batch])
        except Exception as error:
            if len(batch) == 1 or is_database_away(error):
                if not is_database_away(error):
                    log.error("accept_failed", receipt_id=str(batch[0][0].receipt_id), exc_info=error)
                return [(future, error) for _, future in batch]
            return [settled for entry in batch for settled in await self._settled([entry])]
        return [(future, outcome) for (_, future), outcome in zip(batch, outcomes, strict=True)]

    async def _unit(self, submissions: Sequence[Submission]) -> list[Outcome]:
        for attempt in range(1, TRIES + 1):
            try:
                async with self._open_work() as work:
                    outcomes = await self._accept(work, submissions)
                    await work.commit()
                    return outcomes
            except Exception as error:
                if attempt == TRIES or not is_worth_repeating(error):
                    raise
                log.info("accept_repeated", attempts=attempt, exc_info=error)
                await asyncio.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 - spreads retries, no secret
        raise AssertionError("unreachable: the last attempt returns or raises")


def _look_at(future: "asyncio.Future[Outcome]") -> None:
    """Nobody may be waiting any more; an unread exception would only be a line of noise."""
    if not future.cancelled():
        future.exception()
