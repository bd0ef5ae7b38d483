"""The ledger: every accepted contact is in flight, waiting, placed or closed, exactly once, by one query.

Invariant it proves: accepted = in_flight + waiting + placed + closed, no case without an acceptance, and for each
contact in flight a message in an outbox that will carry it on. What breaks any of the three is `unaccounted`.
It reads the contract views of intake and router, the outboxes and the quarantines in one snapshot. What no accepted
contact stands behind counts under the agency `unknown`.

A sum that adds up says nothing about time: a contact may be in flight for days. `oldest_in_flight_seconds` is what an
alarm watches. Contacts that a person dealt with otherwise (resolved in a quarantine or in parked work) do not ring.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_LEDGER = text("""
with records as (
    select contact_id, agency_id, received_at, 1 as accepted, 0 as cases, 0 as waiting, 0 as placed, 0 as closed
    from intake.v_accepted
    union all
    select contact_id, null, null, 0, 1, (state = 'waiting')::int, (state = 'placed')::int, (state = 'closed')::int
    from router.v_case
), contacts as (
    select contact_id, max(agency_id) as agency_id, min(received_at) as received_at,
           sum(accepted) as accepted, sum(cases) as cases,
           sum(waiting) as waiting, sum(placed) as placed, sum(closed) as closed
    from records group by contact_id
), dealt_with as (
    select contact_id from triage.quarantine where state = 'resolved' and contact_id is not null
    union all select contact_id from router.quarantine where state = 'resolved' and contact_id is not null
    union all select contact_id from triage.parked where state = 'resolved'
    union all select contact_id from router.parked where state = 'resolved'
), held as (
    select contact_id from triage.quarantine where state = 'open'
    union all select contact_id from router.quarantine where state = 'open'
    union all select contact_id from notifier.quarantine where state = 'open'
    union all select contact_id from console.quarantine where state = 'open'
), lines as (
    select agency_id, accepted, case when cases = 0 then accepted else 0 end as in_flight, waiting, placed, closed,
           case
               when accepted = 0 then cases
               when cases > 0 then accepted - 1 + cases - 1 + (waiting + placed + closed < cases)::int
               when exists (select from intake.outbox o where o.contact_id = contacts.contact_id
                            and starts_with(o.topic, 'contact.received.')) then accepted - 1
               when exists (select from triage.outbox o where o.contact_id = contacts.contact_id
                            and starts_with(o.topic, 'contact.assessed.')) then accepted - 1
               else accepted
           end as unaccounted,
           0 as refused, 0 as quarantined,
           case when cases = 0 and contact_id not in (select contact_id from dealt_with) then received_at end as since
    from contacts
    union all select agency_id, 0, 0, 0, 0, 0, 0, refused, quarantined, null from intake.v_refused
    union all
    select (select a.agency_id from intake.v_accepted a where a.contact_id = held.contact_id limit 1),
           0, 0, 0, 0, 0, 0, 0, 1, null
    from held
)
select coalesce(agency_id, 'unknown') as agency_id,
       sum(accepted)::bigint as accepted, sum(in_flight)::bigint as in_flight, sum(waiting)::bigint as waiting,
       sum(placed)::bigint as placed, sum(closed)::bigint as closed, sum(refused)::bigint as refused,
       sum(quarantined)::bigint as quarantined, sum(unaccounted)::bigint as unaccounted,
       coalesce(greatest(extract(epoch from now() - min(since)), 0), 0)::bigint as oldest_in_flight_seconds
from lines group by 1 order by 1
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
    """The totals and one line per agency, all of one instant; an age of 0 where nothing is in flight."""

    total: LedgerLine
    by_agency: Mapping[str, LedgerLine]
    oldest_in_flight_seconds: int = 0

    @property
    def balanced(self) -> bool:
        """Whether the totals and each agency balance, so that one agency's gap cannot hide another's surplus."""
        return self.total.balanced and all(line.balanced for line in self.by_agency.values())

    def as_json(self) -> dict[str, object]:
        """The shape of `GET /v1/ledger` and `mash ledger --json`."""
        lines = {agency: {**asdict(line), "balanced": line.balanced} for agency, line in self.by_agency.items()}
        return {
            **asdict(self.total),
            "balanced": self.balanced,
            "oldest_in_flight_seconds": self.oldest_in_flight_seconds,
            "by_agency": lines,
        }


async def read_ledger(connection: AsyncConnection) -> Ledger:
    """The ledger as of now. Raises what the database says; it takes no locks and writes nothing."""
    by_agency: dict[str, LedgerLine] = {}
    total, oldest = LedgerLine(), 0
    for row in (await connection.execute(_LEDGER)).mappings():
        line = LedgerLine(**{name: row[name] for name in LedgerLine.__dataclass_fields__})
        by_agency[row["agency_id"]] = line
        total = total.plus(line)
        oldest = max(oldest, row["oldest_in_flight_seconds"])
    return Ledger(total, by_agency, oldest)
