"""What would change the answer, in words, so that a practitioner knows which question to ask next."""

from collections.abc import Iterator
from datetime import date

from services.triage.domain.findings import Findings
from services.triage.domain.policy import HIGHEST_LEVEL, Policy

_MOST = 8  # lines shown; the first ones matter most


def what_would_change(
    findings: Findings, level: int, unknowns: tuple[str, ...], third_before: date | None, policy: Policy
) -> tuple[str, ...]:
    """Sentences, the weightiest first. level: the one suggested; unknowns: what is open; third_before: see `Known`.

    Source: design, promise 4 (every suggestion shows what would change it).
    """
    lines = [
        *_of_danger(findings),
        *_of_questions(findings, level, policy),
        *_of_age(findings, level, unknowns, policy),
        *_of_review(findings, level),
        *_of_next_contact(findings, level, third_before, policy),
        *_of_strongest(findings, level, policy),
        *_of_consent(findings, level, policy),
    ]
    return tuple(dict.fromkeys(lines))[:_MOST]


def _reaching(start: int, findings: Findings) -> int:
    return min(start + sum(row.adds for row in findings.multipliers), HIGHEST_LEVEL)


def _of_danger(findings: Findings) -> Iterator[str]:
    if findings.in_danger:
        yield "A danger criterion is met: nothing else in this contact changes the answer, a person decides."


def _of_questions(findings: Findings, level: int, policy: Policy) -> Iterator[str]:
    evidence = findings.evidence
    if not evidence.indicators:
        yield "An indicator for the concern would replace the level shown, which is only a cautious start."
    for rule in policy.questions.holding(frozenset(), evidence.indicators):
        if rule.indicator not in evidence.indicators:
            reached = _reaching(policy.indicators[rule.indicator].level, findings)
            if reached > level:
                yield f"If {rule.ask}, this would be level {reached}."


def _of_review(findings: Findings, level: int) -> Iterator[str]:
    if level < HIGHEST_LEVEL:
        for multiplier in findings.multipliers:
            if multiplier.review:
                yield f"A person may raise it to level {level + 1}: {multiplier.label}."


def _of_next_contact(findings: Findings, level: int, third_before: date | None, policy: Policy) -> Iterator[str]:
    if third_before is not None and level <= policy.history.low_level_up_to:
        window = policy.history.low_level
        by = f"{third_before.day} {third_before:%B %Y}"
        reached = _level_with("third_low_level_contact", findings, level, policy)
        if reached > level:
            number = f"number {window.count} in {window.days} days"
            yield f"One more contact by {by} would make this level {reached}: {number}."
        else:
            yield f"One more contact by {by} would be number {window.count} in {window.days} days and ask for a review."


def _of_age(findings: Findings, level: int, unknowns: tuple[str, ...], policy: Policy) -> Iterator[str]:
    if "birth_date" in unknowns:
        reached = _level_with("age_under_1", findings, level, policy)
        if reached > level:
            yield f"If the child is under 1, this would be level {reached}."


def _level_with(fact: str, findings: Findings, level: int, policy: Policy) -> int:
    """The level if one more fact were known, everything else being as it is."""
    evidence = findings.evidence
    highest = max((sign.indicator.level for sign in evidence.signs), default=policy.no_indicator_level)
    more = [
        row.adds
        for row in policy.multipliers.holding(evidence.facts | {fact}, evidence.indicators)
        if row not in findings.multipliers and not row.needs and (row.up_to_level is None or highest <= row.up_to_level)
    ]
    return min(level + sum(more), HIGHEST_LEVEL)


def _of_strongest(findings: Findings, level: int, policy: Policy) -> Iterator[str]:
    indicators = findings.evidence.indicators
    if findings.in_danger or not indicators:
        return
    if len(indicators) == 1:
        yield f"It rests on {min(indicators)} alone: without it no indicator is left and a person decides."
        return
    *_, (second, _), (_, strongest) = sorted((policy.indicators[code].level, code) for code in indicators)
    without = _reaching(second, findings)
    if without < level:
        yield f"Without {strongest} it would be level {without}."


def _of_consent(findings: Findings, level: int, policy: Policy) -> Iterator[str]:
    if findings.contact.consent.status != "given" and policy.levels[level].automatic:
        yield "With the family's consent recorded, early help could be placed without waiting for a person."
