"""The audit in PostgreSQL: who, what, when, why, and how it ended. Only ever added to.

An entry commits with the act it tells of: content is served after that commit, so a read that cannot be logged is not
served.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.console.domain.roles import Staff
from services.console.tables import audit as t


class Outcome(StrEnum):
    """How the act ended."""

    ALLOWED = "allowed"
    DENIED = "denied"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing somebody did or tried. detail: codes and numbers only, never content."""

    action: str
    outcome: Outcome
    staff: Staff | None = None
    object_id: str | None = None
    purpose: str | None = None
    detail: Mapping[str, str | int] = field(default_factory=dict)
    client: str | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry as the auditor reads it."""

    audit_id: int
    at: datetime
    username: str | None
    role: str | None
    action: str
    object_id: str | None
    purpose: str | None
    outcome: str
    client: str | None


class Audit(Protocol):
    """What routes need of the audit."""

    async def add(self, act: Act) -> None:
        """Write the entry in the open transaction; the time is the database's."""

    async def newest(self, limit: int, object_id: str | None = None) -> list[AuditEntry]:
        """The newest entries, of one object where given."""


class PostgresAudit:
    """Audit over one connection, in the transaction of the unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        """connection: of the open unit of work."""
        self._connection = connection

    async def add(self, act: Act) -> None:
        """See Audit."""
        who = act.staff
        await self._connection.execute(
            insert(t).values(
                staff_id=who.staff_id if who else None,
                username=who.username if who else None,
                role=who.role.value if who else None,
                session_ref=who.session_ref if who else None,
                action=act.action,
                object_id=act.object_id,
                purpose=act.purpose,
                outcome=act.outcome.value,
                detail=dict(act.detail),
                client=act.client,
            )
        )

    async def newest(self, limit: int, object_id: str | None = None) -> list[AuditEntry]:
        """See Audit."""
        found = select(*(t.c[name] for name in AuditEntry.__dataclass_fields__)).order_by(t.c.audit_id.desc())
        if object_id is not None:
            found = found.where(t.c.object_id == object_id)
        return [AuditEntry(**row._asdict()) for row in await self._connection.execute(found.limit(limit))]
