"""Facts a contact states in structured fields: its markers, and what follows from dates, roles and disabilities.

An age that may be under one counts as under one. Of an age that is not told at all nothing follows; intake asks a
person where it matters.
"""

from datetime import date

from services.triage.domain.age import age_of
from services.triage.domain.policy import FactRules
from shared.messages.contact import CanonicalContact, Child

# Facts that triage works out itself; every other fact is a marker or is named by a grade of the pack.
WORKED_OUT = frozenset(
    {
        "unborn",
        "age_not_mobile",
        "age_under_1",
        "immediate_danger",
        "sender_thinks_level_4_or_5",
        "third_domestic_abuse_incident",
        "third_missing_episode",
        "third_low_level_contact",
        "several_agencies_in_a_week",
        "rereferral_within_12_months",
        "earlier_plan",
        "earlier_looked_after",
    }
)
_NO_DISABILITY = "NONE"


def stated_facts(contact: CanonicalContact, on: date, rules: FactRules) -> set[str]:
    """Every fact of the contact itself. on: the London date it was received.

    Source: continuum, indicators and risk multipliers; where a fact begins stands in the pack: assumption.
    """
    facts = set(contact.markers)
    if contact.immediate_danger and not contact.danger_criteria:
        facts.add("immediate_danger")
    if contact.level_thought is not None and contact.level_thought >= rules.sender_thinks_level:
        facts.add("sender_thinks_level_4_or_5")
    if any("victim" in adult.roles and "pregnant" in adult.roles for adult in contact.adults):
        facts.add("victim_pregnant")
    if isinstance(contact.subject, Child):
        facts |= _facts_of_child(contact.subject, on, rules)
    return facts


def _facts_of_child(child: Child, on: date, rules: FactRules) -> set[str]:
    facts: set[str] = set()
    if any(code != _NO_DISABILITY for code in child.disabilities):
        facts.add("child_disabled")
    if child.unborn:
        facts.add("unborn")
        if child.expected_on is not None and child.expected_on - on <= rules.birth_soon:
            facts.add("birth_within_6_weeks")
    age = age_of(child, on)
    if age is not None and age.lowest < 12:
        facts.add("age_under_1")
        if age.lowest < rules.not_mobile_months:
            facts.add("age_not_mobile")
    return facts
