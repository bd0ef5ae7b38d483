"""Need, scored in the open: highest single indicator plus multipliers, capped; the fastest speed; danger above all.

Source: continuum of need, rules for the router 1 and 5. Nothing lowers; an input that no rule decides goes to a person.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.triage.domain.changes import what_would_change
from services.triage.domain.confidence import confidence_in
from services.triage.domain.factors import factors_of
from services.triage.domain.findings import Findings, find
from services.triage.domain.history import Known
from services.triage.domain.outcomes import NeedsPerson, Outcome, Reason, Score, Suggested
from services.triage.domain.policy import FLAGS, HIGHEST_LEVEL, RATINGS, SPEEDS, Policy, Speed
from services.triage.domain.reasons import reason_for_person
from services.triage.domain.unknowns import left_open
from shared.messages.assessment import Rating, StatutoryFlag
from shared.messages.contact import CanonicalContact


@dataclass(frozen=True, slots=True)
class Decided:
    """What the rules make of one contact, before any of it is explained. reason: why a person must decide, or None."""

    findings: Findings
    level: int
    speed: Speed
    rating: Rating
    statutory_flag: StatutoryFlag
    reason: Reason | None


def assess(
    contact: CanonicalContact,
    known: Known,
    identity: Reason | None,
    on: date,
    policy: Policy,
    danger: Iterable[str] = (),
) -> Outcome:
    """The suggestion for one contact, or why a person must decide.

    on: the London date of receipt. identity: why the subject is not settled, or None. danger: criteria met at intake.
    """
    decided = decide(contact, known, identity, on, policy, danger)
    score = _explained(decided, known.third_before, identity, policy)
    return Suggested(score) if decided.reason is None else NeedsPerson(decided.reason, score)


def decide(
    contact: CanonicalContact,
    known: Known,
    identity: Reason | None,
    on: date,
    policy: Policy,
    danger: Iterable[str] = (),
) -> Decided:
    """As `assess`, without the explanation: what a replay of many contacts needs."""
    findings = find(contact, known, on, policy, danger)
    level, speed = _level(findings, policy), _speed(findings, policy)
    flag = _flag(findings, level, policy)
    return Decided(
        findings=findings,
        level=level,
        speed=speed,
        rating=_rating(level, speed, policy),
        statutory_flag=flag,
        reason=reason_for_person(findings, level, flag, identity, policy),
    )


def _explained(decided: Decided, third_before: date | None, identity: Reason | None, policy: Policy) -> Score:
    findings, level = decided.findings, decided.level
    unknowns = left_open(findings.contact, findings.evidence)
    return Score(
        level=level,
        speed=decided.speed,
        rating=decided.rating,
        statutory_flag=decided.statutory_flag,
        danger=tuple(danger.code for danger in findings.dangers),
        indicators=tuple(sorted(findings.evidence.indicators)),
        factors=factors_of(findings, policy),
        unknowns=unknowns,
        changes=what_would_change(findings, level, unknowns, third_before, policy),
        confidence=confidence_in(findings, unknowns, identity, policy),
    )


def _level(findings: Findings, policy: Policy) -> int:
    """Source: rule 1. Danger is the highest level; what could not be read starts at the pack's cautious level."""
    if findings.in_danger:
        return HIGHEST_LEVEL
    starts = [sign.indicator.level for sign in findings.evidence.signs]
    if findings.cautious:
        starts.append(policy.no_indicator_level)
    return min(max(starts) + sum(row.adds for row in findings.multipliers), HIGHEST_LEVEL)


def _speed(findings: Findings, policy: Policy) -> Speed:
    """The fastest single speed, never an average. Source: rule 1."""
    speeds = {sign.indicator.speed for sign in findings.evidence.signs}
    speeds |= {floor.speed for floor in findings.evidence.floors}
    speeds |= {row.speed for row in findings.multipliers if row.speed is not None}
    if findings.cautious:
        speeds.add(policy.no_indicator_speed)
    if findings.dangers:
        speeds.add(Speed.IMMEDIATE)
    return min(speeds, key=SPEEDS.index)


def _rating(level: int, speed: Speed, policy: Policy) -> Rating:
    at_least = policy.levels[level].rating_at_least
    ratings = [policy.ratings[speed, level], *([at_least] if at_least is not None else [])]
    return min(ratings, key=RATINGS.index)


def _flag(findings: Findings, level: int, policy: Policy) -> StatutoryFlag:
    """The strongest flag of anything that counted; a level that multipliers raised brings its own."""
    flags = {sign.indicator.statutory for sign in findings.evidence.signs}
    flags |= {danger.statutory for danger in findings.dangers} | {row.statutory for row in findings.multipliers}
    if any(row.adds for row in findings.multipliers):
        flags.add(policy.levels[level].statutory_when_raised)
    return min(flags, key=FLAGS.index, default=StatutoryFlag.NONE)
