"""The ledger: every accepted contact is in flight, waiting, placed or closed, exactly once, by one query.

Invariant it proves: accepted = in_flight + waiting + placed + closed, no case without an acceptance, and for each
contact in flight a message in an outbox that will carry it on. What breaks any of the three is `unaccounted`.
It reads the contract views of intake and router, the outboxes, and the quarantines, in one snapshot.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

UNKNOWN_AGENCY = "unknown"  # a case or a message that no accepted contact stands behind

_LEDGER = text("""
with accepted as (
    select contact_id, agency_id, count(*) as copies from intake.v_accepted group by contact_id, agency_id
), cases as (
    select contact_id,
           count(*) as copies,
           count(*) filter (where state = 'waiting') as waiting,
           count(*) filter (where state = 'placed') as placed,
           count(*) filter (where state = 'closed') as closed
    from router.v_case group by contact_id
), in_flight as (
    select accepted.contact_id from accepted
    where not exists (select from cases where cases.contact_id = accepted.contact_id)
), carried as (
    select contact_id from in_flight where exists (
        select from intake.outbox o
        where o.contact_id = in_flight.contact_id and starts_with(o.topic, 'contact.received.'))
    union
    select contact_id from in_flight where exists (
        select from triage.outbox o
        where o.contact_id = in_flight.contact_id and starts_with(o.topic, 'contact.assessed.'))
), contacts as (
    select coalesce(a.agency_id, 'unknown') as agency_id,
           coalesce(a.copies, 0) as accepted,
           case when c.contact_id is null then a.copies else 0 end as in_flight,
           coalesce(c.waiting, 0) as waiting,
           coalesce(c.placed, 0) as placed,
           coalesce(c.closed, 0) as closed,
           case
               when a.contact_id is null then c.copies
               when c.contact_id is null then a.copies - 1 + (carried.contact_id is null)::int
               else a.copies - 1 + c.copies - 1 + (c.waiting + c.placed + c.closed < c.copies)::int
           end as unaccounted
    from accepted a
    full join cases c on c.contact_id = a.contact_id
    left join carried on carried.contact_id = a.contact_id
), held as (
    select contact_id from triage.quarantine where state = 'open'
    union all select contact_id from router.quarantine where state = 'open'
    union all select contact_id from notifier.quarantine where state = 'open'
    union all select contact_id from console.quarantine where state = 'open'
), lines as (
    select agency_id, accepted, in_flight, waiting, placed, closed, unaccounted, 0 as refused, 0 as quarantined
    from contacts
    union all select coalesce(agency_id, 'unknown'), 0, 0, 0, 0, 0, 0, refused, quarantined from intake.v_refused
    union all select coalesce(a.agency_id, 'unknown'), 0, 0, 0, 0, 0, 0, 0, 1
    from held left join accepted a on a.contact_id = held.contact_id
)
select agency_id,
       sum(accepted)::bigint as accepted, sum(in_flight)::bigint as in_flight, sum(waiting)::bigint as waiting,
       sum(placed)::bigint as placed, sum(closed)::bigint as closed, sum(refused)::bigint as refused,
       sum(quarantined)::bigint as quarantined, sum(unaccounted)::bigint as unaccounted
from lines group by agency_id order by agency_id
""")


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """Counts of one agency, or of all. refused and quarantined stand beside the equation: they were never accepted,

    except a message that a later service quarantined: its contact is still in flight and counted there too.
    """

    accepted: int = 0
    in_flight: int = 0
    waiting: int = 0
    placed: int = 0
    closed: int = 0
    refused: int = 0
    quarantined: int = 0
    unaccounted: int = 0

    @property
    def balanced(self) -> bool:
        """Whether every contact is somewhere, once."""
        held = self.in_flight + self.waiting + self.placed + self.closed
        return self.accepted == held and self.unaccounted == 0

    def plus(self, other: "LedgerLine") -> "LedgerLine":
        """The two lines added up."""
        mine, theirs = asdict(self), asdict(other)
        return LedgerLine(**{name: mine[name] + theirs[name] for name in mine})


@dataclass(frozen=True, slots=True)
class Ledger:
    """The totals and one line per agency, all of one instant."""

    total: LedgerLine
    by_agency: Mapping[str, LedgerLine]

    @property
    def balanced(self) -> bool:
        """Whether the totals and each agency balance, so that one agency's gap cannot hide another's surplus."""
        return self.total.balanced and all(line.balanced for line in self.by_agency.values())

    def as_json(self) -> dict[str, object]:
        """The shape of `GET /v1/ledger` and `mash ledger --json`."""
        lines = {agency: {**asdict(line), "balanced": line.balanced} for agency, line in self.by_agency.items()}
        return {**asdict(self.total), "balanced": self.balanced, "by_agency": lines}


async def read_ledger(connection: AsyncConnection) -> Ledger:
    """The ledger as of now. Raises what the database says; it takes no locks and writes nothing."""
    by_agency: dict[str, LedgerLine] = {}
    total = LedgerLine()
    for row in (await connection.execute(_LEDGER)).mappings():
        line = LedgerLine(**{name: row[name] for name in LedgerLine.__dataclass_fields__})
        by_agency[row["agency_id"]] = line
        total = total.plus(line)
    return Ledger(total, by_agency)
