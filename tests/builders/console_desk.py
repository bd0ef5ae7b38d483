"""Puts contacts into a real database as the other services would show them, so that the console can be tested alone.

The contract views of the other services become tables of the very same columns and types: what the console reads is
what their migrations promise, and a test can fill it.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.console.domain.queue import newest_of
from services.console.repository.queue_items import PostgresQueueItems
from shared.ids import new_id
from shared.keyring.keys import Keys
from shared.messages.assessment import Assessment
from shared.messages.case_moved import CaseState
from shared.messages.contact import CanonicalContact
from shared.messages.envelope import SealedPart
from shared.sealing import KeyEncryption
from tests.builders.console import a_move
from tests.builders.console_contacts import a_contact, an_assessment

KEK_TEXT = base64.b64encode(bytes(range(32))).decode()


def _sealed(part: SealedPart) -> str:
    return part.model_dump_json()


@dataclass
class Desk:
    """Writes what the other services would have written."""

    engine: AsyncEngine
    kek: KeyEncryption = field(default_factory=lambda: KeyEncryption(KEK_TEXT))

    async def contact(
        self,
        *,
        contact_id: UUID | None = None,
        receipt_id: UUID | None = None,
        contact: CanonicalContact | None = None,
        assessment: Assessment | None = None,
        state: str = "waiting",
        queue: str = "mash-screening",
        version: int = 1,
        suggested_queue: str | None = "families-first",
        reason: str = "level_4_5",
        outcome: str | None = None,
        danger: tuple[str, ...] = (),
        agency_id: str = "school-ferndale",
        agency_kind: str = "school",
        received_at: datetime | None = None,
        decide_by: datetime | None = None,
        decided: tuple[int, str, str] | None = None,
        carried: bool = True,
        shown: bool = True,
    ) -> UUID:
        """One accepted contact; state in_flight stops before the router. Returns its id.

        decided: level, rating and flag as a person left them; else as triage suggested.
        """
        contact_id = contact_id or new_id()
        receipt_id = receipt_id or new_id()
        at = received_at or datetime.now(UTC) - timedelta(minutes=5)
        content = contact or a_contact(
            contact_id, receipt_id=receipt_id, agency_id=agency_id, agency_kind=agency_kind, received_at=at
        )
        scored = assessment or an_assessment(contact_id, danger=danger, assessed_at=at + timedelta(milliseconds=90))
        async with self.engine.begin() as connection:
            await self._accept(connection, content, danger, carried)
            if state != "in_flight":
                await self._assess(connection, scored)
                await self._route(
                    connection,
                    content,
                    scored,
                    state,
                    queue,
                    version,
                    reason,
                    outcome,
                    decide_by,
                    suggested_queue,
                    shown,
                    decided or (scored.level, scored.rating.value, scored.statutory_flag.value),
                )
        return contact_id

    async def _accept(
        self, connection: AsyncConnection, content: CanonicalContact, danger: Sequence[str], carried: bool
    ) -> None:
        keys = Keys(connection, self.kek)
        part = keys.create(content.contact_id).seal("contact", content)
        await keys.write()
        await connection.execute(
            text(
                "insert into intake.v_accepted (contact_id, receipt_id, agency_id, agency_kind, received_at, lane, "
                "danger, contact_part) values (:id, :receipt, :agency, :kind, :at, :lane, :danger, "
                "cast(:part as jsonb))"
            ),
            {
                "id": content.contact_id,
                "receipt": content.receipt_id,
                "agency": content.agency_id,
                "kind": content.agency_kind,
                "at": content.received_at,
                "lane": "urgent" if danger else "routine",
                "danger": list(danger),
                "part": _sealed(part),
            },
        )
        if carried:
            await self.carry(connection, content.contact_id)

    async def carry(
        self, connection: AsyncConnection, contact_id: UUID, topic: str = "contact.received.routine.v1"
    ) -> None:
        """The outbox row that carries an accepted contact on."""
        await connection.execute(
            text(
                "insert into intake.outbox (id, topic, key, contact_id, body) values (:id, :topic, 'k', :contact, '')"
            ),
            {"id": new_id(), "topic": topic, "contact": contact_id},
        )

    async def _assess(self, connection: AsyncConnection, scored: Assessment) -> None:
        key = (await Keys(connection, self.kek).of([scored.contact_id]))[scored.contact_id]
        await connection.execute(
            text(
                "insert into triage.v_assessment (contact_id, person_id, level, rating, statutory_flag, needs_person, "
                "policy_version, assessed_at, assessment_part) values (:id, :person, :level, :rating, :flag, :needs, "
                ":policy, :at, cast(:part as jsonb))"
            ),
            {
                "id": scored.contact_id,
                "person": scored.person_id,
                "level": scored.level,
                "rating": scored.rating.value,
                "flag": scored.statutory_flag.value,
                "needs": scored.needs_person,
                "policy": scored.policy_version,
                "at": scored.assessed_at,
                "part": _sealed(key.seal("assessment", scored)),
            },
        )

    async def _route(
        self,
        connection: AsyncConnection,
        content: CanonicalContact,
        scored: Assessment,
        state: str,
        queue: str,
        version: int,
        reason: str,
        outcome: str | None,
        decide_by: datetime | None,
        suggested_queue: str | None,
        shown: bool,
        need: tuple[int, str, str],
    ) -> None:
        level, rating, flag = need
        moved_at = content.received_at + timedelta(milliseconds=180)
        due = decide_by or content.received_at + timedelta(hours=24)
        values = {
            "id": content.contact_id,
            "state": state,
            "queue": queue,
            "version": version,
            "level": level,
            "rating": rating,
            "flag": flag,
            "outcome": outcome,
            "reason": reason,
            "due": due,
            "subject": str(scored.person_id),
            "at": moved_at,
            "suggested": suggested_queue,
        }
        await connection.execute(
            text(
                "insert into router.v_case (contact_id, state, queue, version, level, rating, outcome, reason, "
                "decide_by, subject, updated_at, suggested_queue, statutory_flag, alternatives, notes) values (:id, "
                ":state, :queue, :version, :level, :rating, :outcome, :reason, :due, :subject, :at, :suggested, :flag, "
                "'{one-point}', '{private_fostering}')"
            ),
            values,
        )
        await self.placement(connection, content.contact_id, version, state, queue, reason, outcome, level, moved_at)
        if shown:
            move = a_move(
                contact_id=content.contact_id,
                version=version,
                state=CaseState(state),
                queue=queue,
                level=level,
                rating=rating,
                statutory_flag=flag,
                danger=scored.danger,
                reason=reason,
                suggested_queue=suggested_queue,
                outcome=outcome,
                decide_by=due,
                received_at=content.received_at,
                moved_at=moved_at,
                agency_id=content.agency_id,
                agency_kind=content.agency_kind,
                receipt_id=str(content.receipt_id),
            )
            await PostgresQueueItems(connection).record(newest_of([move]))

    async def placement(
        self,
        connection: AsyncConnection,
        contact_id: UUID,
        version: int,
        state: str,
        queue: str,
        reason: str,
        outcome: str | None,
        level: int,
        moved_at: datetime,
    ) -> None:
        """One move of a case."""
        await connection.execute(
            text(
                "insert into router.v_placement (contact_id, version, state, queue, reason, outcome, level, moved_at) "
                "values (:id, :version, :state, :queue, :reason, :outcome, :level, :at)"
            ),
            {
                "id": contact_id,
                "version": version,
                "state": state,
                "queue": queue,
                "reason": reason,
                "outcome": outcome,
                "level": level,
                "at": moved_at,
            },
        )

    async def notice(
        self,
        contact_id: UUID,
        *,
        kind: str = "receipt",
        recipient: str = "school-ferndale",
        status: str = "delivered",
        attempts: int = 1,
    ) -> None:
        """One notice about a contact."""
        async with self.engine.begin() as connection:
            await connection.execute(
                text(
                    "insert into notifier.v_notice (notice_id, contact_id, kind, channel, recipient, status, attempts, "
                    "settled_at) values (:notice, :id, :kind, 'email', :recipient, :status, :attempts, now())"
                ),
                {
                    "notice": new_id(),
                    "id": contact_id,
                    "kind": kind,
                    "recipient": recipient,
                    "status": status,
                    "attempts": attempts,
                },
            )

    async def move_on(self, contact_id: UUID, version: int) -> None:
        """The router moved the case to another version."""
        async with self.engine.begin() as connection:
            await connection.execute(
                text("update router.v_case set version = :version where contact_id = :id"),
                {"version": version, "id": contact_id},
            )

    async def refuse(self, contact_id: UUID, decision_id: UUID, refusal: str) -> None:
        """The router could not carry a decision out; the case stays where it is."""
        async with self.engine.begin() as connection:
            await connection.execute(
                text(
                    "insert into router.v_decision (decision_id, contact_id, result, refusal) "
                    "values (:decision, :id, 'refused', :refusal)"
                ),
                {"decision": str(decision_id), "id": contact_id, "refusal": refusal},
            )

    async def sent(self) -> list[dict[str, object]]:
        """The messages in the console's outbox."""
        async with self.engine.connect() as connection:
            rows = await connection.execute(text("select topic, body from console.outbox order by created_at, id"))
            return [{"topic": row.topic, **orjson.loads(row.body)} for row in rows]

    async def audit(self, action: str) -> list[dict[str, object]]:
        """The audit entries of one kind of act, oldest first."""
        async with self.engine.connect() as connection:
            rows = await connection.execute(
                text("select * from console.audit where action = :action order by audit_id"), {"action": action}
            )
            return [dict(row) for row in rows.mappings()]
