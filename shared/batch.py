"""The batch recipe: one transaction from inbox to outbox, then the acknowledgement. The one way messages are handled.

Every message ends in exactly one of: done, duplicate, parked, quarantined. Where not even that can be recorded, because
PostgreSQL is away, the batch is not acknowledged: it waits and is tried again.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import meters
from shared.crash_guard import DEATHS, CrashGuard, first_of_each_partition
from shared.database import is_database_away, is_worth_repeating, judged
from shared.errors import PermanentFailure, ReasonCode
from shared.marks import Marks, by_name
from shared.messages.build import read_message
from shared.messages.envelope import Message
from shared.parked import ToPark, blocked_subjects, park
from shared.quarantine import Record, Rejected, quarantine
from shared.sealing import ServiceSeal
from shared.stage import Stage
from shared.tables import StandardTables
from shared.work import OpenWork, Work, uninterrupted

log = structlog.get_logger()

M = TypeVar("M", bound=Message)
W = TypeVar("W", bound=Work)

REPEATS = 5
LONGEST_WAIT_SECONDS = 30.0


class NotRecordedError(Exception):
    """Nothing about this batch could be written down: it must not be acknowledged."""


@dataclass(frozen=True, slots=True)
class Arrived(Generic[M]):
    """A readable message and the record it came in."""

    message: M
    record: Record = field(repr=False)


class BatchRecipe(Generic[M, W]):
    """Handles the batches of one stage, one at a time."""

    def __init__(
        self,
        stage: Stage[M, W],
        open_work: OpenWork[W],
        engine: AsyncEngine,
        tables: StandardTables,
        seal: ServiceSeal,
        marks: Marks,
    ) -> None:
        """engine: for the crash guard's own short transactions; marks: nothing is read that they do not prove."""
        self.stage = stage
        self._open_work = open_work
        self._tables = tables
        self._seal = seal
        self._marks = marks
        self._topics = by_name(stage.topics)
        self._guard = CrashGuard(engine, tables, stage.consumer)
        self._claims = text(
            f"insert into {tables.inbox.fullname} (message_id, consumer) "
            "select unnest(cast(:ids as uuid[])), :consumer on conflict do nothing returning message_id"
        )
        self._proven: set[tuple[str, int]] = set()  # Partitions of which a first batch came to an end here.
        self._waits = 0
        self._database_away = False
        self.handled_at = time.monotonic()  # When a batch began, or anything of it last came to an end.
        self.in_hand = False

    @property
    def waiting_for_database(self) -> bool:
        """True while PostgreSQL is away: standing still is right then, and for no other reason."""
        return self._database_away

    async def __call__(self, records: Sequence[Record]) -> None:
        """Bring every record to one of its ends. Raises NotRecordedError, after a pause, where nothing was written."""
        started = time.perf_counter()
        self.handled_at, self.in_hand = time.monotonic(), True
        try:
            await uninterrupted(asyncio.ensure_future(self._handle(records)))
        except Exception as error:
            self._database_away = is_database_away(error)
            if not self._database_away:
                log.error("batch_not_recorded", consumer=self.stage.consumer, count=len(records), exc_info=error)
            meters.NOT_RECORDED.labels(self.stage.consumer).inc()
            await self._wait()
            raise NotRecordedError from error
        finally:
            self.in_hand = False
        self._waits, self._database_away = 0, False
        self.handled_at = time.monotonic()
        meters.BATCH_SECONDS.labels(self.stage.consumer).observe(time.perf_counter() - started)

    async def _wait(self) -> None:
        self._waits += 1
        longest = min(LONGEST_WAIT_SECONDS, 2.0 ** (self._waits - 1))
        if self._database_away:
            log.warning("database_away", consumer=self.stage.consumer, attempts=self._waits)
        await asyncio.sleep(longest * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret

    async def _handle(self, records: Sequence[Record]) -> None:
        firsts = [record for record in first_of_each_partition(records) if _partition(record) not in self._proven]
        if not firsts:
            await self._handle_together(records)
            return
        if await self._guard.begin(firsts, batch=True) >= DEATHS:
            await self._handle_carefully(records)
        else:
            await self._handle_together(records)
        await self._guard.ended(firsts, batch=True)
        self._proven.update(_partition(record) for record in firsts)

    async def _handle_carefully(self, records: Sequence[Record]) -> None:
        for record in records:
            if await self._guard.begin([record], batch=False) >= DEATHS:
                await self._quarantine_alone(Rejected(record, self._unproven(record) or ReasonCode.CRASHED_REPEATEDLY))
            else:
                await self._handle_together([record])
            await self._guard.ended([record], batch=False)

    async def _handle_together(self, records: Sequence[Record]) -> None:
        arrived, rejected = self._read(records)
        try:
            await self._repeatedly(arrived, rejected)
        except Exception as error:
            if is_database_away(error):
                raise
            log.info("batch_split", consumer=self.stage.consumer, count=len(records), exc_info=error)
            for item in rejected:
                await self._quarantine_alone(item)
            for one in arrived:
                await self._handle_alone(one)

    def _read(self, records: Sequence[Record]) -> tuple[list[Arrived[M]], list[Rejected]]:
        arrived: list[Arrived[M]] = []
        rejected: list[Rejected] = []
        for record in records:
            fault = self._unproven(record) or (ReasonCode.POISON_HEADER if record.poisoned else None)
            if fault is not None:
                rejected.append(Rejected(record, fault))
                continue
            try:
                arrived.append(Arrived(read_message(self.stage.message, record.body), record))
            except PermanentFailure as failure:
                rejected.append(Rejected(record, failure.reason))
        return arrived, rejected

    def _unproven(self, record: Record) -> ReasonCode | None:
        return self._marks.fault(self._topics[record.topic], record.body, record.headers)

    async def _repeatedly(self, arrived: Sequence[Arrived[M]], rejected: Sequence[Rejected]) -> None:
        """Run the unit; deadlocks and time limits of the database repeat the whole of it."""
        for attempt in range(1, REPEATS + 1):
            try:
                await self._unit(arrived, rejected)
            except Exception as error:
                if attempt == REPEATS or not is_worth_repeating(error):
                    raise
                await asyncio.sleep(0.05 * attempt * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, not a secret
            else:
                return

    async def _unit(self, arrived: Sequence[Arrived[M]], rejected: Sequence[Rejected]) -> None:
        consumer = self.stage.consumer
        async with self._open_work() as work:
            fresh, repeats = await self._claim(work, arrived)
            ready, behind = await self._in_turn(work, fresh)
            await park(
                work.connection, self._tables, consumer, [_to_park(a, ReasonCode.BEHIND_PARKED, 0) for a in behind]
            )
            if ready:
                await self.stage.handle_in_time([one.message for one in ready], work)
            await quarantine(work.connection, self._tables.quarantine, self._seal, consumer, rejected)
            await work.commit()
        _count(consumer, done=len(ready), duplicate=repeats, parked=len(behind), quarantined=len(rejected))
        if ready:
            age = time.time() - ready[0].message.occurred_at.timestamp()
            meters.AGE_SECONDS.labels(consumer).observe(max(age, 0.0))

    async def _claim(self, work: W, arrived: Sequence[Arrived[M]]) -> tuple[list[Arrived[M]], int]:
        """The messages nobody has handled yet, each claimed for this transaction, and how many were repeats."""
        if not arrived:
            return [], 0
        by_id: dict[UUID, Arrived[M]] = {}
        for one in arrived:
            by_id.setdefault(one.message.id, one)
        names = {"ids": sorted(by_id), "consumer": self.stage.consumer}
        claimed = set((await work.connection.execute(self._claims, names)).scalars())
        fresh = [one for one_id, one in by_id.items() if one_id in claimed]
        return fresh, len(arrived) - len(fresh)

    async def _in_turn(self, work: W, fresh: list[Arrived[M]]) -> tuple[list[Arrived[M]], list[Arrived[M]]]:
        """Split into what may be worked now and what stands behind parked work of its subject."""
        if self.stage.urgent or not fresh:
            return fresh, []
        subjects = {one.message.subject for one in fresh}
        blocked = await blocked_subjects(work.connection, self._tables, self.stage.consumer, subjects)
        if not blocked:
            return fresh, []
        ready = [one for one in fresh if one.message.subject not in blocked]
        return ready, [one for one in fresh if one.message.subject in blocked]

    async def _handle_alone(self, one: Arrived[M]) -> None:
        try:
            await self._repeatedly([one], [])
        except Exception as error:
            if is_database_away(error):
                raise
            verdict = judged(error)
            if isinstance(verdict, PermanentFailure):
                await self._quarantine_alone(Rejected(one.record, verdict.reason, handled=True))
            else:
                await self._park_alone(one, verdict.reason, error)
        self.handled_at = time.monotonic()

    async def _park_alone(self, one: Arrived[M], reason: ReasonCode, error: Exception) -> None:
        consumer = self.stage.consumer
        async with self._open_work() as work:
            fresh, _ = await self._claim(work, [one])
            await park(work.connection, self._tables, consumer, [_to_park(a, reason, 1) for a in fresh])
            await work.commit()
        _count(consumer, parked=len(fresh), duplicate=1 - len(fresh))
        log.warning(
            "message_parked",
            consumer=consumer,
            message_id=str(one.message.id),
            reason=reason.value,
            contact_id=str(one.message.contact_id),
            exc_info=error,
        )

    async def _quarantine_alone(self, item: Rejected) -> None:
        consumer = self.stage.consumer
        async with self._open_work() as work:
            if item.handled:
                inbox = self._tables.inbox
                claim = insert(inbox).values(message_id=item.message_id, consumer=consumer).on_conflict_do_nothing()
                claimed = (await work.connection.execute(claim.returning(inbox.c.message_id))).first()
                item = replace(item, claimed=claimed is not None)
            await quarantine(work.connection, self._tables.quarantine, self._seal, consumer, [item])
            await work.commit()
        _count(consumer, quarantined=1)
        log.warning(
            "message_quarantined",
            consumer=consumer,
            topic=item.record.topic,
            reason=item.reason.value,
            partition=item.record.partition,
            offset=item.record.offset,
        )


def _partition(record: Record) -> tuple[str, int]:
    return record.topic, record.partition


def _to_park(one: Arrived[M], reason: ReasonCode, attempts: int) -> ToPark:
    return ToPark(one.message, one.record.topic, one.record.body, reason, attempts)


def _count(consumer: str, **outcomes: int) -> None:
    for outcome, count in outcomes.items():
        if count:
            meters.HANDLED.labels(consumer, outcome).inc(count)
