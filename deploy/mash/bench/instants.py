"""When a contact was settled, from the database's own timestamps.

Settled: its case is committed as waiting or placed, and its move is on the queue topic, acknowledged by Kafka. The
instant of the acknowledgement is used, for it is the later one. On a screen: the console has recorded the contact, from
intake's urgent message or from the move, whichever came first.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy import Uuid as SqlUuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql.elements import TextClause

from shared.topics import all_topics

_CONTACTS = bindparam("contacts", type_=ARRAY(SqlUuid))
_COUNTS = text("""
select (select count(*) from intake.v_accepted) as accepted, (select count(*) from router.v_case) as settled
""")
_SETTLED = text("""
select o.contact_id, extract(epoch from min(o.published_at))::float8 as at
from router.outbox o join router.v_case c on c.contact_id = o.contact_id
where o.topic like 'queue.%' and o.contact_id = any(:contacts) and o.published_at is not null
group by o.contact_id
""").bindparams(_CONTACTS)
_ON_A_SCREEN = text("""
select o.contact_id, extract(epoch from min(i.handled_at))::float8 as at
from (
    select id, contact_id from intake.outbox where topic like 'contact.received.urgent.%'
    union all
    select id, contact_id from router.outbox where topic like 'queue.%'
) o join console.inbox i on i.message_id = o.id
where o.contact_id = any(:contacts)
group by o.contact_id
""").bindparams(_CONTACTS)
_UNHANDLED = [
    text(f"""
select exists (
    select from {owner}.outbox o where o.topic = :topic
    and not exists (select from {reader}.inbox i where i.message_id = o.id)
)""").bindparams(topic=topic.name)  # noqa: S608 - names from our own catalogue
    for topic in all_topics()
    for owner in topic.owners
    for reader in topic.readers
]


async def counts(engine: AsyncEngine) -> tuple[int, int]:
    """How many contacts are accepted, and how many of them have a case."""
    async with engine.connect() as connection:
        row = (await connection.execute(_COUNTS)).one()
        return int(row.accepted), int(row.settled)


async def settled_at(engine: AsyncEngine, contacts: Sequence[UUID]) -> dict[UUID, float]:
    """Unix seconds at which contacts were settled; one that is not is absent."""
    return {row.contact_id: row.at for row in await _rows(engine, _SETTLED, contacts)}


async def on_a_screen_at(engine: AsyncEngine, contacts: Sequence[UUID]) -> dict[UUID, float]:
    """Unix seconds at which the console first recorded contacts; one that it has not is absent."""
    return {row.contact_id: row.at for row in await _rows(engine, _ON_A_SCREEN, contacts)}


async def _rows(
    engine: AsyncEngine, statement: TextClause, contacts: Sequence[UUID]
) -> Sequence[Row[tuple[UUID, float]]]:
    async with engine.connect() as connection:
        return (await connection.execute(statement, {"contacts": list(contacts)})).all()


async def all_is_read(engine: AsyncEngine) -> bool:
    """Whether every message of every outbox was handled by each reader of its topic: nothing is in hand any more."""
    async with engine.connect() as connection:
        for statement in _UNHANDLED:
            if (await connection.execute(statement)).scalar_one():
                return False
    return True
