"""Compiles a checked continuum for scoring."""

from datetime import timedelta

from services.triage import pack_checks
from services.triage.domain.conditions import Condition, Lookup
from services.triage.domain.policy import (
    SPEEDS,
    Danger,
    FactRules,
    Grade,
    HistoryRules,
    Indicator,
    LevelRow,
    Multiplier,
    Policy,
    Rule,
    Speed,
    TickBand,
    Unknown,
    Window,
)
from services.triage.domain.prompts import Prompt, PromptIndex
from services.triage.pack import ConditionEntry, ContinuumPack, EpisodeWindow, RuleEntry, Sourced
from shared.codes import codes
from shared.messages.assessment import Rating, StatutoryFlag


def compiled(pack: ContinuumPack, version: str) -> Policy:
    """The policy of a pack in which `pack_checks.problems` finds nothing. version: as stored with decisions."""
    defects, dangers, rules = codes("defect"), _dangers(pack), _rules(pack)
    return Policy(
        version=version,
        valid_from=pack.valid_from,
        levels=_levels(pack),
        ratings=_ratings(pack),
        no_indicator_level=pack.no_indicator.level,
        no_indicator_speed=pack.no_indicator.speed,
        indicators=_indicators(pack),
        dangers=dangers,
        danger_lookup=Lookup((condition, row) for row in dangers.values() for condition in row.when),
        grades=_grades(pack),
        tick_bands=_tick_bands(pack),
        rules=Lookup((rule.condition, rule) for rule in rules),
        questions=Lookup((rule.ask_at, rule) for rule in rules if rule.ask_at is not None),
        facts=FactRules(
            not_mobile_months=pack.facts.not_mobile.under_months,
            birth_soon=timedelta(weeks=pack.facts.birth_soon.within_weeks),
            sender_thinks_level=pack.facts.sender_thinks.from_level,
        ),
        markers=frozenset(codes("marker")),
        prompts=_prompts(pack),
        history=_history(pack),
        multipliers=Lookup((row.condition, row) for row in _multipliers(pack)),
        multiplier_codes=tuple(entry.code for entry in pack.multipliers),
        protective={entry.code: (entry.label, _clause("protective", entry.code, entry)) for entry in pack.protective},
        unknowns={
            entry.code: Unknown(entry.code, entry.label, entry.reason, _clause("unknowns", entry.code, entry))
            for entry in pack.unknowns
        },
        noted_defects=frozenset(code for code in defects if defects[code].attributes.get("grade") == "note"),
    )


def _clause(section: str, code: str, entry: Sourced) -> str:
    return f"{section}/{code} ({entry.source})"


def _condition(entry: ConditionEntry) -> Condition:
    return Condition(frozenset(entry.every), frozenset(entry.some), tuple(frozenset(group) for group in entry.groups))


def _levels(pack: ContinuumPack) -> dict[int, LevelRow]:
    raised = {entry.level: entry.flag for entry in pack.statutory_when_raised}
    return {
        entry.level: LevelRow(
            level=entry.level,
            scale=entry.scale,
            label=entry.label,
            automatic=entry.decision == "auto",
            reason=entry.reason,
            rating_at_least=entry.rating_at_least,
            statutory_when_raised=raised.get(entry.level, StatutoryFlag.NONE),
        )
        for entry in pack.levels
    }


def _ratings(pack: ContinuumPack) -> dict[tuple[Speed, int], Rating]:
    table: dict[tuple[Speed, int], Rating] = {}
    for speed in SPEEDS:
        rows = sorted((entry for entry in pack.ratings if entry.speed is speed), key=lambda entry: entry.from_level)
        for level in pack_checks.LEVELS:
            table[speed, level] = [entry.rating for entry in rows if entry.from_level <= level][-1]
    return table


