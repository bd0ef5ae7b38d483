"""A message that kills the process must not kill it for ever: deaths are counted in the database before work begins.

The first batch of each partition after a start is marked; a batch that was begun three times is handled one message at
a time, each marked, and a message that was begun three times is quarantined unworked.
"""

from collections.abc import Sequence

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql.dml import ReturningInsert

from shared.quarantine import Record
from shared.tables import StandardTables

DEATHS = 3
_BATCH = -1  # Marks of whole batches lie below zero, so that they never meet the mark of a single record.


class CrashGuard:
    """The marks of one consumer in this process. A mark counts once per process: only a death leaves it standing."""

    def __init__(self, engine: AsyncEngine, tables: StandardTables, consumer: str) -> None:
        """engine: for short transactions of its own; the marks must stand when the work is rolled back."""
        self._engine = engine
        self._table = tables.crash_guard
        self._consumer = consumer
        self._begun: dict[tuple[str, int, int], int] = {}

    async def begin(self, records: Sequence[Record], *, batch: bool) -> int:
        """Mark that work on records begins; returns how often the worst of them was begun without an end before."""
        fresh = [place for place in self._places(records, batch) if place not in self._begun]
        if fresh:
            async with self._engine.begin() as connection:
                for place in fresh:
                    self._begun[place] = (await connection.execute(self._marked(place))).scalar_one()
        return max(self._begun[place] for place in self._places(records, batch))

    async def ended(self, records: Sequence[Record], *, batch: bool) -> None:
        """Forget the marks of records: the work on them came to an end."""
        guard = self._table.c
        async with self._engine.begin() as connection:
            for topic, partition, offset in self._places(records, batch):
                place = (guard.topic == topic, guard.partition == partition, guard.kafka_offset == offset)
                await connection.execute(delete(self._table).where(guard.consumer == self._consumer, *place))
                self._begun.pop((topic, partition, offset), None)

    def _places(self, records: Sequence[Record], batch: bool) -> list[tuple[str, int, int]]:
        return [(r.topic, r.partition, _BATCH - r.offset if batch else r.offset) for r in records]

    def _marked(self, place: tuple[str, int, int]) -> ReturningInsert[int]:
        topic, partition, offset = place
        mark = {"consumer": self._consumer, "topic": topic, "partition": partition, "kafka_offset": offset}
        statement = insert(self._table).values(**mark, deaths=0)
        return statement.on_conflict_do_update(
            index_elements=list(self._table.primary_key),
            set_={"deaths": self._table.c.deaths + 1, "started_at": func.now()},
        ).returning(self._table.c.deaths)


def first_of_each_partition(records: Sequence[Record]) -> list[Record]:
    """The records a batch is recognised by after a restart."""
    firsts: dict[tuple[str, int], Record] = {}
    for record in records:
        kept = firsts.get((record.topic, record.partition))
        if kept is None or record.offset < kept.offset:
            firsts[record.topic, record.partition] = record
    return list(firsts.values())
