"""Measures of a period, from triage's history, the decisions carried out and the router's cases. Codes and counts only.

Contacts about children count once, whatever versions they came in; the level is the final one, a person's where a
person decided. Sources: D3 (shape of the staircase), D1 (return within 12 months into any part of children's services),
timescales REREFER (referral within 12 months of a referral), rule 5 of the continuum (overrides in both directions).
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy.mash.policy.backtest.intervals import wilson

LEVELS = (1, 2, 3, 4, 5)

_COUNTED = """
with counted as (
    select i.* from triage.involvement i
    where i.kind in ('contact', 'referral') and i.on_date between :first and :last
      and not exists (select from triage.involvement n where n.supersedes = i.contact_id and n.person_id = i.person_id)
)
"""
_LEVELS = "select level, count(*) from counted where level is not null group by level"
_REASONS = "select unnest(indicators), count(*) from counted group by 1 order by 2 desc, 1"
_AGES = "select c.age_band, count(*) from counted join router.cases c using (contact_id) group by 1 order by 1"
_AREAS = """
select coalesce(c.district, 'unknown'), count(*) from counted join router.cases c using (contact_id)
group by 1 order by 2 desc, 1
"""
_KNOWN = """
select count(*) filter (where exists (
           select from triage.involvement b where b.person_id = i.person_id
           and b.on_date >= i.on_date - interval '12 months' and (b.on_date, b.entry_id) < (i.on_date, i.entry_id)
           and b.contact_id is distinct from i.supersedes)),
       count(*)
from counted i
"""
_REREFERRALS = """
select count(*) filter (where exists (
           select from triage.involvement b where b.person_id = i.person_id and b.kind = 'referral'
           and b.on_date >= i.on_date - interval '12 months' and (b.on_date, b.entry_id) < (i.on_date, i.entry_id)
           and b.contact_id is distinct from i.supersedes)),
       count(*)
from counted i where kind = 'referral'
"""
_RETURNS = """
select count(*) filter (where exists (
           select from triage.involvement l where l.person_id = i.person_id
           and l.on_date <= i.on_date + interval '12 months' and (l.on_date, l.entry_id) > (i.on_date, i.entry_id)
           and l.supersedes is distinct from i.contact_id)),
       count(*)
from counted i where kind = 'contact' and level in (2, 3)
"""
_OVERRIDDEN = """, overridden as (
    select i.contact_id, i.agency_kind, i.indicators, a.level as suggested, i.level as decided, d.role, d.reason_code
    from counted i join triage.assessment a using (contact_id)
    join lateral (
        select role, reason_code from triage.decision d where d.contact_id = i.contact_id
        order by case_version desc, decision_id limit 1
    ) d on true
    where i.decided_version > 0
)
select key, count(*) filter (where decided > suggested), count(*) filter (where decided < suggested),
       count(*) filter (where decided = suggested)
from (select {key} as key, suggested, decided from overridden) o group by key order by key
"""
_OVERRIDE_KEYS = {
    "all": "'all'",
    "indicator": "unnest(indicators)",
    "agency": "agency_kind",
    "worker_band": "role",
    "reason": "reason_code",
}


async def read_measures(connection: AsyncConnection, first: date, last: date) -> dict[str, Any]:
    """Every measure of the London days from `first` to `last`, both counted."""

    async def rows(statement: str) -> Sequence[Any]:
        return (await connection.execute(text(_COUNTED + statement), {"first": first, "last": last})).all()

    async def counts(statement: str) -> dict[Any, int]:
        return {key: times for key, times in await rows(statement)}  # noqa: C416 - rows are no pairs to dict()

    levels = dict.fromkeys(LEVELS, 0) | await counts(_LEVELS)
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "levels": {str(level): times for level, times in levels.items()},
        "staircase": staircase(levels),
        "known_within_12_months": _rate(*(await rows(_KNOWN))[0]),
        "rereferrals_of_referrals": _rate(*(await rows(_REREFERRALS))[0]),
        "returns_after_early_help_so_far": _rate(*(await rows(_RETURNS))[0]),
        "reasons": await counts(_REASONS),
        "ages": await counts(_AGES),
        "areas": await counts(_AREAS),
        "decided_by_people": {
            name: {
                str(key): {"up": up, "down": down, "as_suggested": same}
                for key, up, down, same in await rows(_OVERRIDDEN.format(key=sql))
            }
            for name, sql in _OVERRIDE_KEYS.items()
        },
    }


def staircase(levels: dict[int, int]) -> list[str]:
    """Where the shape differs from the staircase: of levels 2 to 5 most at level 2, fewest at level 5.

    It is watched and never used to choose the level of a case. Source: D3.
    """
    wrong = [f"level {level} has more than level 2" for level in (3, 4, 5) if levels[level] > levels[2]]
    return wrong + [f"level {level} has fewer than level 5" for level in (2, 3, 4) if levels[level] < levels[5]]


def _rate(hits: int, of: int) -> dict[str, Any]:
    low, high = wilson(hits, of)
    share = round(hits / of, 4) if of else None
    return {"count": hits, "of": of, "share": share, "low": round(low, 4), "high": round(high, 4)}
