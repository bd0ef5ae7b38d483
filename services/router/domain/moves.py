"""A move of a case: where it stands from now on, under the next version, with the clocks that run there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.router.domain.clocks import DECIDE_BY, Clocks, RunningClock, decide_by, followed_clocks
from services.router.domain.models import Assessed, Case, Contact, Origin, Position, Reason
from services.router.domain.placement import Placed, Policy, Waiting
from services.router.domain.staff import Closed, Ruling, StaffDecision, as_decided
from services.router.domain.versions import following
from shared.messages.case_moved import CaseState


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything a move is decided by: the policy in force and the clocks."""

    policy: Policy
    clocks: Clocks


@dataclass(frozen=True, slots=True)
class Move:
    """One move. came_from: where the case stood before, None for its first; alerted: further queues that hear of it."""

    case: Case
    moved_at: datetime
    clocks: tuple[RunningClock, ...]
    alerted: tuple[str, ...] = ()
    came_from: Position | None = None
    decision_id: str | None = None


def first_move(
    assessed: Assessed, decision: Waiting | Placed, rules: Rules, at: datetime, *, no_later: datetime | None = None
) -> Move:
    """The move that gives a contact its case, version 1. no_later: the due time of the versions before it."""
    return _move(
        assessed.origin,
        assessed.contact,
        None,
        decision,
        rules,
        at,
        assessed.assessed_at,
        assessed.policy_version,
        no_later=no_later,
    )


def reassessed_move(
    case: Case,
    assessed: Assessed,
    decision: Waiting | Placed,
    rules: Rules,
    at: datetime,
    *,
    no_later: datetime | None = None,
) -> Move:
    """The move after a further assessment. The first receipt keeps every clock's start.

    no_later: the due time of the versions before it.
    Source: timescales (a resent or merged duplicate keeps the first receipt; re-rating restarts nothing).
    """
    first_received_at = min(case.contact.received_at, assessed.contact.received_at)
    contact = replace(assessed.contact, received_at=first_received_at)
    return _move(
        assessed.origin,
        contact,
        case,
        decision,
        rules,
        at,
        assessed.assessed_at,
        assessed.policy_version,
        no_later=no_later,
    )


def following_move(case: Case, leader: Case, rules: Rules, at: datetime) -> Move:
    """The move of an earlier version to where its newer one stands. What only the earlier one is about keeps its clock.

    Nobody waits for a decision about the earlier one, so its `decide_by` is the newer one's and runs there.
    Source: assumption, confirm with the authority.
    """
    moved = replace(case, version=case.version + 1, position=following(leader), decide_by=leader.decide_by)
    led = {running.clock for running in _running(leader, at, rules)}
    own = tuple(running for running in _running(moved, at, rules) if running.clock not in led)
    return Move(moved, at, own, came_from=case.position if case.version else None)


def decided_move(
    case: Case, decision: StaffDecision, ruling: Waiting | Placed | Closed, rules: Rules, at: datetime
) -> Move:
    """The move a person decided on. A due time that ran before is never put off by it.

    Source: timescales (re-rating restarts nothing; the new limit is measured from the same start).
    """
    contact = as_decided(case.contact, decision, rules.policy.catalogue)
    return _move(case.origin, contact, case, ruling, rules, at, case.assessed_at, case.policy_version, decision)


def _move(
    origin: Origin,
    contact: Contact,
    before: Case | None,
    decision: Waiting | Placed | Closed,
    rules: Rules,
    at: datetime,
    assessed_at: datetime,
    policy_version: str,
    staff: StaffDecision | None = None,
    no_later: datetime | None = None,
) -> Move:
    position = _position(decision, before, staff.staff_id if staff is not None else None)
    case = Case(
        contact=contact,
        origin=origin,
        version=1 if before is None else before.version + 1,
        position=position,
        decide_by=_decide_by(contact, before if staff is not None else None, no_later, rules),
        assessed_at=assessed_at,
        policy_version=policy_version,
    )
    return Move(
        case=case,
        moved_at=at,
        clocks=_running(case, at, rules),
        alerted=() if isinstance(decision, Closed) else decision.alerted,
        came_from=before.position if before is not None else None,
        decision_id=staff.decision_id if staff is not None else None,
    )


def _decide_by(contact: Contact, decided: Case | None, no_later: datetime | None, rules: Rules) -> datetime:
    """The strictest of the due times that hold. Source: timescales (re-rating restarts nothing).

    decided: the case before a person's decision; no_later: the due time of the versions before this one.
    """
    due = decide_by(contact, rules.clocks)
    before = (decided.decide_by if decided is not None else None, no_later)
    return min(due, *(one for one in before if one is not None)) if any(before) else due


def _position(decision: Waiting | Placed | Closed, before: Case | None, decided_by: str | None) -> Position:
    match decision:
        case Waiting(queue, reason, suggestion):
            return Position(
                state=CaseState.WAITING,
                queue=queue,
                reason=reason,
                team=decision.team,
                suggested_queue=suggestion.queue,
                suggested_service=suggestion.service,
                alternatives=suggestion.alternatives,
                notes=suggestion.notes,
                decided_by=decided_by,
            )
        case Placed(queue, reason, service, team, outcome):
            return Position(
                state=CaseState.PLACED,
                queue=queue,
                reason=reason,
                service=service,
                team=team,
                notes=decision.notes,
                outcome=outcome,
                decided_by=decided_by,
            )
        case Closed(outcome):
            assert before is not None  # Only a person closes, and a person decides about a case that exists.
            return Position(
                state=CaseState.CLOSED,
                queue=before.position.queue,
                reason=Reason.PERSON_CLOSED,
                service=before.position.service,
                team=before.position.team,
                outcome=outcome,
                decided_by=decided_by,
            )


def _running(case: Case, at: datetime, rules: Rules) -> tuple[RunningClock, ...]:
    position = case.position
    if position.state is CaseState.CLOSED:
        return ()
    entry = rules.policy.catalogue.entry(position.service or position.queue)
    weeks = entry.time_limit_weeks if entry is not None else None
    followed = followed_clocks(case.contact, position, at, weeks, rules.clocks)
    if position.state is not CaseState.WAITING:
        return followed
    received_at = case.contact.received_at
    return (RunningClock(DECIDE_BY, received_at, max(case.decide_by, received_at)), *followed)


@dataclass(frozen=True, slots=True)
class Ruled:
    """A decision of staff and what became of it. move is None where the case stays."""

    decision: StaffDecision
    case: Case
    ruling: Ruling
    move: Move | None


def moves_of(ruled: Sequence[Ruled]) -> list[Move]:
    """The moves among decisions that were ruled on."""
    return [one.move for one in ruled if one.move is not None]
