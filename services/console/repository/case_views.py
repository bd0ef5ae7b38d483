"""What the other services say about one contact, read through their contract views and nothing else of theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.console.repository.case_view_tables import (
    v_accepted,
    v_assessment,
    v_case,
    v_decision,
    v_involvement,
    v_notice,
    v_placement,
)
from shared.messages.envelope import SealedPart

# A newer version names the nearest before it, and an earlier one the newest; one that a person decided names none.
_VERSIONS = text("""
    with recursive thread as (
        select contact_id, supersedes, superseded_by from router.v_case where contact_id = any(:ids)
        union
        select other.contact_id, other.supersedes, other.superseded_by
        from thread cross join lateral (
            select contact_id, supersedes, superseded_by from router.v_case
            where contact_id = any(array[thread.supersedes, thread.superseded_by])
            union all
            select contact_id, supersedes, superseded_by from router.v_case where supersedes = thread.contact_id
        ) other
    )
    select contact_id from thread
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))


@dataclass(frozen=True, slots=True)
class Accepted:
    """What intake accepted. part: the canonical contact, sealed."""

    contact_id: UUID
    receipt_id: UUID
    agency_id: str
    agency_kind: str
    received_at: datetime
    lane: str
    danger: tuple[str, ...]
    part: SealedPart


@dataclass(frozen=True, slots=True)
class Assessed:
    """What triage made of it. part: the whole assessment, sealed."""

    level: int
    rating: str
    statutory_flag: str
    needs_person: str | None
    policy_version: str
    assessed_at: datetime
    part: SealedPart


@dataclass(frozen=True, slots=True)
class Involvement:
    """One entry of the history of the same person, in codes."""

    contact_id: UUID | None
    on_date: date
    kind: str
    agency_kind: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """Where the router holds it. supersedes: the earlier version of it; superseded_by: the newer that leads it."""

    contact_id: UUID
    state: str
    queue: str
    version: int
    level: int | None
    rating: str | None
    outcome: str | None
    reason: str | None
    decide_by: datetime | None
    subject: str
    updated_at: datetime
    suggested_queue: str | None
    service: str | None
    team: str | None
    alternatives: tuple[str, ...]
    notes: tuple[str, ...]
    supersedes: UUID | None = None
    superseded_by: UUID | None = None
    statutory_flag: str | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """One move of the case."""

    version: int
    state: str
    queue: str
    reason: str
    outcome: str | None
    decided_by: str | None
    level: int | None
    moved_at: datetime
    service: str | None
    team: str | None


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice to one recipient on one channel. recipient is an agency or queue id, never an address."""

    notice_id: str
    kind: str
    channel: str
    recipient: str
    status: str
    attempts: int
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another contact of the same receipt: that it exists and where it is, nothing of its content."""

    contact_id: UUID
    state: str
    queue: str | None


class CaseViews(Protocol):
    """Reads of the other services' views."""

    async def accepted(self, contact_id: UUID) -> Accepted | None:
        """What intake accepted, or None for an unknown contact."""

    async def assessed(self, contact_id: UUID) -> Assessed | None:
        """The assessment, or None while triage has not said."""

    async def involvement(self, contact_id: UUID) -> list[Involvement]:
        """Earlier involvement of the same person, newest first."""

    async def case(self, contact_id: UUID) -> Case | None:
        """The router's case, or None while in flight."""

    async def refusals(self, contact_id: UUID) -> dict[UUID, str]:
        """Decisions that the router could not carry out, with why; a stale one says `stale`."""

    async def placements(self, contact_id: UUID) -> list[Placement]:
        """Every move, oldest first."""

    async def notices(self, contact_id: UUID) -> list[Notice]:
        """Every notice, oldest first; unsettled ones last."""

    async def siblings(self, contact_id: UUID, receipt_id: UUID) -> list[Sibling]:
        """The other contacts of the same receipt."""

    async def versions(self, contact_id: UUID, named: UUID | None) -> list[UUID]:
        """The other versions of a contact, in whatever direction; named: the one that the contact itself follows."""

    async def reasons(self, contact_ids: Sequence[UUID]) -> set[str]:
        """Why the router ever placed or held any of these."""


