"""Quarantine: what cannot be worked as it is becomes a person's task, with its bytes sealed and its place noted."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, literal, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.errors import ReasonCode
from shared.ids import new_id
from shared.messages.build import read_head
from shared.messages.envelope import Head
from shared.sealing import ServiceSeal

_UNBELIEVED = frozenset({ReasonCode.UNPROVEN, ReasonCode.KEY_UNKNOWN})
_PLACE = ("consumer", "topic", "partition", "kafka_offset", "fingerprint")


@dataclass(frozen=True, slots=True)
class Record:
    """One Kafka record as it arrived. poisoned: a header was not UTF-8."""

    topic: str
    partition: int
    offset: int
    body: bytes = field(repr=False)
    headers: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    poisoned: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that cannot be worked, and why.

    handled: it was read and failed, so the inbox is to be claimed for the message it carries; claimed: that is done,
    for this record and no other copy of the message.
    """

    record: Record
    reason: ReasonCode
    handled: bool = False
    claimed: bool = False

    @property
    def message_id(self) -> UUID | None:
        """The message it carries, as far as that can be read and believed. A poisoned header may hide another."""
        head = None if self.record.poisoned else self.head
        return head.id if head else None

    @property
    def head(self) -> Head | None:
        """What the message says of itself; None where that cannot be read, or where nobody of ours wrote it.

        A forged id must not make the reconciler believe that the true message is in a person's hands.
        """
        return None if self.reason in _UNBELIEVED else read_head(self.record.body)


async def quarantine(
    connection: AsyncConnection, table: Table, seal: ServiceSeal, consumer: str, rejected: Sequence[Rejected]
) -> None:
    """Keep rejected records; the same record rejected again changes nothing, unless a person had released it."""
    if rejected:
        statement = insert(table)
        again = statement.on_conflict_do_update(
            index_elements=[table.c[name] for name in _PLACE],
            set_=_open_again(table, statement.excluded.reason),
            where=table.c.state == "released",
        )
        await connection.execute(again, [_row(seal, consumer, item) for item in rejected])


async def reopen(connection: AsyncConnection, table: Table, item: UUID, reason: ReasonCode) -> None:
    """Make a released item a person's task again; one that is not released stays as it is."""
    again = update(table).where(table.c.id == item, table.c.state == "released")
    await connection.execute(again.values(_open_again(table, literal(reason.value))))


def _open_again(table: Table, reason: ColumnElement[str]) -> dict[str, Any]:
    return {"state": "open", "reason": reason, "attempts": table.c.attempts + 1, "worked_at": None}


def seal_name(consumer: str, item: UUID) -> str:
    """What the body of an item is bound to: moved to another item, or to another service, it does not open."""
    return f"quarantine:{consumer}:{item}"


def _row(seal: ServiceSeal, consumer: str, item: Rejected) -> dict[str, object]:
    record, head, item_id = item.record, item.head, new_id()
    return {
        "id": item_id,
        "consumer": consumer,
        "topic": record.topic,
        "partition": record.partition,
        "kafka_offset": record.offset,
        "message_id": item.message_id,
        "contact_id": head.contact_id if head else None,
        "type": _clean(head.type) if head else None,
        "major": head.major if head and abs(head.major) < 2**31 else None,
        "reason": item.reason.value,
        "body": seal.seal(_packed(record), seal_name(consumer, item_id)),
        "claimed": item.claimed,
        "fingerprint": seal.fingerprint(_packed(record)),
        "headers": [_clean(name) for name, _ in record.headers],
    }


def _clean(name: str) -> str:
    return name[:80].replace("\x00", "").encode("utf-8", "replace").decode()


def _packed(record: Record) -> bytes:
    """Headers and body in one: a JSON line of header names with values in hexadecimal, then the raw body."""
    headers = json.dumps([[name, value.hex()] for name, value in record.headers])
    return headers.encode() + b"\n" + record.body


def unpacked(plain: bytes) -> bytes:
    """The raw body of a quarantined record after unsealing."""
    return plain.partition(b"\n")[2]


def unpacked_headers(plain: bytes) -> list[tuple[str, bytes]]:
    """The headers of a quarantined record after unsealing."""
    return [(name, bytes.fromhex(value)) for name, value in json.loads(plain.partition(b"\n")[0])]
