"""Counts over compared contacts. Counts of parts add up to the counts of the whole, so parts can be replayed apart."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date, timedelta

from deploy.mash.policy.backtest.replay import Compared

_SAMPLES = 20  # contacts named in the report: those that moved furthest


@dataclass(slots=True)
class Tally:
    """What a report is made of. Keys are written out beside each."""

    contacts: int = 0
    known: int = 0
    days: Counter[date] = field(default_factory=Counter)
    levels: Counter[tuple[int, int]] = field(default_factory=Counter)  # live, candidate
    ratings: Counter[tuple[str, str]] = field(default_factory=Counter)
    flags: Counter[tuple[str, str]] = field(default_factory=Counter)
    people: Counter[tuple[bool, bool]] = field(default_factory=Counter)  # whether a person must decide
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)  # side, reason
    weeks: Counter[tuple[date, str, int]] = field(default_factory=Counter)  # Monday, side, level
    screeners: Counter[tuple[date, str]] = field(default_factory=Counter)  # Monday, side: contacts for people
    factors: Counter[tuple[str, str]] = field(default_factory=Counter)  # gained or lost factor, up or down
    groups: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # group, value, what is counted
    samples: list[tuple[int, str, int, int, str]] = field(default_factory=list)  # -|moved|, ref, live, candidate, why

    def __add__(self, other: "Tally") -> "Tally":
        """The counts of both."""
        parts = {one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)}
        parts["samples"] = sorted(parts["samples"])[:_SAMPLES]
        return Tally(**parts)


def tallied(compared: Iterable[Compared]) -> Tally:
    """The counts over these contacts."""
    tally = Tally()
    for one in compared:
        _count(one, tally)
    return tally


def _count(one: Compared, tally: Tally) -> None:
    live, candidate = one.live, one.candidate
    tally.contacts += 1
    tally.known += one.known
    tally.days[one.on] += 1
    tally.levels[live.level, candidate.level] += 1
    tally.ratings[live.rating, candidate.rating] += 1
    tally.flags[live.flag, candidate.flag] += 1
    tally.people[live.reason is not None, candidate.reason is not None] += 1
    monday = one.on - timedelta(days=one.on.weekday())
    for name, side in (("live", live), ("candidate", candidate)):
        tally.reasons[name, side.reason or "none"] += 1
        tally.weeks[monday, name, side.level] += 1
        tally.screeners[monday, name] += side.reason is not None
    for group, value in one.groups:
        _count_group(group, value, one, tally)
    if one.moved:
        _count_move(one, tally)


def _count_group(group: str, value: str, one: Compared, tally: Tally) -> None:
    counts = tally.groups
    counts[group, value, "contacts"] += 1
    counts[group, value, "up"] += one.moved > 0
    counts[group, value, "down"] += one.moved < 0
    counts[group, value, "live 4-5"] += one.live.level >= 4
    counts[group, value, "candidate 4-5"] += one.candidate.level >= 4
    counts[group, value, "live person"] += one.live.reason is not None
    counts[group, value, "candidate person"] += one.candidate.reason is not None


def _count_move(one: Compared, tally: Tally) -> None:
    way = "up" if one.moved > 0 else "down"
    gained, lost = one.candidate.factors - one.live.factors, one.live.factors - one.candidate.factors
    why = [f"now {name}" for name in sorted(gained)] + [f"no longer {name}" for name in sorted(lost)]
    for name in why:
        tally.factors[name, way] += 1
    tally.samples.append((-abs(one.moved), one.ref, one.live.level, one.candidate.level, "; ".join(why)))
    if len(tally.samples) > 50 * _SAMPLES:
        tally.samples = sorted(tally.samples)[:_SAMPLES]
