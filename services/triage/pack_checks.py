"""What the shape of a continuum cannot say: no gaps, no doubles, no reference to anything that is not there.

Each problem is one line for a manager: the entry, what is wrong, and what to write instead.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from services.triage.domain.facts import WORKED_OUT
from services.triage.domain.policy import FLAGS, HIGHEST_LEVEL, RATINGS, SPEEDS
from services.triage.domain.unknowns import LEFT_OPEN, UNREAD
from services.triage.pack import ConditionEntry, ContinuumPack
from shared.codes import codes
from shared.messages.assessment import StatutoryFlag

DASH_TICKS = range(1, 28)
LEVELS = range(1, HIGHEST_LEVEL + 1)
STATUTORY = 4  # from here on a person decides, whatever a pack says


def problems(pack: ContinuumPack) -> list[str]:
    """Every problem found, in the order of the file; empty where the pack can be used."""
    return [
        *_doubles(pack),
        *_levels(pack),
        *_ratings(pack),
        *_code_tables(pack),
        *_danger_codes(pack),
        *_ticks(pack),
        *_references(pack),
        *_facts(pack),
        *_history(pack),
        *_multipliers(pack),
        *_unknowns(pack),
    ]


def _doubles(pack: ContinuumPack) -> Iterator[str]:
    sections: dict[str, Iterable[object]] = {
        "levels": (entry.level for entry in pack.levels),
        "ratings": (f"{entry.speed} from level {entry.from_level}" for entry in pack.ratings),
        "statutory_when_raised": (entry.level for entry in pack.statutory_when_raised),
        "indicators": (entry.id for entry in pack.indicators),
        "danger": (entry.code for entry in pack.danger),
        "evidence.grades": (f"{entry.scheme} {entry.value}".upper() for entry in pack.evidence.grades),
        "evidence.rules": (entry.code for entry in pack.evidence.rules),
        "evidence.recorded_only": (entry.marker for entry in pack.evidence.recorded_only),
        "evidence.prompts": (entry.code for entry in pack.evidence.prompts),
        "multipliers": (entry.code for entry in pack.multipliers),
        "protective": (entry.code for entry in pack.protective),
        "unknowns": (entry.code for entry in pack.unknowns),
    }
    for section, values in sections.items():
        for value, count in Counter(values).items():
            if count > 1:
                yield f"{section}: {value}: stands there {count} times; keep one entry"


def _levels(pack: ContinuumPack) -> Iterator[str]:
    given = {entry.level for entry in pack.levels}
    for level in LEVELS:
        if level not in given:
            yield f"levels: {level}: is missing; give an entry for each level from 1 to {HIGHEST_LEVEL}"
    for entry in pack.levels:
        if (entry.decision == "confirm") != (entry.reason is not None):
            yield f"levels: {entry.level}: give `reason` where decision is confirm, and only there"
        if entry.level >= STATUTORY and entry.decision == "auto":
            yield f"levels: {entry.level}: must always wait for a person; write decision: confirm"


def _ratings(pack: ContinuumPack) -> Iterator[str]:
    for speed in SPEEDS:
        rows = sorted((entry.from_level, entry.rating) for entry in pack.ratings if entry.speed is speed)
        if not rows or rows[0][0] != 1:
            yield f"ratings: speed {speed.value}: says nothing for level 1; add an entry with from_level: 1"
        order = [RATINGS.index(rating) for _, rating in rows]
        if order != sorted(order, reverse=True):
            yield f"ratings: speed {speed.value}: a higher level is slower than a lower one; swap the ratings"


def _code_tables(pack: ContinuumPack) -> Iterator[str]:
    for table, section, given in (
        ("concern_theme", "indicators", {entry.id for entry in pack.indicators}),
        ("protective_factor", "protective", {entry.code for entry in pack.protective}),
        ("marker", "evidence", _named_markers(pack)),
    ):
        known = set(codes(table))
        for code in sorted(known - given):
            hint = "; list it under recorded_only if it has no weight" if table == "marker" else ""
            yield f"{section}: {code}: of shared/codes/{table}.csv has no entry; add one{hint}"
        for code in sorted(given - known):
            yield f"{section}: {code}: is not in shared/codes/{table}.csv; correct the code or add it there"
    for entry in pack.indicators:
        yield from _unlisted("assessment_factors", f"indicators: {entry.id}: factors", entry.factors)
        yield from _unlisted("primary_need", f"indicators: {entry.id}: need", [entry.need] if entry.need else [])


def _unlisted(table: str, where: str, given: Iterable[str]) -> Iterator[str]:
    for code in given:
        if code not in codes(table):
            yield f"{where}: {code}: is not in shared/codes/{table}.csv; use one of its codes"


def _conditions(pack: ContinuumPack) -> Iterator[tuple[str, ConditionEntry]]:
    for danger in pack.danger:
        for condition in danger.when:
            yield f"danger: {danger.code}", condition
    for rule in pack.evidence.rules:
        yield f"evidence.rules: {rule.code}", rule
    for multiplier in pack.multipliers:
        yield f"multipliers: {multiplier.code}", multiplier


def _grade_facts(pack: ContinuumPack) -> set[str]:
    given = [grade.fact for grade in pack.evidence.grades] + [band.fact for band in pack.evidence.dash_ticks]
    return {fact for fact in given if fact is not None}


def named_facts(pack: ContinuumPack) -> set[str]:
    """Every fact that a condition asks for."""
    return {fact for _, condition in _conditions(pack) for fact in (*condition.every, *condition.some)}


def _named_markers(pack: ContinuumPack) -> set[str]:
    recorded = {entry.marker for entry in pack.evidence.recorded_only}
    return (named_facts(pack) | recorded) - WORKED_OUT - _grade_facts(pack)


def _danger_codes(pack: ContinuumPack) -> Iterator[str]:
    if not any(entry.prompt_only for entry in pack.danger):
        yield "danger: one entry must have prompt_only: true, for words that only prompt a person; add text_prompt"


def _ticks(pack: ContinuumPack) -> Iterator[str]:
    covered = Counter(tick for entry in pack.evidence.dash_ticks for tick in range(entry.first, entry.last + 1))
    for tick in DASH_TICKS:
        if covered[tick] != 1:
            wrong = "has no band" if covered[tick] == 0 else f"has {covered[tick]} bands"
            yield f"evidence.dash_ticks: {tick} ticks: {wrong}; let the bands meet without gap or overlap"


def _references(pack: ContinuumPack) -> Iterator[str]:
    known = {entry.id for entry in pack.indicators}
    for where, given in _referred_indicators(pack):
        for code in given:
            if code not in known:
                yield f"{where}: {code}: is no indicator of this pack; correct it or add the indicator"


def _referred_indicators(pack: ContinuumPack) -> Iterator[tuple[str, Iterable[str]]]:
    for where, condition in _conditions(pack):
        yield where, (code for group in condition.groups for code in group)
    for rule in pack.evidence.rules:
        yield f"evidence.rules: {rule.code}", (rule.indicator, *rule.ask_where)
    for grade in pack.evidence.grades:
        given = () if grade.indicator is None else (grade.indicator,)
        yield f"evidence.grades: {grade.scheme} {grade.value}", (*given, *grade.where)
    for band in pack.evidence.dash_ticks:
        yield f"evidence.dash_ticks: from {band.first}", (band.indicator,)
    for prompt in pack.evidence.prompts:
        yield f"evidence.prompts: {prompt.code}", prompt.covered_by
    for name, window in (("domestic_abuse", pack.history.domestic_abuse), ("missing", pack.history.missing)):
        yield f"history: {name}", window.indicators


def _facts(pack: ContinuumPack) -> Iterator[str]:
    for where, condition in _conditions(pack):
        if not (condition.every or condition.some or condition.groups):
            yield f"{where}: has no condition, so it would always hold; give all, any or with"
        if any(not group for group in condition.groups):
            yield f"{where}: with: has an empty list, which nothing can meet; remove it or name an indicator"
    for rule in pack.evidence.rules:
        if rule.ask is not None and not (rule.ask_where or rule.groups):
            yield f"evidence.rules: {rule.code}: ask needs ask_where: the indicators at which to ask"
    for fact in sorted(WORKED_OUT - named_facts(pack)):
        yield f"facts: {fact}: triage works it out and nothing uses it; add a rule or a multiplier for it"


def _history(pack: ContinuumPack) -> Iterator[str]:
    for name, window in (("domestic_abuse", pack.history.domestic_abuse), ("missing", pack.history.missing)):
        if (window.months > 0) == (window.days > 0):
            yield f"history: {name}: give months or days, one of them"
    yield from _unlisted("contact_outcome", "history: rereferral: outcomes", pack.history.rereferral.outcomes)


def _multipliers(pack: ContinuumPack) -> Iterator[str]:
    for entry in pack.multipliers:
        where = f"multipliers: {entry.code}"
        if not (entry.adds or entry.speed or entry.review):
            yield f"{where}: does nothing; give adds, speed or review"
        if entry.up_to_level is not None and (entry.adds > 1 or entry.speed or entry.statutory != "none"):
            yield f"{where}: up_to_level with speed, statutory or adds above 1 would lower a higher need; remove them"
        if entry.up_to_level is not None and entry.adds:
            yield from _flags_above(pack, where, entry.up_to_level)
        yield from _unlisted("primary_need", f"{where}: needs", entry.needs)
    given = {entry.level for entry in pack.statutory_when_raised}
    for level in range(STATUTORY, HIGHEST_LEVEL + 1):
        if level not in given:
            yield f"statutory_when_raised: {level}: is missing; give the flag of a level that multipliers reach"


def _flags_above(pack: ContinuumPack, where: str, level: int) -> Iterator[str]:
    """Indicators above what a multiplier raises must bring the flag of what it raises to: one more never lowers it."""
    raised = next((entry.flag for entry in pack.statutory_when_raised if entry.level == level + 1), StatutoryFlag.NONE)
    for entry in pack.indicators:
        if entry.level > level and FLAGS.index(entry.statutory) > FLAGS.index(raised):
            yield (
                f"{where}: raises to level {level + 1} with flag {raised.value}, and {entry.id} of level {entry.level} "
                f"has {entry.statutory.value}; give {entry.id} the flag, or leave out up_to_level"
            )


def _unknowns(pack: ContinuumPack) -> Iterator[str]:
    given = {entry.code: entry for entry in pack.unknowns}
    for code in sorted((UNREAD | LEFT_OPEN) - given.keys()):
        yield f"unknowns: {code}: has no entry; add one with its label"
    for code in sorted(given.keys() - UNREAD - LEFT_OPEN):
        yield f"unknowns: {code}: is nothing triage looks for; remove it"
    for code in sorted(UNREAD & given.keys()):
        if given[code].reason is None:
            yield f"unknowns: {code}: must give a reason, because a person has to read it"
