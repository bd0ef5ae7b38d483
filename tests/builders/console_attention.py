"""What needs a person, put into the real tables of the services: set aside, parked too long, refused."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.access import register_agency
from services.intake.refused_store import RefusedStore, Unaccepted
from shared.errors import ReasonCode
from shared.ids import new_id
from shared.quarantine import Record, Rejected, quarantine
from shared.sealing import KeyEncryption, ServiceSeal
from shared.tables import tables_in
from tests.builders.console_desk import KEK_TEXT

SEAL = ServiceSeal(KeyEncryption(KEK_TEXT))


async def quarantined(
    engine: AsyncEngine,
    schema: str,
    *,
    body: bytes = b'{"id": "broken", "narrative": "Tilly Ashgrove was seen at the bridge"}',
    reason: ReasonCode = ReasonCode.UNREADABLE,
    topic: str = "contact.received.routine.v1",
    contact_id: UUID | None = None,
    at: datetime | None = None,
) -> UUID:
    """A message that one service set aside; returns the item's id."""
    table = tables_in(schema).quarantine
    async with engine.begin() as connection:
        known = set((await connection.execute(text(f"select id from {schema}.quarantine"))).scalars())
        record = Record(topic=topic, partition=0, offset=len(known), body=body)
        await quarantine(connection, table, SEAL, f"{schema}.assess", [Rejected(record, reason)])
        now_known = set((await connection.execute(text(f"select id from {schema}.quarantine"))).scalars())
        [item] = now_known - known
        await connection.execute(
            text(f"update {schema}.quarantine set contact_id = :contact, quarantined_at = :at where id = :id"),
            {"contact": contact_id, "at": at or datetime.now(UTC), "id": item},
        )
    assert isinstance(item, UUID)
    return item


async def held(engine: AsyncEngine, schema: str, *, contact_id: UUID | None = None) -> UUID:
    """A parked message that was tried too often; returns the item's id."""
    table = tables_in(schema).parked
    row = {
        "message_id": new_id(),
        "consumer": f"{schema}.place",
        "subject": "person-1",
        "contact_id": contact_id or new_id(),
        "topic": "contact.assessed.routine.v1",
        "body": b"{}",
        "reason": "attempts-exhausted",
        "attempts": 6,
        "state": "held",
    }
    async with engine.begin() as connection:
        item = (await connection.execute(insert(table).values(row).returning(table.c.id))).scalar_one()
    assert isinstance(item, UUID)
    return item


async def refused(
    engine: AsyncEngine,
    *,
    body: bytes = b"{broken: Tilly Ashgrove",
    verdict: str = "refused",
    reason: str = "not-json",
    danger: tuple[str, ...] = (),
    restricted: bool = False,
    original: UUID | None = None,
) -> UUID:
    """A body that intake did not accept, kept sealed; returns the item's id."""
    await register_agency(engine, agency_id="school-ferndale", kind="school", name="Ferndale School", token="t-school")
    digest = SEAL.fingerprint(body)
    kept = Unaccepted(
        "school-ferndale",
        verdict,
        reason,
        "",
        danger,
        len(body),
        digest,
        body,
        restricted=restricted,
        original=original,
    )
    async with engine.begin() as connection:
        [item] = await RefusedStore(connection, datetime.now(UTC), SEAL).keep([kept])
    return item.refused_id
