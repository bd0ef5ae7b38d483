"""A message that kills the process must not kill it for ever: deaths are counted in the database before work begins.

The first batch after a start is marked; a batch that was begun three times is handled one message at a time, each
marked, and a message that was begun three times is quarantined unworked.
"""

from collections.abc import Sequence

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.quarantine import Record
from shared.tables import StandardTables

DEATHS = 3
_BATCH = -1  # Marks of whole batches lie below zero, so that they never meet the mark of a single record.


def _place(consumer: str, record: Record, *, batch: bool) -> dict[str, object]:
    offset = _BATCH - record.offset if batch else record.offset
    return {"consumer": consumer, "topic": record.topic, "partition": record.partition, "kafka_offset": offset}


async def begin(
    connection: AsyncConnection, tables: StandardTables, consumer: str, records: Sequence[Record], *, batch: bool
) -> int:
    """Mark that work on records begins and commit; returns how often the worst of them was begun without an end."""
    guard = tables.crash_guard
    worst = 0
    for record in records:
        statement = (
            insert(guard)
            .values(**_place(consumer, record, batch=batch), deaths=0)
            .on_conflict_do_update(
                index_elements=list(guard.primary_key), set_={"deaths": guard.c.deaths + 1, "started_at": func.now()}
            )
            .returning(guard.c.deaths)
        )
        worst = max(worst, (await connection.execute(statement)).scalar_one())
    await connection.commit()
    return worst


async def ended(
    connection: AsyncConnection, tables: StandardTables, consumer: str, record: Record | None = None
) -> None:
    """Forget the mark of one record, or every mark of a consumer, and commit: the work came to an end."""
    guard = tables.crash_guard
    statement = delete(guard).where(guard.c.consumer == consumer)
    if record is not None:
        place = _place(consumer, record, batch=False)
        statement = statement.where(*(guard.c[name] == value for name, value in place.items()))
    await connection.execute(statement)
    await connection.commit()


def first_of_each_partition(records: Sequence[Record]) -> list[Record]:
    """The records a batch is recognised by after a restart."""
    firsts: dict[tuple[str, int], Record] = {}
    for record in records:
        kept = firsts.get((record.topic, record.partition))
        if kept is None or record.offset < kept.offset:
            firsts[record.topic, record.partition] = record
    return list(firsts.values())
