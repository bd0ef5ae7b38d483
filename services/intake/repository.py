"""The SQL of accepting: set-based, a handful of statements whatever the size of the body."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, Text, Uuid, any_, delete, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake import tables
from services.intake.domain.repeats import KnownItem
from shared.insert_rows import insert_rows, replacing

_CLAIM_KEYS = text("""
    insert into intake.idempotency as i (key, source, body_sha256, receipt_id, expires_at)
    select * from unnest(cast(:keys as text[]), cast(:sources as text[]), cast(:digests as bytea[]),
                         cast(:receipts as uuid[]), cast(:expiries as timestamptz[])) order by 1
    on conflict (key) do update
        set source = excluded.source, body_sha256 = excluded.body_sha256,
            receipt_id = excluded.receipt_id, expires_at = excluded.expires_at
        where i.expires_at <= :now
    returning key
""")

_HOLD_THREADS = text("""
    insert into intake.threads (thread) select * from unnest(cast(:threads as text[])) order by 1
    on conflict (thread) do update set touched_at = now()
""")

_POINT_KEYS = text("""
    update intake.idempotency set receipt_id = new.receipt_id
    from unnest(cast(:keys as text[]), cast(:receipts as uuid[])) as new(key, receipt_id)
    where idempotency.key = new.key
""")


_ROWS_AT_ONCE = 500
_REPLACE_ITEM = replacing(tables.items, "identity")


@dataclass(frozen=True, slots=True)
class Claim:
    """A request for an idempotency key."""

    key: str
    source: str
    body_sha256: bytes
    receipt_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that was given and stands. answer is the stored JSON."""

    receipt_id: UUID
    body_sha256: bytes
    status: int
    answer: Mapping[str, Any]


class Repeats:
    """What is known of earlier messages."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        """now: the database's clock; what has expired by then is forgotten."""
        self._connection = connection
        self._now = now

    async def claim(self, claims: Sequence[Claim]) -> set[str]:
        """The keys that are now ours. A key that another unit is claiming is waited for."""
        if not claims:
            return set()
        values = {
            "keys": [c.key for c in claims],
            "sources": [c.source for c in claims],
            "digests": [c.body_sha256 for c in claims],
            "receipts": [c.receipt_id for c in claims],
            "expiries": [c.expires_at for c in claims],
            "now": self._now,
        }
        return set((await self._connection.execute(_CLAIM_KEYS, values)).scalars())

    async def answered(self, keys: Sequence[str]) -> dict[str, Answered]:
        """The answers that stand behind keys."""
        if not keys:
            return {}
        keys_table, answers = tables.idempotency, tables.submissions
        statement = (
            select(keys_table.c.key, keys_table.c.body_sha256, answers.c.receipt_id, answers.c.status, answers.c.answer)
            .join(answers, answers.c.receipt_id == keys_table.c.receipt_id)
            .where(keys_table.c.key == any_(literal(list(keys), ARRAY(Text))))
        )
        rows = await self._connection.execute(statement)
        return {row.key: Answered(row.receipt_id, row.body_sha256, row.status, row.answer) for row in rows}

    async def point(self, receipts: Mapping[str, UUID]) -> None:
        """Let keys lead to receipts that were there before."""
        if receipts:
            await self._connection.execute(_POINT_KEYS, {"keys": list(receipts), "receipts": list(receipts.values())})

    async def release(self, keys: Sequence[str]) -> None:
        """Give up keys that were claimed in this unit and lead to no receipt."""
        if keys:
            t = tables.idempotency
            await self._connection.execute(delete(t).where(t.c.key == any_(literal(list(keys), ARRAY(Text)))))

    async def hold(self, threads: Sequence[str]) -> None:
        """Keep these threads for this unit: nobody else judges an item of them until it ends."""
        if threads:
            await self._connection.execute(_HOLD_THREADS, {"threads": sorted(set(threads))})

    async def items_of(self, threads: Sequence[str]) -> dict[str, list[KnownItem]]:
        """Every accepted item of the threads that has not expired."""
        if not threads:
            return {}
        t = tables.items
        statement = select(t).where(
            t.c.thread == any_(literal(list(threads), ARRAY(Text))),
            t.c.expires_at.is_(None) | (t.c.expires_at > self._now),
        )
        found: dict[str, list[KnownItem]] = {}
        for row in await self._connection.execute(statement):
            known = KnownItem(
                row.identity,
                row.version,
                row.digest,
                row.receipt_id,
                tuple(row.contact_ids),
                tuple(row.child_keys),
                row.recorded_at,
            )
            found.setdefault(row.thread, []).append(known)
        return found


class Receipts:
    """What was accepted, and the answers given."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def keep(
        self,
        submissions: Sequence[Mapping[str, Any]],
        raw: Sequence[Mapping[str, Any]],
        contacts: Sequence[Mapping[str, Any]],
        items: Sequence[Mapping[str, Any]],
    ) -> None:
        """Write rows as `tables` has them. An item that had expired is written over."""
        for table, rows in ((tables.submissions, submissions), (tables.raw_messages, raw), (tables.contacts, contacts)):
            await self._write(table, rows)
        last = {row["identity"]: row for row in items}
        await self._write(tables.items, list(last.values()), _REPLACE_ITEM)

    async def _write(self, table: Table, rows: Sequence[Mapping[str, Any]], conflict: str = "") -> None:
        """Write rows, many at a time but not all of thousands: packing them must leave others their turn."""
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            await insert_rows(self._connection, table, rows[start : start + _ROWS_AT_ONCE], conflict=conflict)

    async def answers(self, receipt_ids: Sequence[UUID]) -> dict[UUID, Answered]:
        """The answers of receipts."""
        if not receipt_ids:
            return {}
        t = tables.submissions
        wanted = t.c.receipt_id == any_(literal(list(receipt_ids), ARRAY(Uuid)))
        rows = await self._connection.execute(select(t).where(wanted))
        return {row.receipt_id: Answered(row.receipt_id, row.body_sha256, row.status, row.answer) for row in rows}
