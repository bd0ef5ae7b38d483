"""Data keys of contacts, read and written in the same transaction as the work that needs them."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import (
    Column,
    DateTime,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    any_,
    func,
    literal,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.insert_rows import insert_rows
from shared.sealing import DataKey, KeyEncryption, WrappedKey

_data_keys = Table(
    "data_keys",
    MetaData(schema="keyring"),
    Column("contact_id", Uuid, primary_key=True),
    Column("kek_id", Text),
    Column("wrapped", LargeBinary),
    Column("created_at", DateTime(timezone=True)),
    Column("destroyed_at", DateTime(timezone=True)),
)

_KEYS_OF = text("""
select contact_id, kek_id, wrapped from keyring.data_keys
where contact_id = any(cast(:ids as uuid[])) and wrapped is not null
""")


class Keys:
    """The data keys one unit of work makes and uses."""

    def __init__(self, connection: AsyncConnection, kek: KeyEncryption) -> None:
        """connection: of the open transaction; kek: the deployment's key-encryption keys."""
        self._connection = connection
        self._kek = kek
        self._fresh: list[WrappedKey] = []

    def create(self, contact_id: UUID) -> DataKey:
        """A new data key for a contact; its row is written with the rest of the unit."""
        key, wrapped = self._kek.new_data_key(contact_id)
        self._fresh.append(wrapped)
        return key

    async def of(self, contact_ids: Iterable[UUID]) -> dict[UUID, DataKey]:
        """The data keys that exist. One that was destroyed or never made is absent."""
        ids = list(dict.fromkeys(contact_ids))
        if not ids:
            return {}
        rows = await self._connection.execute(_KEYS_OF, {"ids": ids})
        return {row.contact_id: self._kek.unwrap(WrappedKey(row.contact_id, row.kek_id, row.wrapped)) for row in rows}

    async def write(self) -> None:
        """Write the rows of keys made in this unit; called by the unit's commit."""
        if self._fresh:
            fresh, self._fresh = self._fresh, []
            await insert_rows(
                self._connection,
                _data_keys,
                [{"contact_id": key.contact_id, "kek_id": key.kek_id, "wrapped": key.wrapped} for key in fresh],
            )


async def destroy_keys(connection: AsyncConnection, contact_ids: Iterable[UUID]) -> int:
    """Shred: destroy the data keys of contacts, so that no copy anywhere opens again. Returns how many there were."""
    statement = (
        update(_data_keys)
        .where(
            _data_keys.c.contact_id == any_(literal(list(contact_ids), ARRAY(Uuid))), _data_keys.c.wrapped.is_not(None)
        )
        .values(wrapped=None, destroyed_at=func.now())
    )
    return (await connection.execute(statement)).rowcount
