"""What a person's decision means for the history of a child: the level and outcome that hold are the final ones.

Triage learns what the router carried out, never what somebody asked for: a refused or stale decision leaves no trace.
Source: continuum of need, rules for the router 2 and 5 (a recorded outcome; a qualified person decides).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.triage.domain.history import CONTACT, REFERRAL, Entry
from services.triage.domain.in_force import Policies
from services.triage.domain.policy import HistoryRules


@dataclass(frozen=True, slots=True)
class Decision:
    """A contact as it stands after one decision. version: of its case then; a later one outranks an earlier one."""

    contact_id: UUID
    version: int
    level: int
    outcome: str | None


@dataclass(frozen=True, slots=True)
class DecidedEntry:
    """An entry and the version of the case at which it was last decided; 0 before any decision."""

    contact_id: UUID
    entry: Entry
    decided_version: int


def kind_of_contact(level: int | None, outcome: str | None, rules: HistoryRules) -> str:
    """contact, or referral where the level or the outcome makes it one. Source: `history.rereferral` of the pack."""
    reached = level is not None and level >= rules.referral_level
    return REFERRAL if reached or outcome in rules.referral_outcomes else CONTACT


def settle(
    entries: Mapping[UUID, DecidedEntry], decisions: Sequence[Decision], policies: Policies
) -> list[DecidedEntry]:
    """The entries as they stand once these decisions are known, in any order; only those that changed.

    Each decision tells everything that holds after it, so an older one that comes late, and one that was left out,
    change nothing. A contact about a place has no entry. What counts as a referral is said by the continuum in force on
    the day of the contact.
    """
    settled: dict[UUID, DecidedEntry] = {}
    for decision in sorted(decisions, key=lambda one: one.version):
        held = settled.get(decision.contact_id) or entries.get(decision.contact_id)
        if held is not None and decision.version > held.decided_version:
            settled[decision.contact_id] = _decided(held, decision, policies.on(held.entry.on).history)
    return list(settled.values())


def _decided(held: DecidedEntry, decision: Decision, rules: HistoryRules) -> DecidedEntry:
    level, outcome = decision.level, decision.outcome
    kind = kind_of_contact(level, outcome, rules)
    entry = replace(held.entry, level=level, outcome=outcome, kind=kind, decided=True)
    return DecidedEntry(held.contact_id, entry, decision.version)
