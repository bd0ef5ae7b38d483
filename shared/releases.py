"""What a person released from quarantine is given back to its stage, through the parked work, once.

It ends as every message does: done, a repeat of what was done meanwhile, parked, or quarantined again as the same item.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import Row, Text, any_, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from shared import meters
from shared.errors import PermanentFailure, ReasonCode
from shared.marks import by_name
from shared.messages.build import read_message
from shared.messages.envelope import Message
from shared.quarantine import reopen, seal_name, unpacked, unpacked_headers
from shared.service import Foundation
from shared.stage import Stage
from shared.work import Work

log = structlog.get_logger()


class Releases:
    """The released quarantine of one service's stages. Several processes may work it: rows are locked meanwhile."""

    def __init__(self, foundation: Foundation[Any], stages: Mapping[str, Stage[Any, Any]]) -> None:
        """stages: of this process, by consumer."""
        self._foundation = foundation
        self._stages = stages

    async def release_readable(self) -> None:
        """Release what was quarantined for a version that a stage of this release can read, or for want of a key."""
        schema = self._foundation.name
        statement = text(
            f"select {schema}.settle_standard_attention(id, 'release', 'system', 'can be read now') "  # noqa: S608 - a name of ours
            f"from {schema}.quarantine where consumer = :consumer and state = 'open' and (reason = :no_key "
            "or reason = :version and type = :type and major = :major)"
        )
        for stage in self._stages.values():
            async with self._foundation.open_work() as work:
                values = {
                    "consumer": stage.consumer,
                    "no_key": ReasonCode.KEY_UNKNOWN.value,
                    "version": ReasonCode.UNSUPPORTED_VERSION.value,
                    "type": stage.message.TYPE,
                    "major": stage.message.MAJOR,
                }
                await work.connection.execute(statement, values)
                await work.commit()

    async def give_back_one(self) -> bool:
        """Give the next released item to its stage; False where there is none."""
        async with self._foundation.open_work() as work:
            row = await self._next(work)
            if row is None:
                return False
            try:
                message, body = self._read(row)
            except PermanentFailure as failure:
                await self._again(work, row, failure.reason)
            else:
                await self._give_back(work, row, message, body)
            await work.commit()
        return True

    async def _next(self, work: Work) -> Row[Any] | None:
        table = self._foundation.tables.quarantine
        statement = (
            select(table)
            .where(
                table.c.state == "released",
                table.c.worked_at.is_(None),
                table.c.consumer == any_(literal(list(self._stages), ARRAY(Text))),
            )
            .order_by(table.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        return (await work.connection.execute(statement)).first()

    def _read(self, row: Row[Any]) -> tuple[Message, bytes]:
        plain = self._foundation.seal.open(row.body, seal_name(row.consumer, row.id))
        body = unpacked(plain)
        stage = self._stages[row.consumer]
        if row.partition >= 0:  # Else it comes from the parked work, where only proven messages are.
            topic = by_name(stage.topics).get(row.topic, stage.topic)
            if fault := self._foundation.marks.fault(topic, body, unpacked_headers(plain)):
                raise PermanentFailure(fault)
        return read_message(stage.message, body), body

    async def _again(self, work: Work, row: Row[Any], reason: ReasonCode) -> None:
        await reopen(work.connection, self._foundation.tables.quarantine, row.id, reason)
        meters.HANDLED.labels(row.consumer, "quarantined").inc()
        log.warning("release_failed", consumer=row.consumer, topic=row.topic, reason=reason.value)

    async def _give_back(self, work: Work, row: Row[Any], message: Message, body: bytes) -> None:
        """Park it as due now, unless another copy of the message was handled: the inbox mark says whose it is."""
        tables = self._foundation.tables
        claim = insert(tables.inbox).values(message_id=message.id, consumer=row.consumer).on_conflict_do_nothing()
        fresh = (await work.connection.execute(claim.returning(tables.inbox.c.message_id))).first() is not None
        if fresh or row.claimed:
            await work.connection.execute(self._parked(row, message, body))
        else:
            meters.HANDLED.labels(row.consumer, "duplicate").inc()
        worked = update(tables.quarantine).where(tables.quarantine.c.id == row.id)
        await work.connection.execute(worked.values(worked_at=func.now(), claimed=fresh or row.claimed))

    def _parked(self, row: Row[Any], message: Message, body: bytes) -> Any:
        parked = self._foundation.tables.parked
        values = {
            "message_id": message.id,
            "consumer": row.consumer,
            "subject": message.subject,
            "contact_id": message.contact_id,
            "topic": row.topic,
            "body": body,
            "reason": row.reason,
            "quarantine_id": row.id,
        }
        due = {"state": "waiting", "attempts": 0, "next_attempt_at": func.now(), "settled_at": None}
        statement = insert(parked).values(values)
        return statement.on_conflict_do_update(
            index_elements=[parked.c.message_id, parked.c.consumer],
            set_={**due, "body": body, "reason": row.reason, "quarantine_id": row.id, "released_at": None},
            where=parked.c.state == "quarantined",
        )
