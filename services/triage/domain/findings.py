"""Everything found in one contact, before any of it is weighed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.triage.domain.evidence import Evidence, read_evidence
from services.triage.domain.facts import stated_facts
from services.triage.domain.history import Known
from services.triage.domain.policy import Danger, Multiplier, Policy
from services.triage.domain.prompts import Hit
from shared.messages.assessment import StatutoryFlag
from shared.messages.contact import CanonicalContact


@dataclass(frozen=True, slots=True)
class Findings:
    """stated: danger criteria met at intake. cautious: the pack's stand-in level and speed count as well."""

    contact: CanonicalContact
    evidence: Evidence
    hits: tuple[Hit, ...]
    dangers: tuple[Danger, ...]
    stated: frozenset[str]
    multipliers: tuple[Multiplier, ...]

    @property
    def in_danger(self) -> bool:
        """Whether a criterion is met by more than words in a text.

        Source: continuum, immediate-danger criteria (a text hit is a prompt for a person, never a silent decision).
        """
        return any(not danger.prompt_only for danger in self.dangers)

    @property
    def cautious(self) -> bool:
        """Nothing could be read, or not everything: what is unread never counts as low.

        Source: continuum, rule 2 (never do nothing); that what is unread is no low level: assumption.
        """
        return not self.evidence.indicators or bool(self.evidence.unread)


def find(contact: CanonicalContact, known: Known, on: date, policy: Policy, danger: Iterable[str]) -> Findings:
    """Read one contact against one policy. on: the London date of receipt; danger: criteria met at intake.

    Source: continuum, immediate-danger criteria (checked on raw text and on structured fields).
    """
    stated = frozenset(contact.danger_criteria) | frozenset(danger)
    evidence = read_evidence(contact, stated_facts(contact, on, policy.facts) | known.facts, policy)
    return Findings(
        contact=contact,
        evidence=evidence,
        hits=policy.prompts.hits(contact, evidence.indicators),
        dangers=_dangers(evidence, stated, policy),
        stated=stated,
        multipliers=_multipliers(evidence, policy),
    )


def _dangers(evidence: Evidence, stated: frozenset[str], policy: Policy) -> tuple[Danger, ...]:
    """Every criterion met at intake or here. One that the pack does not know still counts as danger."""
    met = {row.code: row for row in policy.danger_lookup.holding(evidence.facts, evidence.indicators)}
    for code in stated:
        met[code] = policy.dangers.get(code) or Danger(code, code, (), StatutoryFlag.S47, False, "intake")
    return tuple(met[code] for code in sorted(met))


def _multipliers(evidence: Evidence, policy: Policy) -> tuple[Multiplier, ...]:
    needs = {sign.indicator.need for sign in evidence.signs}
    highest = max((sign.indicator.level for sign in evidence.signs), default=policy.no_indicator_level)
    return tuple(
        row
        for row in policy.multipliers.holding(evidence.facts, evidence.indicators)
        if (row.up_to_level is None or highest <= row.up_to_level)
        and (not row.needs or not row.needs.isdisjoint(needs))
    )
