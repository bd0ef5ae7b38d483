"""A contact that was assessed again, for example after its identity was settled: the newest assessment counts.

What a person has decided stays as it is, unless danger has come to light since: nothing moves behind their back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.router.domain.models import Case, Contact, OpenCase
from services.router.domain.placement import Placed, Policy, Waiting, place
from services.router.domain.versions import among_versions, standing
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
    case: Case,
    contact: Contact,
    assessed_at: datetime,
    open_case: OpenCase | None,
    policy: Policy,
    before: Sequence[Case] = (),
) -> Waiting | Placed | Stays:
    """What a further assessment of a known contact does to its case. before: versions before this contact.

    Source: continuum, rule 5 (a qualified person decides); that new danger alone undoes a decision: assumption.
    """
    if assessed_at < case.assessed_at:
        return Stays(Kept.OLDER)
    new_danger = contact.in_danger and not case.contact.in_danger
    if case.position.decided_by is not None and not new_danger:
        return Stays(Kept.PERSON_DECIDED)
    stands, _ = standing(contact, before)
    decided = among_versions(contact, before, place(stands, open_case, policy), policy)
    return Stays(Kept.UNCHANGED) if is_same(case, stands, decided) else decided


def is_same(case: Case, contact: Contact, decided: Waiting | Placed) -> bool:
    """True where a case holds these facts already and stands where they lead."""
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
