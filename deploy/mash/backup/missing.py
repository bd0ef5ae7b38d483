"""Contacts that Kafka saw and the database does not have: what came after the backup that was restored.

Kafka keeps `contact.received` for 14 days. A contact of which it has a message and intake has no row was accepted after
the backup; its content is lost with its key, and its agency has to send it again.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaConnectionError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.errors import PermanentFailure
from shared.kafka_link import KafkaLink
from shared.messages.build import read_message
from shared.messages.contact_received import ContactReceived
from shared.positions import read_positions
from shared.topics import CONTACT_RECEIVED

_UNKNOWN = text(
    "select id from unnest(cast(:ids as uuid[])) id where not exists "
    "(select from intake.v_accepted a where a.contact_id = id)"
)
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Missing:
    """Contacts of one agency that are to be sent again, by when they were received."""

    agency_id: str
    contacts: tuple[UUID, ...]
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class _Seen:
    agency_id: str
    at: datetime


async def missing_after_restore(url: str, link: KafkaLink) -> list[Missing]:
    """By agency; [] where nothing is missing, and where Kafka lost its messages too. Raises KafkaError."""
    seen = await _seen_on_kafka(link)
    unknown = await _unknown(url, sorted(seen))
    by_agency: dict[str, list[UUID]] = {}
    for contact_id in unknown:
        by_agency.setdefault(seen[contact_id].agency_id, []).append(contact_id)
    return [
        Missing(agency, tuple(ids), min(seen[one].at for one in ids), max(seen[one].at for one in ids))
        for agency, ids in sorted(by_agency.items())
    ]


async def _seen_on_kafka(link: KafkaLink) -> dict[UUID, _Seen]:
    positions = await read_positions(link, [topic.name for topic in CONTACT_RECEIVED.values()], [])
    if positions is None:
        raise KafkaConnectionError
    left = {one: end for one, end in positions.ends.items() if end > positions.begins.get(one, 0)}
    found: dict[UUID, _Seen] = {}
    if not left:
        return found
    consumer = AIOKafkaConsumer(**link.client(), client_id="mash-restore", enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(list(left))
        await consumer.seek_to_beginning(*left)
        while left:
            for records in (await consumer.getmany(timeout_ms=1000, max_records=_BATCH)).values():
                for record in records:
                    _note(record.value or b"", found)
            left = {one: end for one, end in left.items() if await consumer.position(one) < end}
    finally:
        await consumer.stop()
    return found


def _note(body: bytes, found: dict[UUID, _Seen]) -> None:
    try:
        message = read_message(ContactReceived, body)
    except PermanentFailure:
        return  # Whatever it is, no agency can send it again by our asking.
    found[message.contact_id] = _Seen(message.facets.agency_id, message.occurred_at)


async def _unknown(url: str, ids: list[UUID]) -> list[UUID]:
    engine = create_async_engine(url, poolclass=NullPool)
    unknown: list[UUID] = []
    try:
        async with engine.connect() as connection:
            for start in range(0, len(ids), _BATCH):
                rows = await connection.execute(_UNKNOWN, {"ids": ids[start : start + _BATCH]})
                unknown += rows.scalars()
    finally:
        await engine.dispose()
    return unknown