class PostgresCaseViews:
    """CaseViews over one connection, in the transaction of the unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        """connection: of the open unit of work."""
        self._connection = connection

    async def accepted(self, contact_id: UUID) -> Accepted | None:
        """See CaseViews."""
        found = select(v_accepted).where(v_accepted.c.contact_id == contact_id)
        row = (await self._connection.execute(found)).mappings().first()
        if row is None:
            return None
        values = {name: row[name] for name in Accepted.__dataclass_fields__ if name not in ("part", "danger")}
        part = SealedPart.model_validate(row["contact_part"])
        return Accepted(**values, danger=tuple(row["danger"] or ()), part=part)

    async def assessed(self, contact_id: UUID) -> Assessed | None:
        """See CaseViews."""
        found = select(v_assessment).where(v_assessment.c.contact_id == contact_id)
        row = (await self._connection.execute(found)).mappings().first()
        if row is None:
            return None
        values = {name: row[name] for name in Assessed.__dataclass_fields__ if name != "part"}
        return Assessed(**values, part=SealedPart.model_validate(row["assessment_part"]))

    async def involvement(self, contact_id: UUID) -> list[Involvement]:
        """See CaseViews."""
        person = (
            select(v_assessment.c.person_id).where(v_assessment.c.contact_id == contact_id).limit(1).scalar_subquery()
        )
        columns = [v_involvement.c[name] for name in Involvement.__dataclass_fields__]
        found = select(*columns).where(v_involvement.c.person_id == person).order_by(v_involvement.c.on_date.desc())
        rows = (await self._connection.execute(found.limit(200))).mappings()
        return [Involvement(**row) for row in rows if row["contact_id"] != contact_id]

    async def case(self, contact_id: UUID) -> Case | None:
        """See CaseViews."""
        found = select(v_case).where(v_case.c.contact_id == contact_id)
        row = (await self._connection.execute(found)).mappings().first()
        if row is None:
            return None
        return Case(**{**row, "alternatives": tuple(row["alternatives"] or ()), "notes": tuple(row["notes"] or ())})

    async def refusals(self, contact_id: UUID) -> dict[UUID, str]:
        """See CaseViews."""
        found = select(v_decision.c.decision_id, v_decision.c.refusal, v_decision.c.result)
        rows = await self._connection.execute(found.where(v_decision.c.contact_id == contact_id))
        return {UUID(row.decision_id): row.refusal or row.result for row in rows if row.result != "applied"}

    async def placements(self, contact_id: UUID) -> list[Placement]:
        """See CaseViews."""
        columns = [v_placement.c[name] for name in Placement.__dataclass_fields__]
        found = select(*columns).where(v_placement.c.contact_id == contact_id).order_by(v_placement.c.version)
        return [Placement(**row) for row in (await self._connection.execute(found)).mappings()]

    async def notices(self, contact_id: UUID) -> list[Notice]:
        """See CaseViews."""
        columns = [v_notice.c[name] for name in Notice.__dataclass_fields__]
        found = select(*columns).where(v_notice.c.contact_id == contact_id)
        ordered = found.order_by(v_notice.c.settled_at.asc().nulls_last(), v_notice.c.notice_id)
        rows = (await self._connection.execute(ordered)).mappings()
        return [Notice(**{**row, "notice_id": str(row["notice_id"])}) for row in rows]

    async def siblings(self, contact_id: UUID, receipt_id: UUID) -> list[Sibling]:
        """See CaseViews."""
        found = (
            select(v_accepted.c.contact_id, v_case.c.state, v_case.c.queue)
            .join_from(v_accepted, v_case, v_case.c.contact_id == v_accepted.c.contact_id, isouter=True)
            .where(v_accepted.c.receipt_id == receipt_id, v_accepted.c.contact_id != contact_id)
            .order_by(v_accepted.c.contact_id)
        )
        rows = await self._connection.execute(found)
        return [Sibling(row.contact_id, row.state or "in_flight", row.queue) for row in rows]

    async def versions(self, contact_id: UUID, named: UUID | None) -> list[UUID]:
        """See CaseViews."""
        start = {"ids": [contact_id] if named is None else [contact_id, named]}
        rows = (await self._connection.execute(_VERSIONS, start)).scalars()
        return sorted(({*rows} | {*start["ids"]}) - {contact_id})

    async def reasons(self, contact_ids: Sequence[UUID]) -> set[str]:
        """See CaseViews."""
        found = select(v_placement.c.reason).where(
            v_placement.c.contact_id.in_(contact_ids), v_placement.c.reason.is_not(None)
        )
        return {str(reason) for reason in (await self._connection.execute(found.distinct())).scalars()}
