"""Reasons that people gave for what they opened or settled, sealed: the audit tells that and when, this tells why."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.console.domain.roles import Staff
from services.console.tables import reasons as t
from services.console.tables import staff
from shared.errors import PermanentFailure
from shared.sealing import ServiceSeal

OPEN_RESTRICTED, OPEN_CONTENT = "open-restricted", "open-content"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. words: None where the seal no longer opens."""

    reason_id: UUID
    act: str
    username: str
    given_at: datetime
    words: str | None = field(repr=False)


class Reasons(Protocol):
    """What commands and pages need of the reasons."""

    async def give(self, reason_id: UUID, act: str, object_id: str, who: Staff, words: str) -> None:
        """Keep a reason in the open transaction; the same id again changes nothing."""

    async def was_given(self, act: str, object_id: str, session_ref: str) -> bool:
        """Whether a reason for this was given in this session."""

    async def of(self, object_id: str) -> list[Reason]:
        """Every reason about one object, oldest first."""


class PostgresReasons:
    """Reasons over one connection, in the transaction of the unit of work."""

    def __init__(self, connection: AsyncConnection, seal: ServiceSeal) -> None:
        """seal: of this deployment; it binds the words to their row."""
        self._connection = connection
        self._seal = seal

    async def give(self, reason_id: UUID, act: str, object_id: str, who: Staff, words: str) -> None:
        """See Reasons."""
        row = insert(t).values(
            reason_id=reason_id,
            act=act,
            object_id=object_id,
            staff_id=who.staff_id,
            session_ref=who.session_ref,
            sealed=self._seal.seal(words.strip().encode(), _seal_name(reason_id)),
        )
        await self._connection.execute(row.on_conflict_do_nothing())

    async def was_given(self, act: str, object_id: str, session_ref: str) -> bool:
        """See Reasons."""
        given = exists().where(t.c.act == act, t.c.object_id == object_id, t.c.session_ref == session_ref)
        return bool((await self._connection.execute(select(given))).scalar_one())

    async def of(self, object_id: str) -> list[Reason]:
        """See Reasons."""
        columns = (t.c.reason_id, t.c.act, staff.c.username, t.c.given_at, t.c.sealed)
        found = select(*columns).join_from(t, staff, t.c.staff_id == staff.c.staff_id).where(t.c.object_id == object_id)
        rows = await self._connection.execute(found.order_by(t.c.given_at, t.c.reason_id))
        return [Reason(r.reason_id, r.act, r.username, r.given_at, self._words(r.reason_id, r.sealed)) for r in rows]

    def _words(self, reason_id: UUID, sealed: bytes) -> str | None:
        try:
            return self._seal.open(sealed, _seal_name(reason_id)).decode()
        except PermanentFailure:
            return None


def _seal_name(reason_id: UUID) -> str:
    return f"console.reasons:{reason_id}"
