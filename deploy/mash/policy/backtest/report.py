"""What a back-test found, as plain data: who would move and why, the work it makes, and for whom it differs."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from deploy.mash.policy.backtest.intervals import wilson
from deploy.mash.policy.backtest.tally import Tally

LEVELS = (1, 2, 3, 4, 5)
RATINGS = ("RED", "AMBER", "GREEN", "BLUE")
FLAGS = ("s47", "s17", "none")
SIDES = ("live", "candidate")
GROUPS = ("age band", "sex", "ethnicity", "agency", "area")
_FACTORS = 25


@dataclass(frozen=True, slots=True)
class Tried:
    """One back-test. live, candidate: versions of the continua; source: where the contacts came from."""

    live: str
    candidate: str
    source: str
    tally: Tally
    seconds: float

    @property
    def moved(self) -> tuple[int, int]:
        """Contacts whose level goes up, and down."""
        counts = self.tally.levels
        return (
            sum(times for (before, after), times in counts.items() if after > before),
            sum(times for (before, after), times in counts.items() if after < before),
        )

    def work(self, side: str) -> int:
        """Contacts that a person must decide."""
        place = SIDES.index(side)
        return sum(times for needs, times in self.tally.people.items() if needs[place])


def as_json(tried: Tried) -> dict[str, Any]:
    """The whole report; the same contacts and packs give the same report, but for the seconds."""
    tally = tried.tally
    up, down = tried.moved
    return {
        "live": tried.live,
        "candidate": tried.candidate,
        "source": tried.source,
        "contacts": tally.contacts,
        "known_within_12_months": tally.known,
        "from": min(tally.days).isoformat() if tally.days else None,
        "to": max(tally.days).isoformat() if tally.days else None,
        "seconds": round(tried.seconds, 2),
        "moved": {"up": up, "down": down, "same": tally.contacts - up - down},
        "levels": _matrix(tally.levels, LEVELS),
        "ratings": _matrix(tally.ratings, RATINGS),
        "flags": _matrix(tally.flags, FLAGS),
        "work": {
            "live": tried.work("live"),
            "candidate": tried.work("candidate"),
            "only live": tally.people[True, False],
            "only candidate": tally.people[False, True],
            "reasons": {side: _reasons(tally, side) for side in SIDES},
        },
        "factors": _factors(tally.factors),
        "weeks": _weeks(tally),
        "fairness": fairness(tally),
        "moved_furthest": [
            {"contact": ref, "live": before, "candidate": after, "why": why}
            for _, ref, before, after, why in sorted(tally.samples)[:20]
        ],
    }


def _matrix(counts: Counter[Any], names: tuple[Any, ...]) -> dict[str, dict[str, int]]:
    """Row: live; column: candidate."""
    return {str(row): {str(column): counts[row, column] for column in names} for row in names}


def _reasons(tally: Tally, side: str) -> dict[str, int]:
    found = {reason: times for (name, reason), times in tally.reasons.items() if name == side}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _factors(counts: Counter[tuple[str, str]]) -> list[dict[str, Any]]:
    """By name of factor: in how many contacts that move it is one of the differences, most first."""
    names = sorted({name for name, _ in counts}, key=lambda name: (-counts[name, "up"] - counts[name, "down"], name))
    return [{"factor": name, "up": counts[name, "up"], "down": counts[name, "down"]} for name in names[:_FACTORS]]


def _weeks(tally: Tally) -> list[dict[str, Any]]:
    mondays = sorted({monday for monday, _, _ in tally.weeks})
    return [
        {
            "week": monday.isoformat(),
            **{side: {str(level): tally.weeks[monday, side, level] for level in LEVELS} for side in SIDES},
            "people": {side: tally.screeners[monday, side] for side in SIDES},
        }
        for monday in mondays
    ]


def fairness(tally: Tally) -> list[dict[str, Any]]:
    """For each group of children: how many move, and who reaches level 4 or 5, with 95% intervals."""
    rows = []
    for group in GROUPS:
        for value in sorted({value for name, value, _ in tally.groups if name == group}):
            count = {what: tally.groups[group, value, what] for what in ("contacts", "up", "down")}
            rows.append(
                {
                    "group": group,
                    "value": value,
                    **count,
                    "up_share": _share(count["up"], count["contacts"]),
                    "down_share": _share(count["down"], count["contacts"]),
                    **{
                        f"{side}_{name}": _share(tally.groups[group, value, f"{side} {what}"], count["contacts"])
                        for side in SIDES
                        for name, what in (("level_4_5", "4-5"), ("person", "person"))
                    },
                }
            )
    return rows


def _share(hits: int, of: int) -> dict[str, float]:
    low, high = wilson(hits, of)
    return {"share": round(hits / of, 4) if of else 0.0, "low": round(low, 4), "high": round(high, 4)}
