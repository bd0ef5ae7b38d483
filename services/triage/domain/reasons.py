"""Why a person must decide, or None where the rules decide safely."""

from services.triage.domain.findings import Findings
from services.triage.domain.outcomes import Reason
from services.triage.domain.policy import Policy
from shared.messages.assessment import StatutoryFlag


def reason_for_person(
    findings: Findings, level: int, flag: StatutoryFlag, identity: Reason | None, policy: Policy
) -> Reason | None:
    """The first reason that applies, in the order in which people must act on them.

    Source: continuum, rules 2 and 5, and design, promise 4; their order: assumption.
    """
    if findings.in_danger:
        return Reason.DANGER
    if "restricted" in findings.contact.markers:
        return Reason.RESTRICTED
    if findings.dangers:
        return Reason.TEXT_PROMPT
    if identity is not None:
        return identity
    if not findings.evidence.indicators:
        return Reason.TEXT_PROMPT if findings.hits else Reason.NO_INDICATOR
    return _of_level(level, flag, policy) or _of_reading(findings, policy)


def _of_level(level: int, flag: StatutoryFlag, policy: Policy) -> Reason | None:
    row = policy.levels[level]
    if row.reason is not None:
        return Reason(row.reason)
    return None if flag is StatutoryFlag.NONE else Reason.STATUTORY_FLAG


def _of_reading(findings: Findings, policy: Policy) -> Reason | None:
    if findings.hits:
        return Reason.TEXT_PROMPT
    unread = {policy.unknowns[item.code].reason for item in findings.evidence.unread}
    if Reason.NO_INDICATOR in unread:
        return Reason.NO_INDICATOR
    reviews = [row for row in findings.multipliers if row.review]
    if not all(row.open_team_reviews for row in reviews):
        return Reason.MULTIPLIER_REVIEW
    noted = policy.noted_defects
    if unread or any(defect.code not in noted for defect in findings.contact.defects):
        return Reason.DEFECTS
    return Reason.HISTORY_REVIEW if reviews else None
