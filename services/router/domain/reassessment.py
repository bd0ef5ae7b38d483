"""A contact that was assessed again, for example after its identity was settled: the newest assessment counts.

What a person has decided stays as it is, unless danger has come to light since: nothing moves behind their back.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.router.domain.models import Case, Contact, OpenCase
from services.router.domain.placement import Placed, Policy, Waiting, place
from shared.messages.case_moved import CaseState


class Kept(StrEnum):
    """Why a case did not move on a further assessment. PERSON_DECIDED: its queue is alerted to the new assessment."""

    OLDER = "older"
    UNCHANGED = "unchanged"
    PERSON_DECIDED = "person_decided"


@dataclass(frozen=True, slots=True)
class Stays:
    """The case stays where it is."""

    why: Kept


def reassess(
    case: Case, contact: Contact, assessed_at: datetime, open_case: OpenCase | None, policy: Policy
) -> Waiting | Placed | Stays:
    """What a further assessment of a known contact does to its case."""
    if assessed_at < case.assessed_at:
        return Stays(Kept.OLDER)
    new_danger = contact.in_danger and not case.contact.in_danger
    if case.position.decided_by is not None and not new_danger:
        return Stays(Kept.PERSON_DECIDED)
    decided = place(contact, open_case, policy)
    return Stays(Kept.UNCHANGED) if _same(case, contact, decided) else decided


def _same(case: Case, contact: Contact, decided: Waiting | Placed) -> bool:
    position = case.position
    if case.contact != contact:
        return False
    match decided:
        case Waiting(queue, reason):
            return position.state is CaseState.WAITING and (position.queue, position.reason) == (queue, reason)
        case Placed(queue, reason, service):
            return position.state is CaseState.PLACED and (position.queue, position.reason, position.service) == (
                queue,
                reason,
                service,
            )
