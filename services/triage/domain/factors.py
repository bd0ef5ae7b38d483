"""Every factor as a line a person can read: what, how much, in which words, from where, by which clause."""

from collections.abc import Iterable

from services.triage.domain.evidence import Evidence, Unread
from services.triage.domain.findings import Findings
from services.triage.domain.policy import HIGHEST_LEVEL, Danger, Multiplier, Policy, Speed
from services.triage.domain.prompts import Hit
from shared.messages.assessment import Factor
from shared.messages.contact import CanonicalContact

_KINDS = ("danger", "indicator", "multiplier", "unknown", "protective")


def factors_of(findings: Findings, policy: Policy) -> tuple[Factor, ...]:
    """Every factor, the heaviest first within each kind; the order they were found in does not show.

    Source: design, promise 4 (each factor, its weight, the words it came from).
    """
    evidence = findings.evidence
    factors = [
        *_dangers(findings),
        *_indicators(evidence),
        *_multipliers(findings.multipliers, evidence),
        *_unknowns(evidence.unread, findings.hits, policy),
        *_protective(findings.contact, policy),
    ]
    return tuple(sorted(factors, key=lambda f: (_KINDS.index(f.kind), -f.weight, f.code, f.source, f.words or "")))


def _dangers(findings: Findings) -> list[Factor]:
    return [
        Factor(
            kind="danger",
            code=danger.code,
            label=danger.label,
            weight=0 if danger.prompt_only else HIGHEST_LEVEL,
            speed=Speed.IMMEDIATE.value,
            words=_prompting_words(danger, findings.contact) if danger.prompt_only else None,
            source="danger_criteria" if danger.code in findings.stated else "indicators and markers",
            clause=danger.clause,
        )
        for danger in findings.dangers
    ]


def _prompting_words(danger: Danger, contact: CanonicalContact) -> str | None:
    """The words intake saw: it keeps them as concerns with the source `<code of the prompt>/<what they suggest>`."""
    seen = {concern.text for concern in contact.concerns if concern.source.startswith(f"{danger.code}/")}
    return "; ".join(sorted(text for text in seen if text)) or None


def _indicators(evidence: Evidence) -> list[Factor]:
    """One line for each place an indicator was found."""
    return [
        Factor(
            kind="indicator",
            code=sign.indicator.code,
            label=sign.indicator.label,
            weight=sign.indicator.level,
            speed=sign.indicator.speed.value,
            words=sign.words,
            source=sign.source,
            clause=sign.clause,
        )
        for sign in evidence.signs
    ]


def _multipliers(multipliers: Iterable[Multiplier], evidence: Evidence) -> list[Factor]:
    """What raised the answer, and the sender's own grades where they set a floor for the speed."""
    lines = [
        Factor(
            kind="multiplier",
            code=multiplier.code,
            label=multiplier.label,
            weight=multiplier.adds,
            speed=multiplier.speed.value if multiplier.speed else None,
            source=_where(multiplier, evidence),
            clause=multiplier.clause,
        )
        for multiplier in multipliers
    ]
    lines += [
        Factor(
            kind="multiplier",
            code="sender_grade",
            label=f"the sender's grade {floor.grade.name}",
            speed=floor.speed.value,
            words=floor.words,
            source=floor.source,
            clause=floor.grade.clause,
        )
        for floor in evidence.floors
    ]
    return lines


def _where(multiplier: Multiplier, evidence: Evidence) -> str:
    condition = multiplier.condition
    facts = (condition.every | condition.some) & evidence.facts
    found = {code for group in condition.groups for code in group & evidence.indicators}
    return ", ".join(sorted(facts | found))


def _protective(contact: CanonicalContact, policy: Policy) -> list[Factor]:
    """Recorded and shown; they carry no weight here. One that the pack does not name is shown by its code."""
    rows = ((code, *policy.protective.get(code, (code, ""))) for code in contact.protective)
    return [
        Factor(kind="protective", code=code, label=label, source="protective", clause=clause)
        for code, label, clause in rows
    ]


def _unknowns(unread: Iterable[Unread], hits: Iterable[Hit], policy: Policy) -> list[Factor]:
    """What a person must read: things no entry understands, and words that may mean more."""
    lines = [
        Factor(
            kind="unknown",
            code=item.code,
            label=policy.unknowns[item.code].label,
            words=item.words,
            source=item.source,
            clause=policy.unknowns[item.code].clause,
        )
        for item in unread
    ]
    lines += [
        Factor(
            kind="unknown",
            code=hit.prompt.code,
            label=hit.prompt.label,
            words=hit.words,
            source=hit.source,
            clause=hit.prompt.clause,
        )
        for hit in hits
    ]
    return lines
