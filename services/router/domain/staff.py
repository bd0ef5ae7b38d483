"""What becomes of a person's decision. It moves the case, closes it, or is kept as stale or refused: never dropped.

A case that still waits can only be closed with an outcome that needs no service; the other outcomes name one, so the
case must be placed with it. Nothing is ever closed without an outcome and a reason code.
Sources: D3 (never do nothing; overrides in both directions are recorded with their reason); D1 (TAC only through MAPS).
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from services.router.domain.catalogue import EVERY_LEVEL, Catalogue, Entry, Kind
from services.router.domain.models import Case, Contact, Reason
from services.router.domain.placement import PLACE, Placed, Policy, Waiting, placed_with
from services.router.domain.selection import STATUTORY_FROM, Suggestion, suggest
from shared.messages.case_moved import CaseState
from shared.messages.staff_decided import DecisionAction

DECIDING_ROLES = frozenset({"screener", "manager"})
RATINGS = ("RED", "AMBER", "GREEN", "BLUE")  # the fastest first


class Refusal(StrEnum):
    """Why a decision could not be carried out; the case stays where it is and its people are told."""

    ROLE_MAY_NOT_DECIDE = "role_may_not_decide"
    CASE_CLOSED = "case_closed"
    REASON_MISSING = "reason_missing"
    NO_SUGGESTION = "no_suggestion"
    NOTHING_CHANGED = "nothing_changed"
    UNKNOWN_QUEUE = "unknown_queue"
    UNKNOWN_LEVEL = "unknown_level"
    UNKNOWN_OUTCOME = "unknown_outcome"
    OUTCOME_MISSING = "outcome_missing"
    OUTCOME_NEEDS_A_SERVICE = "outcome_needs_a_service"
    FLAG_NOT_SAID = "flag_not_said"
    SUPERSEDED = "superseded"
    ONLY_FOR_PLACES = "only_for_places"
    ONLY_FOR_CHILDREN = "only_for_children"


@dataclass(frozen=True, slots=True)
class StaffDecision:
    """A decision as it arrives. case_version: the version the person saw; reason_code: never empty when it counts.

    flag: none, s17 or s47 where the person says which; None leaves the flag as it is.
    """

    decision_id: str
    staff_id: str
    role: str
    case_version: int
    action: DecisionAction
    reason_code: str
    queue: str | None = None
    level: int | None = None
    flag: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """The case ends, with the outcome a person gave it."""

    outcome: str


@dataclass(frozen=True, slots=True)
class Stale:
    """The case has moved since the person looked: the decision is recorded and the case stays."""

    seen: int
    current: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The decision cannot be carried out as it is: it is recorded with the reason and the case stays."""

    refusal: Refusal


Ruling = Waiting | Placed | Closed | Stale | Refused


def rule_on(decision: StaffDecision, case: Case, policy: Policy) -> Ruling:
    """What becomes of this decision about this case as it stands now.

    Source: continuum, rules 2 and 5 (a recorded outcome and a reason; a qualified person decides).
    """
    hindrance = _hindrance(decision, case, policy)
    if hindrance is not None:
        return hindrance
    match decision.action:
        case DecisionAction.CONFIRM:
            return _confirm(decision, case, policy)
        case DecisionAction.CHANGE:
            return _change(decision, case, policy)
        case DecisionAction.CLOSE:
            return _close(decision, case, policy)


def _hindrance(decision: StaffDecision, case: Case, policy: Policy) -> Stale | Refused | None:
    if decision.case_version != case.version:
        return Stale(decision.case_version, case.version)
    if decision.role not in DECIDING_ROLES:
        return Refused(Refusal.ROLE_MAY_NOT_DECIDE)
    if case.superseded_by is not None:
        return Refused(Refusal.SUPERSEDED)  # The newer version leads: what is decided there holds here too.
    if case.position.state is CaseState.CLOSED:
        return Refused(Refusal.CASE_CLOSED)
    if not decision.reason_code.strip():
        return Refused(Refusal.REASON_MISSING)
    if decision.outcome is not None and decision.outcome not in policy.catalogue.outcomes:
        return Refused(Refusal.UNKNOWN_OUTCOME)
    if decision.level is not None and decision.level not in EVERY_LEVEL:
        return Refused(Refusal.UNKNOWN_LEVEL)
    return None


def as_decided(contact: Contact, decision: StaffDecision, catalogue: Catalogue) -> Contact:
    """The contact as a person leaves it: at their level with its rating, under the flag they name or else its own.

    Source: rule 5 of the continuum (a qualified person decides); the rating of a level: the pack's `rating_of_level`.
    """
    level = contact.level if decision.level is None else decision.level
    flag = contact.flag if decision.flag is None else decision.flag
    if (level, flag) == (contact.level, contact.flag):
        return contact
    return replace(contact, level=level, flag=flag, rating=_rating_at(level, contact, catalogue))


