"""Tries parked work again, one message and one transaction at a time, and what a person released from quarantine.

A message that kills the process is marked before it is tried, as in a batch, so that it cannot kill for ever.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import structlog
from sqlalchemy import Row

from shared import meters
from shared.crash_guard import DEATHS, CrashGuard
from shared.database import is_database_away, judged
from shared.errors import PermanentFailure, ReasonCode
from shared.messages.build import read_message
from shared.parked import put_back, settle, take_head
from shared.quarantine import Record, Rejected, quarantine, reopen
from shared.releases import Releases
from shared.service import Foundation
from shared.stage import Stage
from shared.work import Work

log = structlog.get_logger()

POLL_SECONDS = 1.0
_PARKED = -2  # The partition under which marks of parked work stand: no record has it.
W = TypeVar("W", bound=Work)


class ParkedWorker:
    """The parked work of one service's stages. Several processes may run it: rows are locked while they are tried."""

    def __init__(self, foundation: Foundation[Any], stages: Sequence[Stage[Any, Any]]) -> None:
        """stages: of this process; work of other stages is left to the processes that have them."""
        self._foundation = foundation
        self._stages: Mapping[str, Stage[Any, Any]] = {stage.consumer: stage for stage in stages}
        self._releases = Releases(foundation, self._stages)
        self._guards = {
            consumer: CrashGuard(foundation.engine, foundation.tables, consumer) for consumer in self._stages
        }

    async def run(self) -> None:
        """Work what is due until cancelled."""
        released = False
        while True:
            try:
                if not released:
                    await self.release_readable()
                    released = True
                while await self.give_back_one():
                    pass
                while await self.work_one():
                    pass
            except Exception as error:
                if not is_database_away(error):
                    log.error("parked_worker_failed", service=self._foundation.name, exc_info=error)
            await asyncio.sleep(POLL_SECONDS)

    async def release_readable(self) -> None:
        """Release what this process can read and an earlier one could not."""
        await self._releases.release_readable()

    async def give_back_one(self) -> bool:
        """Give the next item that was released from quarantine to its stage; False where there is none."""
        return await self._releases.give_back_one()

    async def work_one(self) -> bool:
        """Try the next due message; False where none is due."""
        row: Row[Any] | None = None
        try:
            async with self._foundation.open_work() as work:
                row = await take_head(work.connection, self._foundation.tables, list(self._stages))
                if row is None:
                    return False
                await self._handle(row, work)
                await settle(work.connection, self._foundation.tables, row, "done")
                await work.commit()
        except Exception as error:
            if row is None or is_database_away(error):
                raise
            await self._failed(row, error)
        else:
            meters.HANDLED.labels(row.consumer, "done").inc()
        return True

    async def _handle(self, row: Row[Any], work: Work) -> None:
        stage = self._stages[row.consumer]
        async with self._guarded(row):
            await stage.handle_in_time([read_message(stage.message, row.body)], work)

    @asynccontextmanager
    async def _guarded(self, row: Row[Any]) -> AsyncIterator[None]:
        """Raises PermanentFailure(CRASHED_REPEATEDLY) for work that killed processes; one death more is one too many

        where a person released it after it had killed before.
        """
        guard, mark = self._guards[row.consumer], [Record(row.topic, _PARKED, row.seq, b"")]
        known = row.reason == ReasonCode.CRASHED_REPEATEDLY.value
        deaths = await guard.begin(mark, batch=False)
        try:
            if deaths >= (1 if known else DEATHS):
                raise PermanentFailure(ReasonCode.CRASHED_REPEATEDLY)
            yield
        finally:
            await guard.ended(mark, batch=False)

    async def _failed(self, row: Row[Any], failure: Exception) -> None:
        """Count the attempt, in a transaction of its own: time limits and deadlocks of the database count too."""
        tables = self._foundation.tables
        async with self._foundation.open_work() as work:
            verdict = judged(failure)
            if isinstance(verdict, PermanentFailure):
                await self._quarantine(row, verdict.reason, work)
                await settle(work.connection, tables, row, "quarantined")
                state = "quarantined"
            else:
                state = await put_back(work.connection, tables, row, verdict.reason)
            await work.commit()
        log.warning(
            "parked_attempt_failed",
            consumer=row.consumer,
            message_id=str(row.message_id),
            contact_id=str(row.contact_id),
            state=state,
            reason=verdict.reason.value,
            exc_info=failure,
        )

    async def _quarantine(self, row: Row[Any], reason: ReasonCode, work: Work) -> None:
        table = self._foundation.tables.quarantine
        if row.quarantine_id is not None:
            await reopen(work.connection, table, row.quarantine_id, reason)
            return
        rejected = Rejected(Record(row.topic, -1, -1, row.body), reason, handled=True, claimed=True)
        await quarantine(work.connection, table, self._foundation.seal, row.consumer, [rejected])
