"""Messages leave by the outbox, always: the rows commit with the state they tell of, or not at all."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from sqlalchemy import Table, TextClause, Uuid, any_, func, literal, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.errors import ReasonCode
from shared.insert_rows import insert_rows
from shared.messages.build import to_bytes
from shared.messages.envelope import Message
from shared.topics import Topic


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One row of the outbox on its way to Kafka."""

    id: UUID
    topic: str
    key: str
    contact_id: UUID
    body: bytes


class Outbox:
    """What one unit of work wants to send."""

    def __init__(self, table: Table) -> None:
        """table: the outbox of the service's own schema."""
        self._table = table
        self._rows: list[Outgoing] = []

    def add(self, topic: Topic, message: Message) -> None:
        """Send `message` on `topic` once this unit has committed. The key is the message's subject."""
        self._rows.append(Outgoing(message.id, topic.name, message.subject, message.contact_id, to_bytes(message)))

    async def write(self, connection: AsyncConnection) -> Sequence[Outgoing]:
        """Write the rows in one statement; returns them for sending after the commit."""
        rows, self._rows = self._rows, []
        if rows:
            await insert_rows(
                connection,
                self._table,
                [
                    {"id": r.id, "topic": r.topic, "key": r.key, "contact_id": r.contact_id, "body": r.body}
                    for r in rows
                ],
            )
        return rows


async def mark_refused(engine: AsyncEngine, table: Table, ids: Sequence[UUID], reason: ReasonCode) -> Sequence[UUID]:
    """Make rows that Kafka will never take a person's task; returns those that were not marked before."""
    statement = (
        update(table)
        .where(table.c.id == any_(literal(list(ids), ARRAY(Uuid))), table.c.refused.is_(None))
        .values(refused=reason.value, refused_at=func.clock_timestamp(), resolved_at=None)
        .returning(table.c.id)
    )
    async with engine.begin() as connection:
        return list((await connection.execute(statement)).scalars())


async def mark_published(engine: AsyncEngine, table: Table, acknowledged: Mapping[UUID, float]) -> None:
    """Record in one statement of its own which rows Kafka acknowledged, and when, on this process's monotonic clock."""
    if acknowledged:
        now = time.monotonic()
        values = {"ids": list(acknowledged), "ages": [now - at for at in acknowledged.values()]}
        async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            await connection.execute(_published(table), values)


@cache
def _published(table: Table) -> TextClause:
    return text(
        f"update {table.fullname} as kept "  # noqa: S608 - our own table's name
        "set published_at = clock_timestamp() - make_interval(secs => sent.age) "
        "from unnest(cast(:ids as uuid[]), cast(:ages as float8[])) as sent(id, age) "
        "where kept.id = sent.id and kept.published_at is null"
    )
