"""Decisions of people in PostgreSQL: one standing per contact and version, by a unique index."""

from typing import Protocol
from uuid import UUID

from sqlalchemy import RowMapping, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.console.domain.decisions import Recorded
from services.console.tables import decisions as t
from services.console.tables import staff
from shared.messages.envelope import SealedPart
from shared.messages.staff_decided import DecisionAction


class Decisions(Protocol):
    """What the decision command and the case file need."""

    async def record(self, contact_id: UUID, decision: Recorded, reason: SealedPart) -> bool:
        """Keep the decision; False where one for this version of the case stands already."""

    async def find(self, contact_id: UUID, case_version: int) -> Recorded | None:
        """The decision that stands for one version of a case."""

    async def mark_refused(self, decision_id: UUID, refusal: str) -> None:
        """The router could not carry the decision out: it stands no longer, and another one may be made."""

    async def of(self, contact_id: UUID) -> list[tuple[Recorded, SealedPart]]:
        """Every decision about one contact, oldest first, with its sealed reason."""


_COLUMNS = (
    t.c.decision_id,
    t.c.case_version,
    t.c.staff_id,
    staff.c.username,
    t.c.action,
    t.c.queue,
    t.c.level,
    t.c.outcome,
    t.c.reason_code,
    t.c.decided_at,
    t.c.refusal,
    t.c.statutory_flag,
)


def _recorded(row: RowMapping) -> Recorded:
    values = {name: value for name, value in row.items() if name != "reason_part"}
    return Recorded(**{**values, "action": DecisionAction(values["action"])})


class PostgresDecisions:
    """Decisions over one connection, in the transaction of the unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        """connection: of the open unit of work."""
        self._connection = connection

    async def record(self, contact_id: UUID, decision: Recorded, reason: SealedPart) -> bool:
        """See Decisions. A second writer waits here until the first has committed or gone."""
        row = insert(t).values(
            decision_id=decision.decision_id,
            contact_id=contact_id,
            case_version=decision.case_version,
            staff_id=decision.staff_id,
            action=decision.action.value,
            queue=decision.queue,
            level=decision.level,
            statutory_flag=decision.statutory_flag,
            outcome=decision.outcome,
            reason_code=decision.reason_code,
            reason_part=reason.model_dump(mode="json"),
            decided_at=decision.decided_at,
        )
        kept = row.on_conflict_do_nothing().returning(t.c.decision_id)
        return (await self._connection.execute(kept)).one_or_none() is not None

    async def find(self, contact_id: UUID, case_version: int) -> Recorded | None:
        """See Decisions."""
        found = select(*_COLUMNS).join_from(t, staff, t.c.staff_id == staff.c.staff_id)
        standing = (t.c.contact_id == contact_id) & (t.c.case_version == case_version) & t.c.refusal.is_(None)
        only = found.where(standing)
        row = (await self._connection.execute(only)).mappings().one_or_none()
        return None if row is None else _recorded(row)

    async def mark_refused(self, decision_id: UUID, refusal: str) -> None:
        """See Decisions."""
        standing = (t.c.decision_id == decision_id) & t.c.refusal.is_(None)
        await self._connection.execute(update(t).where(standing).values(refusal=refusal))

    async def of(self, contact_id: UUID) -> list[tuple[Recorded, SealedPart]]:
        """See Decisions."""
        found = select(*_COLUMNS, t.c.reason_part).join_from(t, staff, t.c.staff_id == staff.c.staff_id)
        found = found.where(t.c.contact_id == contact_id).order_by(t.c.decided_at)
        rows = (await self._connection.execute(found)).mappings()
        return [(_recorded(row), SealedPart.model_validate(row["reason_part"])) for row in rows]
