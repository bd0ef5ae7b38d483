"""Parked work: what failed for a reason that may pass is tried again from the database, per subject, in order.

The head of a subject is tried after 5 s, 30 s, 2 min, 10 min and 30 min, then held for a person. Later messages of
the subject wait behind a young head; once the head has failed three times they pass it, so that no contact waits long
on another's fault.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Table,
    Text,
    TextClause,
    and_,
    any_,
    exists,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.errors import ReasonCode
from shared.messages.envelope import Message
from shared.tables import StandardTables

BACKOFF = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800))
PASSED_AFTER_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class ToPark:
    """A message that cannot be worked now."""

    message: Message
    topic: str
    body: bytes = field(repr=False)
    reason: ReasonCode
    attempts: int = 1


async def park(connection: AsyncConnection, tables: StandardTables, consumer: str, items: Sequence[ToPark]) -> None:
    """Keep messages for later; one that is parked already stays as it is."""
    if not items:
        return
    rows = [
        {
            "message_id": item.message.id,
            "consumer": consumer,
            "subject": item.message.subject,
            "contact_id": item.message.contact_id,
            "topic": item.topic,
            "body": item.body,
            "reason": item.reason.value,
            "attempts": item.attempts,
            "next_attempt_at": func.now() + (BACKOFF[item.attempts - 1] if item.attempts else timedelta()),
        }
        for item in items
    ]
    for row in rows:
        await connection.execute(insert(tables.parked).values(row).on_conflict_do_nothing())


async def blocked_subjects(
    connection: AsyncConnection, tables: StandardTables, consumer: str, subjects: Iterable[str]
) -> frozenset[str]:
    """Subjects with parked work young enough that later messages wait behind it."""
    names = {"consumer": consumer, "attempts": PASSED_AFTER_ATTEMPTS, "subjects": list(subjects)}
    return frozenset((await connection.execute(_blocked(tables.parked), names)).scalars())


@cache
def _blocked(parked: Table) -> TextClause:
    return text(
        f"select distinct subject from {parked.fullname} "  # noqa: S608 - our own table's name
        "where consumer = :consumer and state = 'waiting' and attempts < :attempts "
        "and subject = any(cast(:subjects as text[]))"
    )


async def take_head(connection: AsyncConnection, tables: StandardTables, consumers: Sequence[str]) -> Row[Any] | None:
    """One due message at the head of its subject, locked for this transaction; None where nothing is due."""
    parked, earlier = tables.parked, tables.parked.alias()
    behind = exists().where(
        and_(
            earlier.c.consumer == parked.c.consumer,
            earlier.c.subject == parked.c.subject,
            earlier.c.state == "waiting",
            earlier.c.attempts < PASSED_AFTER_ATTEMPTS,
            earlier.c.seq < parked.c.seq,
        )
    )
    statement = (
        select(parked)
        .where(
            parked.c.consumer == any_(literal(list(consumers), ARRAY(Text))),
            parked.c.state == "waiting",
            parked.c.next_attempt_at <= func.now(),
            ~behind,
        )
        .order_by(parked.c.seq)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return (await connection.execute(statement)).first()


async def settle(connection: AsyncConnection, tables: StandardTables, row: Row[Any], state: str) -> None:
    """Close a parked message: done, or quarantined. Changes nothing where another process was faster."""
    parked = tables.parked
    await connection.execute(update(parked).where(*_as_seen(tables, row)).values(state=state, settled_at=func.now()))


async def put_back(connection: AsyncConnection, tables: StandardTables, row: Row[Any], reason: ReasonCode) -> str:
    """Count a failed attempt and set the next, or hold it for a person. Returns the state it is in now."""
    attempts = row.attempts + 1
    held = attempts > len(BACKOFF)
    values: dict[str, object] = {"attempts": attempts, "reason": reason.value, "state": "held" if held else "waiting"}
    values["released_at"] = None  # Tried as asked, and failed: it is an open task again.
    if not held:
        values["next_attempt_at"] = func.now() + BACKOFF[attempts - 1]
    await connection.execute(update(tables.parked).where(*_as_seen(tables, row)).values(**values))
    return str(values["state"])


def _as_seen(tables: StandardTables, row: Row[Any]) -> tuple[ColumnElement[bool], ...]:
    """The row as it was taken: what was settled or tried by another process meanwhile stays as that process left it."""
    parked = tables.parked
    return parked.c.seq == row.seq, parked.c.state == "waiting", parked.c.attempts == row.attempts
