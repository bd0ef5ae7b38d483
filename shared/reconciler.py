"""Has sent again what a reader never got although it was published: Kafka may lose its data, the outbox does not.

Only what is lost is sent again, never what still lies before its reader: sending that twice would lengthen the queue of
a reader that is behind already. A message is lost where its reader has acknowledged all that lay on the topic after the
message was published, and it stands neither in the reader's inbox nor in its quarantine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from aiokafka import TopicPartition
from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared import meters
from shared.kafka_link import KafkaLink
from shared.positions import Positions, read_positions
from shared.tables import StandardTables, tables_in
from shared.topics import RETENTION_DAYS, Topic, all_topics

log = structlog.get_logger()

PAGE = 5000
SILENT_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where a topic ended at an instant of the database's clock: what was published before it lies before the ends."""

    at: datetime
    ends: Mapping[TopicPartition, int]


class Reconciler:
    """The reconciler of one service's outbox."""

    def __init__(
        self, service: str, engine: AsyncEngine, tables: StandardTables, link: KafkaLink, *, after_seconds: float
    ) -> None:
        """link: to Kafka, asked how far readers are; after_seconds: nothing younger is missed yet."""
        self._service = service
        self._engine = engine
        self._tables = tables
        self._link = link
        self._after = timedelta(seconds=after_seconds)
        self._marks: dict[tuple[str, str], _Mark] = {}

    async def look(self) -> int:
        """Have sent again what readers of this service's topics never got; returns how many."""
        return await self.look_at([topic for topic in all_topics() if self._service in topic.owners])

    async def look_at(self, topics: list[Topic]) -> int:
        """The same for some topics. Where Kafka does not say how far readers are, nothing is sent."""
        now = await self._now()
        readers = {reader for topic in topics for reader in topic.readers}
        positions = await read_positions(self._link, [topic.name for topic in topics], readers)
        lost = 0
        if positions is not None:
            for topic in topics:
                for reader in topic.readers:
                    upper = self._passed_to(positions, topic.name, reader, now)
                    self._ring(topic.name, reader, now)
                    if upper is not None:
                        lost += await self._reconcile(topic.name, reader, min(upper, now - self._after))
        return lost

    async def _now(self) -> datetime:
        async with self._engine.connect() as connection:
            now: datetime = (await connection.execute(select(func.now()))).scalar_one()
            return now

    def _passed_to(self, positions: Positions, topic: str, reader: str, now: datetime) -> datetime | None:
        """What was published before this instant has been passed by the reader; None where that is not known.

        A reader with nothing before it has passed everything. One with messages before it has passed the mark of an
        earlier look, or not; where the topic is shorter than its mark, Kafka lost it and the mark says nothing more.
        """
        ends, mark = positions.ends_of(topic), self._marks.get((topic, reader))
        if not ends:
            return None
        passed: datetime | None = None
        if positions.passed(reader, ends):
            passed = now
        elif mark is not None and positions.passed(reader, mark.ends):
            passed = mark.at
        shorter = mark is not None and any(ends.get(p, 0) < end for p, end in mark.ends.items())
        if mark is None or shorter or passed is not None:
            self._marks[topic, reader] = _Mark(now, ends)
        return passed

    def _ring(self, topic: str, reader: str, now: datetime) -> None:
        """The dead man's signal: a reader that has not passed an earlier look's ends cannot say so itself."""
        silent = (now - self._marks[topic, reader].at).total_seconds() if (topic, reader) in self._marks else 0.0
        meters.READER_BEHIND_SECONDS.labels(topic, reader).set(silent)
        if silent > SILENT_SECONDS:
            log.critical("reader_not_moving", service=self._service, topic=topic, consumer=reader, seconds=int(silent))

    async def _reconcile(self, topic: str, reader: str, upper: datetime) -> int:
        """Make what is lost unpublished again: the relay sends it, in order and with everything else."""
        count, oldest = 0, upper
        while lost := await self._take_back(topic, reader, upper):
            count, oldest = count + len(lost), min(oldest, *lost)
        async with self._engine.begin() as connection:
            await self._confirm(connection, topic, reader, oldest, upper)
        if count:
            log.warning("reconciled", service=self._service, topic=topic, count=count)
            meters.RESENT.labels(self._service, topic).inc(count)
        return count

    async def _take_back(self, topic: str, reader: str, upper: datetime) -> list[datetime]:
        """One page of lost messages, in a transaction of its own; returns when they were written."""
        outbox, reconciled, theirs = self._tables.outbox, self._tables.reconciled, tables_in(reader)
        handled = select(theirs.inbox.c.message_id).where(theirs.inbox.c.message_id == outbox.c.id)
        a_persons_task = select(theirs.quarantine.c.id).where(theirs.quarantine.c.message_id == outbox.c.id)
        confirmed_to = (
            select(reconciled.c.confirmed_to)
            .where(reconciled.c.topic == topic, reconciled.c.reader == reader)
            .scalar_subquery()
        )
        page = (
            select(outbox.c.id)
            .where(
                outbox.c.topic == topic,
                outbox.c.published_at.is_not(None),
                outbox.c.created_at >= func.coalesce(confirmed_to, func.now() - timedelta(days=RETENTION_DAYS)),
                outbox.c.created_at < upper,
                outbox.c.published_at < upper,
                ~handled.exists(),
                ~a_persons_task.exists(),
            )
            .order_by(outbox.c.created_at, outbox.c.id)
            .limit(PAGE)
        )
        again = update(outbox).where(outbox.c.id.in_(page)).values(published_at=None)
        async with self._engine.begin() as connection:
            return list((await connection.execute(again.returning(outbox.c.created_at))).scalars())

    async def _confirm(
        self, connection: AsyncConnection, topic: str, reader: str, confirmed_to: datetime, upper: datetime
    ) -> None:
        """Everything older is known to be handled: the next look starts there.

        A row not yet published, or published too lately to be missed yet, holds it back.
        """
        outbox, reconciled = self._tables.outbox, self._tables.reconciled
        still_young = or_(outbox.c.published_at.is_(None), outbox.c.published_at >= upper)
        ours = (outbox.c.topic == topic, outbox.c.resolved_at.is_(None), still_young)
        oldest_young = select(func.min(outbox.c.created_at)).where(*ours).scalar_subquery()
        upto = func.least(confirmed_to, func.coalesce(oldest_young, confirmed_to))
        statement = insert(reconciled).values(topic=topic, reader=reader, confirmed_to=upto)
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=[reconciled.c.topic, reconciled.c.reader],
                set_={"confirmed_to": func.greatest(reconciled.c.confirmed_to, statement.excluded.confirmed_to)},
            )
        )
