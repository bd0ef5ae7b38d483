"""The counts a run must end on, decided before the first contact is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass

from deploy.mash.simulate.shares import Urn, fitted, largest_remainder, split
from deploy.mash.simulate.workload import Places, ReasonGroup, Workload

RATINGS = ("RED", "AMBER", "GREEN", "BLUE")


@dataclass(frozen=True, slots=True)
class Plan:
    """Urns and totals of one run. Every urn holds contacts, one per child and receipt."""

    count: int
    reasons: Urn
    bands: Mapping[str, Urn]  # reason -> age band
    wards: Mapping[str, Urn]  # reason -> "area/ward"
    known: Urn  # known | new
    results: Mapping[str, Urn]  # known | new -> "outcome/rating"
    senders: Mapping[str, int]
    age_affinity: Mapping[str, tuple[float, ...]]  # sender -> weight of each band beside its share


def make_plan(workload: Workload, places: Places, count: int) -> Plan:
    """The plan for `count` contacts with the shares of the workload and the places of one authority."""
    reasons = reason_counts(workload, count)
    senders = split(count, {name: sender.share for name, sender in workload.senders.items()})
    totals = workload.totals
    known = largest_remainder(count, [totals.known, totals.new])
    return Plan(
        count=count,
        reasons=Urn(reasons),
        bands=_bands_by_reason(workload, reasons),
        wards=_wards_by_reason(places, reasons),
        known=Urn({"known": known[0], "new": known[1]}),
        results=_results(workload, count, known),
        senders=senders,
        age_affinity=_age_affinity(workload, senders),
    )


def reason_counts(workload: Workload, count: int) -> dict[str, int]:
    """Contacts per reason: largest remainder over the groups, then inside each group."""
    totals = largest_remainder(count, [group.share for group in workload.reasons])
    counts: dict[str, int] = {}
    for group, total in zip(workload.reasons, totals, strict=True):
        counts |= _inside(group, total)
    return counts


def _inside(group: ReasonGroup, total: int) -> dict[str, int]:
    shares = {name: part if isinstance(part, float) else part.share for name, part in group.parts.items()}
    counts: dict[str, int] = {}
    for name, value in split(total, shares).items():
        part = group.parts[name]
        counts |= {name: value} if isinstance(part, float) else split(value, part.parts)
    return counts


def _bands_by_reason(workload: Workload, reasons: Mapping[str, int]) -> dict[str, Urn]:
    """Age by reason: the same for every reason, but for the one that leans to an age band."""
    bands = workload.ages.bands
    names = [band.name for band in bands]
    left = largest_remainder(sum(reasons.values()), [band.share for band in bands])
    lean = workload.ages.leaning
    weights = [band.share * (lean.weight if band.name == lean.band else 1) for band in bands]
    tables = {lean.reason: largest_remainder(reasons[lean.reason], weights)}
    left = [have - taken for have, taken in zip(left, tables[lean.reason], strict=True)]
    others = [name for name in reasons if name != lean.reason]
    even = fitted([reasons[name] for name in others], left, [[1.0] * len(bands)] * len(others))
    tables |= dict(zip(others, even, strict=True))
    return {name: Urn(dict(zip(names, tables[name], strict=True))) for name in reasons}


def _wards_by_reason(places: Places, reasons: Mapping[str, int]) -> dict[str, Urn]:
    """Ward by reason: area totals stay at their weights, reasons lean as the report says, behaviour does not vary."""
    areas = [area.name for area in places.areas]
    sizes = [sum(area.wards.values()) for area in places.areas]
    left = largest_remainder(sum(reasons.values()), sizes)
    table: dict[str, list[int]] = {}
    for reason in places.same_everywhere:
        table[reason] = largest_remainder(reasons[reason], sizes)
        left = [have - taken for have, taken in zip(left, table[reason], strict=True)]
    others = [reason for reason in reasons if reason not in table]
    leaning = [[places.leanings.get(area, {}).get(reason, 1.0) for area in areas] for reason in others]
    weighted = [[lean * size for lean, size in zip(line, sizes, strict=True)] for line in leaning]
    table |= dict(zip(others, fitted([reasons[name] for name in others], left, weighted), strict=True))
    return _spread_over_wards(places, table)


def _spread_over_wards(places: Places, table: Mapping[str, list[int]]) -> dict[str, Urn]:
    counts: dict[str, dict[str, int]] = {reason: {} for reason in table}
    reasons = list(table)
    for index, area in enumerate(places.areas):
        by_reason = [table[reason][index] for reason in reasons]
        per_ward = largest_remainder(sum(by_reason), list(area.wards.values()))
        spread = fitted(by_reason, per_ward, [[1.0] * len(area.wards)] * len(reasons))
        for reason, line in zip(reasons, spread, strict=True):
            counts[reason] |= {f"{area.name}/{ward}": n for ward, n in zip(area.wards, line, strict=True)}
    return {reason: Urn(wards) for reason, wards in counts.items()}


def _results(workload: Workload, count: int, known: list[int]) -> dict[str, Urn]:
    """Outcome and rating, for known and for new contacts: only a known child can have an open case."""
    outcomes = list(workload.outcomes)
    referrals = largest_remainder(
        count, [workload.totals.referrals, workload.totals.contacts - workload.totals.referrals]
    )[0]
    others = split(count - referrals, {name: share for name, share in workload.outcomes.items() if name != "referral"})
    sizes = {"referral": referrals, **others}
    table = _ratings_by_outcome(workload, count, [sizes[name] for name in outcomes])
    pairs = [f"{name}/{rating}" for name in outcomes for rating in RATINGS]
    flat = [cell for line in table for cell in line]
    leaning = [[1.0] * len(pairs), [0.0 if pair.startswith("open_case/") else 1.0 for pair in pairs]]
    weighted = [[lean * cell for lean, cell in zip(line, flat, strict=True)] for line in leaning]
    by_known = fitted(known, flat, weighted)
    return {
        name: Urn(dict(zip(pairs, line, strict=True))) for name, line in zip(("known", "new"), by_known, strict=True)
    }


def _ratings_by_outcome(workload: Workload, count: int, outcomes: list[int]) -> list[list[int]]:
    ratings = workload.ratings
    totals = largest_remainder(count, [ratings.shares[name] for name in RATINGS])
    red = largest_remainder(outcomes[0], [ratings.red_share_of_referrals, 100 - ratings.red_share_of_referrals])[0]
    red = min(red, totals[0])
    leaning = [[ratings.leaning[name][rating] for rating in RATINGS] for name in workload.outcomes]
    left = [totals[0] - red, *totals[1:]]
    rest = fitted([outcomes[0] - red, *outcomes[1:]], left, leaning)
    rest[0][0] += red
    return rest


def _age_affinity(workload: Workload, senders: Mapping[str, int]) -> dict[str, tuple[float, ...]]:
    """How much more often a sender writes about an age band than all senders do, keeping both totals."""
    bands = workload.ages.bands
    sizes = largest_remainder(100_000, [band.share for band in bands])
    rows = largest_remainder(100_000, list(senders.values()))
    lines = [
        [workload.age_leanings.get(name, {}).get(band.name, 1.0) * band.share for band in bands] for name in senders
    ]
    table = fitted(rows, sizes, lines)
    return {
        name: tuple(cell * 100_000 / max(row * size, 1) for cell, size in zip(line, sizes, strict=True))
        for name, line, row in zip(senders, table, rows, strict=True)
    }
