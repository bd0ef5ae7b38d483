"""Tries parked work again, one message and one transaction at a time, and lets go of what a newer release can read."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import structlog
from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert

from shared import meters
from shared.database import is_database_away, is_worth_repeating
from shared.errors import PermanentFailure, ReasonCode, TransientFailure
from shared.messages.build import read_message
from shared.parked import put_back, settle, take_head
from shared.quarantine import Record, Rejected, quarantine, unpacked
from shared.sealing import ServiceSeal
from shared.service import Foundation
from shared.stage import Stage
from shared.work import Work

log = structlog.get_logger()

POLL_SECONDS = 1.0
W = TypeVar("W", bound=Work)


class ParkedWorker:
    """The parked work of one service's stages. Several processes may run it: rows are locked while they are tried."""

    def __init__(self, foundation: Foundation[Any], stages: Sequence[Stage[Any, Any]]) -> None:
        """stages: of this process; work of other stages is left to the processes that have them."""
        self._foundation = foundation
        self._stages: Mapping[str, Stage[Any, Any]] = {stage.consumer: stage for stage in stages}

    async def run(self) -> None:
        """Work what is due until cancelled."""
        released = False
        while True:
            try:
                if not released:
                    await self.release_readable()
                    released = True
                while await self.work_one():
                    pass
            except Exception as error:
                if not is_database_away(error):
                    log.error("parked_worker_failed", service=self._foundation.name, exc_info=error)
            await asyncio.sleep(POLL_SECONDS)

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
        await stage.handle_in_time([read_message(stage.message, row.body)], work)

    async def _failed(self, row: Row[Any], failure: Exception) -> None:
        """Count the attempt, in a transaction of its own: time limits and deadlocks of the database count too."""
        tables = self._foundation.tables
        async with self._foundation.open_work() as work:
            if isinstance(failure, PermanentFailure):
                rejected = Rejected(Record(row.topic, -1, -1, row.body), failure.reason, handled=True)
                await quarantine(work.connection, tables.quarantine, self._foundation.seal, row.consumer, [rejected])
                await settle(work.connection, tables, row, "quarantined")
                state, reason = "quarantined", failure.reason
            else:
                reason = _reason(failure)
                state = await put_back(work.connection, tables, row, reason)
            await work.commit()
        log.warning(
            "parked_attempt_failed",
            consumer=row.consumer,
            message_id=str(row.message_id),
            contact_id=str(row.contact_id),
            state=state,
            reason=reason.value,
            exc_info=failure,
        )

    async def release_readable(self) -> int:
        """Give quarantined messages of a once unknown version to the stage that can read them now; returns how many."""
        released = 0
        for stage in self._stages.values():
            async with self._foundation.open_work() as work:
                for row in await self._unsupported(work, stage):
                    await self._park_released(work, stage, row, self._foundation.seal)
                    released += 1
                await work.commit()
        return released

    async def _unsupported(self, work: Work, stage: Stage[Any, Any]) -> Sequence[Row[Any]]:
        table = self._foundation.tables.quarantine
        statement = select(table).where(
            table.c.consumer == stage.consumer,
            table.c.reason == ReasonCode.UNSUPPORTED_VERSION.value,
            table.c.state == "open",
            table.c.type == stage.message.TYPE,
            table.c.major == stage.message.MAJOR,
        )
        return (await work.connection.execute(statement.with_for_update(skip_locked=True))).all()

    async def _park_released(self, work: Work, stage: Stage[Any, Any], row: Row[Any], seal: ServiceSeal) -> None:
        tables = self._foundation.tables
        body = unpacked(seal.open(row.body, stage.consumer))
        message = read_message(stage.message, body)
        claim = insert(tables.inbox).values(message_id=message.id, consumer=stage.consumer).on_conflict_do_nothing()
        if (await work.connection.execute(claim.returning(tables.inbox.c.message_id))).first() is not None:
            values = {
                "message_id": message.id,
                "consumer": stage.consumer,
                "subject": message.subject,
                "contact_id": message.contact_id,
                "topic": row.topic,
                "body": body,
                "reason": ReasonCode.UNSUPPORTED_VERSION.value,
            }
            await work.connection.execute(insert(tables.parked).values(values).on_conflict_do_nothing())
        await work.connection.execute(
            update(tables.quarantine).where(tables.quarantine.c.id == row.id).values(state="released")
        )


def _reason(failure: Exception) -> ReasonCode:
    if isinstance(failure, TransientFailure):
        return failure.reason
    return ReasonCode.TRY_AGAIN if is_worth_repeating(failure) else ReasonCode.RULE_FAILED
