"""How far a suggestion rests on what is known. It is shown to people and changes nothing: it has no weight.

Source: assumption, confirm with the authority (nearest: design, promise 4, what is uncertain waits for a person).
"""

from services.triage.domain.findings import Findings
from services.triage.domain.outcomes import Reason
from services.triage.domain.policy import Policy
from shared.messages.assessment import Confidence

_COULD_RAISE = frozenset({"birth_date", "expected_date", "domestic_abuse_grade"})  # unknowns that a level hangs on


def confidence_in(findings: Findings, unknowns: tuple[str, ...], identity: Reason | None, policy: Policy) -> Confidence:
    """low where something was not understood, medium where something that could raise is open, else high.

    identity: why the subject is not settled, or None: its history is not, then, all known either.
    """
    if findings.in_danger:
        return Confidence.HIGH
    if findings.cautious or findings.dangers:
        return Confidence.LOW
    defects = any(defect.code not in policy.noted_defects for defect in findings.contact.defects)
    if identity is not None or defects or findings.hits or not _COULD_RAISE.isdisjoint(unknowns):
        return Confidence.MEDIUM
    return Confidence.HIGH