def _rating_at(level: int, contact: Contact, catalogue: Catalogue) -> str:
    """A step up is never slower than before, and neither is danger. Source: assumption, confirm with the authority."""
    if level == contact.level:
        return contact.rating
    given = catalogue.rating_of_level[level]
    if level < contact.level and not contact.in_danger:
        return given
    return min(given, contact.rating, key=RATINGS.index)


def _confirm(decision: StaffDecision, case: Case, policy: Policy) -> Ruling:
    position = case.position
    if position.state is CaseState.PLACED:
        return _kept_placed(decision, case)
    chosen = position.suggested_service or position.suggested_queue
    if chosen is None or decision.queue not in (None, position.suggested_queue):
        chosen = decision.queue
    if chosen is None:
        return Refused(Refusal.NO_SUGGESTION)
    return _move(decision, case, chosen, as_decided(case.contact, decision, policy.catalogue), policy)


def _change(decision: StaffDecision, case: Case, policy: Policy) -> Ruling:
    if decision.queue is None and decision.level is None and decision.flag is None:
        return Refused(Refusal.NOTHING_CHANGED)
    contact = as_decided(case.contact, decision, policy.catalogue)
    if decision.queue is not None:
        return _move(decision, case, decision.queue, contact, policy)
    if contact.level < STATUTORY_FROM and contact.flag != "none" and decision.flag is None:
        return Refused(Refusal.FLAG_NOT_SAID)  # Early help or statutory work: it is not ours to guess.
    suggestion = suggest(contact, policy.catalogue)
    if suggestion.service is None:
        return Refused(Refusal.NO_SUGGESTION)
    return _move(decision, case, suggestion.service, contact, policy)


def _close(decision: StaffDecision, case: Case, policy: Policy) -> Ruling:
    if decision.outcome is None:
        return Refused(Refusal.OUTCOME_MISSING)
    if case.position.state is CaseState.WAITING and decision.outcome not in policy.catalogue.closing_outcomes:
        return Refused(Refusal.OUTCOME_NEEDS_A_SERVICE)
    return Closed(decision.outcome)


def _move(decision: StaffDecision, case: Case, queue: str, contact: Contact, policy: Policy) -> Ruling:
    entry = policy.catalogue.entry(queue)
    if entry is None:
        return Refused(Refusal.UNKNOWN_QUEUE)
    if entry.subject_kind == PLACE and contact.subject_kind != PLACE:
        return Refused(Refusal.ONLY_FOR_PLACES)
    match entry.kind:
        case Kind.PEOPLE | Kind.GATE:
            return Waiting(entry.queue, Reason.PERSON_DECIDED, _suggestion_at(entry, contact, policy))
        case Kind.SERVICE:
            if entry.subject_kind != contact.subject_kind:
                return Refused(Refusal.ONLY_FOR_CHILDREN)
            return _to_service(decision, case, entry, contact, policy)
        case Kind.MARKER:
            return Refused(Refusal.UNKNOWN_QUEUE)


def _to_service(
    decision: StaffDecision, case: Case, entry: Entry, contact: Contact, policy: Policy
) -> Waiting | Placed:
    """A service behind a gate is reached from the gate only: from anywhere else the case goes to the gate's people.

    A case that waited with the team of an open case goes to that team, wherever the child lives by now.
    """
    if entry.gate is not None and case.position.queue != entry.gate:
        return Waiting(entry.gate, Reason.PLACE_VIA_MAPS, Suggestion(entry.through, entry.queue))
    placed = placed_with(entry, contact, Reason.PERSON_DECIDED, policy)
    if case.position.team is not None and entry.queue == case.position.suggested_service:
        placed = replace(placed, team=case.position.team)
    return placed if decision.outcome is None else replace(placed, outcome=decision.outcome)


def _kept_placed(decision: StaffDecision, case: Case) -> Placed:
    """A person stands behind a placement that was made without one."""
    position = case.position
    return Placed(
        queue=position.queue,
        reason=Reason.PERSON_DECIDED,
        service=position.service or position.queue,
        team=position.team,
        outcome=decision.outcome or position.outcome,
        notes=position.notes,
    )


def _suggestion_at(entry: Entry, contact: Contact, policy: Policy) -> Suggestion:
    return suggest(contact, policy.catalogue) if entry.kind is Kind.PEOPLE else _gated_by(entry, policy)


def _gated_by(entry: Entry, policy: Policy) -> Suggestion:
    behind = [row for row in policy.catalogue.entries if row.gate == entry.queue]
    return Suggestion(behind[0].through, behind[0].queue) if behind else Suggestion()
