"""When a person's decision can be recorded: once per version of a case, and never on a version unseen."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.console.domain.words import REASONS
from shared.messages.assessment import StatutoryFlag
from shared.messages.staff_decided import DecisionAction

STATUTORY_FROM = 4  # Source: continuum, levels 4 and 5 are statutory work
REASON_CODES = frozenset(REASONS)  # A decision travels in the open, so its code comes from a closed list.
SHORTEST_REASON = 3  # characters after trimming: a single letter or a dot explains nothing to the next reader
LONGEST_REASON = 4000


@dataclass(frozen=True, slots=True)
class Request:
    """What the person asked for, and the version of the case that was in front of them."""

    case_version: int
    action: DecisionAction
    queue: str | None
    level: int | None
    outcome: str | None
    reason_code: str
    reason: str
    statutory_flag: StatutoryFlag | None = None  # None leaves the flag as it is


@dataclass(frozen=True, slots=True)
class CaseNow:
    """Where the case stands according to the router. superseded: a newer version of the contact leads it."""

    version: int
    state: str
    queue: str
    level: int | None
    subject: str
    suggested_queue: str | None
    urgent: bool
    superseded: bool = False
    statutory_flag: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A decision that stands."""

    decision_id: UUID
    case_version: int
    staff_id: UUID
    username: str
    action: DecisionAction
    queue: str | None
    level: int | None
    outcome: str | None
    reason_code: str
    decided_at: datetime
    refusal: str | None = None  # why the router could not carry it out; then it stands no longer
    statutory_flag: str | None = None  # only where the person said which


@dataclass(frozen=True, slots=True)
class Fault:
    """One field that cannot be accepted, in words for the person who filled it in."""

    field: str
    code: str
    message: str


class Refused(StrEnum):
    """Why a well-formed decision cannot be recorded."""

    NOT_YET_ROUTED = "not-yet-routed"
    STALE_VERSION = "stale-version"
    SUPERSEDED = "superseded"
    ALREADY_CLOSED = "already-closed"
    NOTHING_TO_CONFIRM = "nothing-to-confirm"
    OUTCOME_NEEDS_A_SERVICE = "outcome-needs-a-service"
    FLAG_NOT_SAID = "flag-not-said"


def faults_in(request: Request, *, queues: frozenset[str], outcomes: frozenset[str]) -> tuple[Fault, ...]:
    """Everything wrong with a decision form, all at once. queues and outcomes are the codes that exist."""
    found = [*_faults_in_reason(request), *_faults_in_action(request)]
    if request.case_version < 1:
        found.append(Fault("case_version", "out-of-range", "The version starts at 1."))
    if request.queue is not None and request.queue not in queues:
        found.append(Fault("queue", "unknown-code", "This service is not in the catalogue."))
    if request.level is not None and not 1 <= request.level <= 5:
        found.append(Fault("level", "out-of-range", "The level is 1, 2, 3, 4 or 5."))
    if request.outcome is not None and request.outcome not in outcomes:
        found.append(Fault("outcome", "unknown-code", "This outcome is not in the list."))
    return tuple(found)


def _faults_in_reason(request: Request) -> list[Fault]:
    found = []
    length = len(request.reason.strip())
    if length < SHORTEST_REASON:
        found.append(Fault("reason", "missing", "Write why, so that the next person understands the decision."))
    if length > LONGEST_REASON:
        found.append(Fault("reason", "too-long", f"Keep the reason under {LONGEST_REASON} characters."))
    if request.reason_code not in REASON_CODES:
        found.append(Fault("reason_code", "unknown-code", "This reason code is not in the list."))
    return found


def _faults_in_action(request: Request) -> list[Fault]:
    match request.action:
        case DecisionAction.CLOSE if request.outcome is None:
            return [Fault("outcome", "missing", "Choose an outcome: a contact is never closed without one.")]
        case DecisionAction.CHANGE if (request.queue, request.level, request.statutory_flag) == (None, None, None):
            return [Fault("queue", "missing", "Choose another service, another level or another statutory threshold.")]
        case _:
            return []


def refusal_of(request: Request, case: CaseNow | None, closing_outcomes: frozenset[str]) -> Refused | None:
    """Why the decision cannot stand on the case as it is now, or None where it can be recorded.

    closing_outcomes: outcomes that can end a contact which waits; the others name a service, so they need a placement.
    Confirming a case that was placed by policy means that a person now stands behind the placement.
    """
    if case is None:
        return Refused.NOT_YET_ROUTED
    if request.case_version != case.version:
        return Refused.STALE_VERSION
    if case.superseded:
        return Refused.SUPERSEDED
    if case.state == "closed":
        return Refused.ALREADY_CLOSED
    if _leaves_flag_unsaid(request, case):
        return Refused.FLAG_NOT_SAID
    if case.state != "waiting":
        return None
    return _hindrance_while_waiting(request, case, closing_outcomes)


def _leaves_flag_unsaid(request: Request, case: CaseNow) -> bool:
    """Whether a level of early help would stand beside a statutory threshold, and nobody said whether it still holds.

    Source: continuum, flag beside the level (s17 and s47 belong to levels 4 and 5); to be said by a person: assumption.
    """
    steps_down = request.level is not None and request.level < STATUTORY_FROM
    flagged = case.statutory_flag not in (None, StatutoryFlag.NONE.value)
    return steps_down and flagged and request.statutory_flag is None


def _hindrance_while_waiting(request: Request, case: CaseNow, closing_outcomes: frozenset[str]) -> Refused | None:
    if request.action is DecisionAction.CONFIRM and case.suggested_queue is None and request.queue is None:
        return Refused.NOTHING_TO_CONFIRM
    if request.action is DecisionAction.CLOSE and request.outcome not in closing_outcomes:
        return Refused.OUTCOME_NEEDS_A_SERVICE
    return None
