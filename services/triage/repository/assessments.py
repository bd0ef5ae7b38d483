"""Assessments and decisions in PostgreSQL."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.triage.records import AssessmentRecord, DecisionRecord
from services.triage.tables import assessment, decision
from shared.insert_rows import insert_rows


class AssessmentTable:
    """Assessments as sent, and the decisions about them that were carried out."""

    def __init__(self, connection: AsyncConnection) -> None:
        """connection: of the open transaction."""
        self._connection = connection

    async def add(self, assessments: Sequence[AssessmentRecord], now: datetime) -> None:
        """Keep assessments; a contact is assessed once."""
        if assessments:
            await insert_rows(self._connection, assessment, [record.row(now) for record in assessments])

    async def which_exist(self, contact_ids: Iterable[UUID]) -> frozenset[UUID]:
        """Those of these contacts that were assessed."""
        wanted = any_(literal(sorted(set(contact_ids)), ARRAY(Uuid)))
        statement = select(assessment.c.contact_id).where(assessment.c.contact_id == wanted)
        return frozenset((await self._connection.execute(statement)).scalars())

    async def add_decisions(self, decisions: Sequence[DecisionRecord]) -> None:
        """Keep decisions; one that is kept already stays as it is."""
        if decisions:
            rows = [record.row() for record in decisions]
            await insert_rows(self._connection, decision, rows, conflict="on conflict do nothing")
