"""Recording what a person decided. Invariant: decision, audit entry and outgoing message commit together, once.

The first decision on a version of a case stands; every later one is told what the first one was.
"""

from dataclasses import dataclass
from uuid import UUID

from services.console.content import read_contact
from services.console.domain.decisions import CaseNow, Recorded, Refused, Request, refusal_of
from services.console.domain.roles import Staff
from services.console.door import ClosedDoor, NoSuchContact, closed_door
from services.console.repository.audit import Act, Outcome
from services.console.repository.case_views import Accepted, Case
from services.console.work import ConsoleWork
from shared.ids import new_id
from shared.messages.assessment import StatutoryFlag
from shared.messages.build import message_of
from shared.messages.envelope import Lane, SealedPart
from shared.messages.staff_decided import (
    REASON_PART,
    DecisionAction,
    DecisionReason,
    StaffDecided,
    StaffDecidedFacets,
    reason_seal,
)
from shared.sealing import DataKey
from shared.topics import STAFF_DECIDED


@dataclass(frozen=True, slots=True)
class Made:
    """The decision stands."""

    decision: Recorded


@dataclass(frozen=True, slots=True)
class AlreadyDecided:
    """Somebody decided on this version of the case before."""

    first: Recorded


@dataclass(frozen=True, slots=True)
class NotPossible:
    """The case does not allow it now; case: where it stands, None while in flight."""

    why: Refused
    case: CaseNow | None


@dataclass(frozen=True, slots=True)
class ContentGone:
    """The data key of the contact was destroyed: nothing about it can be decided or sealed any more."""


Answer = Made | AlreadyDecided | NotPossible | NoSuchContact | ClosedDoor | ContentGone


async def decide(
    contact_id: UUID,
    request: Request,
    staff: Staff,
    work: ConsoleWork,
    *,
    closing_outcomes: frozenset[str],
    decision_id: UUID | None = None,
    client: str | None = None,
) -> Answer:
    """Record the decision and tell the router, or say why not; commits either way, because a refusal is audited too.

    closing_outcomes: of the catalogue, for contacts that still wait;
    decision_id: made when the form was shown, so that the same form sent twice is the same decision.
    """
    answer = await _answer(contact_id, request, staff, work, decision_id or new_id(), closing_outcomes)
    detail: dict[str, str | int] = {"case_version": request.case_version, "action": request.action.value}
    match answer:
        case Made(decision):
            outcome, detail["decision_id"] = Outcome.ALLOWED, str(decision.decision_id)
        case ClosedDoor():
            outcome = Outcome.DENIED
        case NotPossible(why, _):
            outcome, detail["why"] = Outcome.FAILED, why.value
        case _:
            outcome, detail["why"] = Outcome.FAILED, type(answer).__name__
    await work.audit.add(Act("contact.decide", outcome, staff, str(contact_id), "triage", detail, client))
    await work.commit()
    return answer


async def _answer(
    contact_id: UUID,
    request: Request,
    staff: Staff,
    work: ConsoleWork,
    decision_id: UUID,
    closing_outcomes: frozenset[str],
) -> Answer:
    accepted = await work.views.accepted(contact_id)
    if accepted is None:
        return NoSuchContact()
    case = await work.views.case(contact_id)
    key = (await work.keys.of([contact_id])).get(contact_id)
    if key is None:
        return ContentGone()
    shut = await closed_door(accepted, staff, work, case=case, contact=read_contact(accepted, key))
    if shut is not None:
        return shut
    first = await _standing(contact_id, request.case_version, work)
    if first is not None:
        return Made(first) if first.decision_id == decision_id else AlreadyDecided(first)
    standing = None if case is None else _case_now(case, accepted)
    why = refusal_of(request, standing, closing_outcomes)
    if why is not None or standing is None:
        return NotPossible(why or Refused.NOT_YET_ROUTED, standing)
    return await _record(accepted, request, staff, standing, work, decision_id, key)


async def _standing(contact_id: UUID, case_version: int, work: ConsoleWork) -> Recorded | None:
    """The decision that stands on this version. One that the router refused is marked so, and stands no longer."""
    first = await work.decisions.find(contact_id, case_version)
    if first is None:
        return None
    refusal = (await work.views.refusals(contact_id)).get(first.decision_id)
    if refusal is None:
        return first
    await work.decisions.mark_refused(first.decision_id, refusal)
    return None


def _case_now(case: Case, accepted: Accepted) -> CaseNow:
    return CaseNow(
        version=case.version,
        state=case.state,
        queue=case.queue,
        level=case.level,
        subject=case.subject,
        suggested_queue=case.suggested_queue,
        urgent=accepted.lane == Lane.URGENT.value or bool(accepted.danger) or case.queue == "mash-urgent",
        superseded=case.superseded_by is not None,
        statutory_flag=case.statutory_flag,
    )


async def _record(
    accepted: Accepted,
    request: Request,
    staff: Staff,
    case: CaseNow,
    work: ConsoleWork,
    decision_id: UUID,
    key: DataKey,
) -> Answer:
    contact_id = accepted.contact_id
    confirms = request.action is DecisionAction.CONFIRM
    decision = Recorded(
        decision_id=decision_id,
        case_version=request.case_version,
        staff_id=staff.staff_id,
        username=staff.username,
        action=request.action,
        queue=request.queue or (case.suggested_queue if confirms else None),
        level=request.level,
        outcome=request.outcome,
        reason_code=request.reason_code,
        decided_at=work.now,
        statutory_flag=request.statutory_flag,
    )
    reason = key.seal(reason_seal(decision_id), DecisionReason(text=request.reason.strip()))
    if not await work.decisions.record(contact_id, decision, reason):
        first = await work.decisions.find(contact_id, request.case_version)
        assert first is not None  # The row that made ours a conflict has committed, and decisions are never removed.
        return Made(first) if first.decision_id == decision_id else AlreadyDecided(first)
    lane = Lane.URGENT if case.urgent else Lane.ROUTINE
    work.outbox.add(STAFF_DECIDED[lane], _message(accepted, decision, staff, case, lane, reason))
    return Made(decision)


def _message(
    accepted: Accepted, decision: Recorded, staff: Staff, case: CaseNow, lane: Lane, reason: SealedPart
) -> StaffDecided:
    facets = StaffDecidedFacets(
        decision_id=str(decision.decision_id),
        staff_id=str(staff.staff_id),
        role=staff.role.value,
        case_version=decision.case_version,
        action=decision.action,
        queue=decision.queue,
        level=decision.level,
        statutory_flag=None if decision.statutory_flag is None else StatutoryFlag(decision.statutory_flag),
        outcome=decision.outcome,
        reason_code=decision.reason_code,
    )
    return message_of(
        StaffDecided,
        contact_id=accepted.contact_id,
        subject=case.subject,
        lane=lane,
        occurred_at=decision.decided_at,
        trace=decision.decision_id.hex,
        facets=facets,
        parts={REASON_PART: reason},
    )
