"""What a contact leaves open. It is listed, and it never counts as low."""

from services.triage.domain.evidence import Evidence
from shared.messages.contact import CanonicalContact, Child

UNREAD = frozenset({"concern_without_indicator", "indicator_unknown", "grade_unknown", "marker_unknown"})
LEFT_OPEN = frozenset(
    {
        "domestic_abuse_grade",
        "birth_date",
        "expected_date",
        "voice_of_child",
        "consent",
        "parents_informed",
        "household",
        "address",
    }
)
_DOMESTIC_ABUSE = frozenset({"DA2", "DA3", "DA4"})


def left_open(contact: CanonicalContact, evidence: Evidence) -> tuple[str, ...]:
    """Codes of the pack's unknowns, sorted.

    Source: assumption, confirm with the authority.
    """
    states = {
        "consent": contact.consent.status == "unknown",
        "domestic_abuse_grade": not evidence.graded_domestic_abuse
        and not _DOMESTIC_ABUSE.isdisjoint(evidence.indicators),
    }
    if isinstance(contact.subject, Child):
        states |= _about_child(contact, contact.subject)
    return tuple(
        sorted({item.code for item in evidence.unread} | {code for code, is_open in states.items() if is_open})
    )


def _about_child(contact: CanonicalContact, child: Child) -> dict[str, bool]:
    return {
        "birth_date": not child.unborn and child.born_on is None,
        "expected_date": child.unborn and child.expected_on is None,
        "voice_of_child": not child.unborn
        and contact.voice_of_child is None
        and "child_spoken_to" not in contact.markers,
        "parents_informed": contact.parents_informed is None,
        "household": not contact.household and not contact.adults and not contact.siblings,
        "address": not child.addresses,
    }