def _indicators(pack: ContinuumPack) -> dict[str, Indicator]:
    return {
        entry.id: Indicator(
            code=entry.id,
            label=entry.label,
            level=entry.level,
            speed=entry.speed,
            statutory=entry.statutory,
            need=entry.need,
            cin_factors=entry.factors,
            clause=_clause("indicators", entry.id, entry),
        )
        for entry in pack.indicators
    }


def _dangers(pack: ContinuumPack) -> dict[str, Danger]:
    return {
        entry.code: Danger(
            code=entry.code,
            label=entry.label,
            when=tuple(_condition(condition) for condition in entry.when),
            statutory=entry.statutory,
            prompt_only=entry.prompt_only,
            clause=_clause("danger", entry.code, entry),
        )
        for entry in pack.danger
    }


def _grades(pack: ContinuumPack) -> dict[tuple[str, str], Grade]:
    return {
        (entry.scheme.upper(), entry.value.upper()): Grade(
            name=f"{entry.scheme} {entry.value}",
            indicator=entry.indicator,
            where=frozenset(entry.where),
            speed=entry.speed,
            fact=entry.fact,
            clause=_clause("evidence/grades", f"{entry.scheme} {entry.value}", entry),
        )
        for entry in pack.evidence.grades
    }


def _tick_bands(pack: ContinuumPack) -> tuple[TickBand, ...]:
    return tuple(
        TickBand(
            entry.first,
            entry.last,
            Grade(
                name=f"DASH {entry.first} to {entry.last} ticks",
                indicator=entry.indicator,
                where=frozenset(),
                speed=None,
                fact=entry.fact,
                clause=_clause("evidence/dash_ticks", f"from {entry.first}", entry),
            ),
        )
        for entry in pack.evidence.dash_ticks
    )


def _rules(pack: ContinuumPack) -> tuple[Rule, ...]:
    return tuple(
        Rule(
            code=entry.code,
            condition=_condition(entry),
            indicator=entry.indicator,
            ask=entry.ask,
            ask_at=_ask_at(entry) if entry.ask is not None else None,
            clause=_clause("evidence/rules", entry.code, entry),
        )
        for entry in pack.evidence.rules
    )


def _ask_at(entry: RuleEntry) -> Condition:
    groups = (entry.ask_where,) if entry.ask_where else entry.groups
    return Condition(groups=tuple(frozenset(group) for group in groups))


def _prompts(pack: ContinuumPack) -> PromptIndex:
    return PromptIndex(
        Prompt(
            code=entry.code,
            label=entry.label,
            phrases=entry.phrases,
            covered_by=frozenset(entry.covered_by),
            clause=_clause("evidence/prompts", entry.code, entry),
        )
        for entry in pack.evidence.prompts
    )


def _episodes(window: EpisodeWindow) -> Window:
    return Window(window.episodes, window.months, window.days, frozenset(window.indicators))


def _history(pack: ContinuumPack) -> HistoryRules:
    history = pack.history
    return HistoryRules(
        known=Window(1, months=history.known.months),
        rereferral=Window(1, months=history.rereferral.months),
        referral_level=history.rereferral.from_level,
        referral_outcomes=frozenset(history.rereferral.outcomes),
        low_level=Window(history.low_level.contacts, days=history.low_level.days),
        low_level_up_to=history.low_level.up_to_level,
        agencies=Window(history.agencies.kinds, days=history.agencies.days),
        domestic_abuse=_episodes(history.domestic_abuse),
        missing=_episodes(history.missing),
    )


def _multipliers(pack: ContinuumPack) -> tuple[Multiplier, ...]:
    return tuple(
        Multiplier(
            code=entry.code,
            label=entry.label,
            condition=_condition(entry),
            needs=frozenset(entry.needs),
            up_to_level=entry.up_to_level,
            adds=entry.adds,
            speed=entry.speed,
            statutory=entry.statutory,
            review=entry.review,
            open_team_reviews=entry.open_team_reviews,
            clause=_clause("multipliers", entry.code, entry),
        )
        for entry in pack.multipliers
    )
