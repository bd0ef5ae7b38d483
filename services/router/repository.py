"""The router's only SQL. Every statement takes a whole batch."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, Uuid, any_, bindparam, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.domain.models import Case, HeldCase
from services.router.domain.moves import Ruled, Rules
from services.router.rows import (
    Look,
    RaisedAlert,
    RecordedMove,
    case_of,
    case_row,
    clock_rows,
    decision_row,
    open_case_of,
    placement_row,
)
from services.router.tables import cases, clocks, decisions, placements
from shared.insert_rows import insert_rows, replacing

VERSIONS_OF = text("""
with recursive versions (contact_id, supersedes) as (
    (
        select contact_id, supersedes from router.cases where contact_id = any(:ids)
        union
        select contact_id, supersedes from router.cases where supersedes = any(:ids)
    )
    union
    select c.contact_id, c.supersedes from versions v cross join lateral (
        select contact_id, supersedes from router.cases where contact_id = v.supersedes
        union all
        select contact_id, supersedes from router.cases where supersedes = v.contact_id
    ) c
)
select cases.* from router.cases where contact_id in (select contact_id from versions)
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))

_OPEN_OF = text("""
select distinct on (subject, service) subject, contact_id, queue, service, team, updated_at
from router.cases
where subject = any(:subjects) and state = 'placed' and service = any(:services) and contact_id <> all(:besides)
  and superseded_by is null
order by subject, service, updated_at desc
""").bindparams(
    bindparam("subjects", type_=ARRAY(Text)),
    bindparam("services", type_=ARRAY(Text)),
    bindparam("besides", type_=ARRAY(Uuid)),
)

_STOP_CLOCKS = text("""
update router.clocks set stopped_at = :at, next_alert_at = null
where contact_id = any(:ids) and stopped_at is null
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))

_RAISE_ALERTS = text("""
with due as (
    select contact_id, clock, starts_at, due_at from router.clocks
    where next_alert_at <= now() order by next_alert_at limit :limit for update skip locked
), points as (
    select due.*, p.percent, due.starts_at + (due.due_at - due.starts_at) * (p.percent / 100.0) as at
    from due cross join unnest(cast(:percents as int[])) as p(percent)
), advanced as (
    update router.clocks k
    set next_alert_at = (
        select min(points.at) from points
        where points.contact_id = k.contact_id and points.clock = k.clock and points.at > now()
    )
    from due where due.contact_id = k.contact_id and due.clock = k.clock
), raised as (
    insert into router.clock_alerts (contact_id, clock, due_at, percent, queue, noticed, raised_at)
    select p.contact_id, p.clock, p.due_at, p.percent, c.queue, p.percent >= :notice_from, now()
    from points p join router.cases c on c.contact_id = p.contact_id
    where p.at <= now()
    on conflict do nothing
    returning contact_id, clock, due_at, percent, noticed
), highest as (
    select contact_id, clock, due_at, max(percent) as percent
    from raised where noticed group by contact_id, clock, due_at
)
select d.due_count, h.clock as raised_clock, h.due_at as raised_due_at, h.percent as raised_percent, c.*
from (select count(*) as due_count from due) d
left join highest h on true
left join router.cases c on c.contact_id = h.contact_id
order by h.due_at, c.contact_id
""")


_REPLACE_CASE = replacing(cases, "contact_id")
_REPLACE_CLOCK = replacing(clocks, "contact_id", "clock")


class _Store:
    """Statements on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        """connection: of the open unit."""
        self._connection = connection


class CaseTable(_Store):
    """See services.router.work.Cases."""

    async def versions_of(self, contact_ids: Collection[UUID]) -> dict[UUID, Case]:
        """See Cases."""
        rows = (await self._connection.execute(VERSIONS_OF, {"ids": list(contact_ids)})).mappings()
        return {row["contact_id"]: case_of(row) for row in rows}

    async def open_of(
        self, subjects: Collection[str], services: Collection[str], besides: Collection[UUID]
    ) -> list[HeldCase]:
        """See Cases."""
        parameters = {"subjects": list(subjects), "services": list(services), "besides": list(besides)}
        rows = (await self._connection.execute(_OPEN_OF, parameters)).mappings()
        return [HeldCase(row["subject"], row["contact_id"], open_case_of(row), row["updated_at"]) for row in rows]

    async def record(self, moves: Sequence[RecordedMove], rules: Rules) -> None:
        """See Cases."""
        last = {one.move.case.origin.contact_id: one.move for one in moves}
        rows = [case_row(move, rules) for move in last.values()]
        await insert_rows(self._connection, cases, rows, conflict=_REPLACE_CASE)
        await insert_rows(self._connection, placements, [placement_row(one, rules) for one in moves])
        again = [contact_id for contact_id, move in last.items() if move.case.version > 1]
        if again:
            at = moves[0].move.moved_at
            await self._connection.execute(_STOP_CLOCKS, {"ids": again, "at": at})
        started = [row for move in last.values() for row in clock_rows(move, rules)]
        await insert_rows(self._connection, clocks, started, conflict=_REPLACE_CLOCK)


class DecisionTable(_Store):
    """See services.router.work.Decisions."""

    async def known(self, decision_ids: Collection[str]) -> set[str]:
        """See Decisions."""
        ids = decisions.c.decision_id
        found = select(ids).where(ids == any_(literal(list(decision_ids), ARRAY(Text))))
        return set((await self._connection.execute(found)).scalars())

    async def record(self, ruled: Sequence[Ruled], at: datetime) -> None:
        """See Decisions."""
        await insert_rows(self._connection, decisions, [decision_row(one, at) for one in ruled])


class ClockTable(_Store):
    """See services.router.work.ClockAlerts."""

    async def raise_due(self, percents: Sequence[int], notice_from: int, limit: int) -> Look:
        """See ClockAlerts."""
        parameters = {"percents": list(percents), "notice_from": notice_from, "limit": limit}
        rows = (await self._connection.execute(_RAISE_ALERTS, parameters)).mappings().all()
        raised = tuple(
            RaisedAlert(case_of(row), row["raised_clock"], row["raised_due_at"], row["raised_percent"])
            for row in rows
            if row["raised_clock"] is not None
        )
        return Look(rows[0]["due_count"], raised)
