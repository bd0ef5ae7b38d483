"""The messages that tell of a move: `case.moved`, `case.decided`, alerts to teams, the outcome to the referrer.

Nobody is told an outcome while a case waits, and no message carries anything but codes and references.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from services.router.domain.catalogue import Catalogue
from services.router.domain.models import Case, Position
from services.router.domain.moves import Move, Rules
from services.router.domain.staff import StaffDecision
from shared.messages.assessment import Rating, StatutoryFlag
from shared.messages.build import message_of
from shared.messages.case_decided import CaseDecided, CaseDecidedFacets
from shared.messages.case_moved import CaseMoved, CaseMovedFacets, CaseState
from shared.messages.envelope import Lane
from shared.messages.notice_requested import NoticeKind, NoticeRequested, NoticeRequestedFacets
from shared.topics import CASE_DECIDED, NOTICE_REQUESTED, Topic, queue_topic

Sending = tuple[Topic, NoticeRequested]


def lane_of(case: Case) -> Lane:
    """Danger travels on the urgent lane, wherever its case stands by now."""
    return Lane.URGENT if case.contact.in_danger else Lane.ROUTINE


def case_moved(move: Move, rules: Rules) -> tuple[Topic, CaseMoved]:
    """The event of a move, on the topic its queue is read from."""
    case, position = move.case, move.case.position
    contact, origin, catalogue = case.contact, case.origin, rules.policy.catalogue
    told = told_of(move, rules) if lane_of(case) is Lane.ROUTINE else Told()
    facets = CaseMovedFacets(
        authority=origin.authority,
        agency_id=origin.agency_id,
        agency_kind=contact.agency_kind,
        receipt_id=origin.receipt_id,
        received_at=contact.received_at,
        version=case.version,
        state=position.state,
        queue=position.queue,
        suggested_queue=position.suggested_queue,
        level=contact.level,
        rating=contact.rating,
        statutory_flag=contact.flag,
        danger=contact.danger,
        reason=str(position.reason),
        outcome=position.outcome,
        decide_by=case.decide_by,
        decided_by=position.decided_by,
        team=position.team,
        catalogue_version=catalogue.version,
        alerts=told.queues,
        tells_referrer=told.referrer,
    )
    message = message_of(
        CaseMoved,
        contact_id=origin.contact_id,
        subject=origin.subject,
        lane=lane_of(case),
        occurred_at=move.moved_at,
        trace=origin.trace,
        facets=facets,
    )
    return queue_topic(_topic_name(position, catalogue)), message


def case_decided(case: Case, decision: StaffDecision, at: datetime) -> tuple[Topic, CaseDecided]:
    """What holds of a contact now that this decision was carried out. case: as it stands after it."""
    facets = CaseDecidedFacets(
        authority=case.origin.authority,
        decision_id=decision.decision_id,
        staff_id=decision.staff_id,
        role=decision.role,
        action=decision.action,
        reason_code=decision.reason_code,
        version=case.version,
        state=case.position.state,
        queue=case.position.queue,
        level=case.contact.level,
        rating=Rating(case.contact.rating),
        statutory_flag=StatutoryFlag(case.contact.flag),
        outcome=case.position.outcome,
    )
    message = message_of(
        CaseDecided,
        contact_id=case.origin.contact_id,
        subject=case.origin.subject,
        lane=CASE_DECIDED.lane,
        occurred_at=at,
        trace=case.origin.trace,
        facets=facets,
    )
    return CASE_DECIDED, message


@dataclass(frozen=True, slots=True)
class Told:
    """Who must hear of a move. queues: their people get an alert; referrer: hears the outcome."""

    queues: tuple[str, ...] = ()
    referrer: bool = False


def told_of(move: Move, rules: Rules) -> Told:
    """Who must hear of a move: the team that has it now, teams beside it, and the referrer once it is decided."""
    position, before = move.case.position, move.came_from
    if move.case.superseded_by is not None:
        return Told()  # They hear of the newer version, and the referrer of what is decided about that one.
    catalogue = rules.policy.catalogue
    moved = before is None or (before.state, before.queue, before.service) != (
        position.state,
        position.queue,
        position.service,
    )
    alerted = (position.queue, *move.alerted) if moved and position.state is not CaseState.CLOSED else ()
    queues = tuple(queue for queue in dict.fromkeys(alerted) if _has_people(queue, position, catalogue))
    decided = position.state is not CaseState.WAITING
    return Told(queues, decided and (moved or (before is not None and before.outcome != position.outcome)))


def notices_of_move(move: Move, rules: Rules) -> Iterator[Sending]:
    """The urgent notices of a move; whom a routine one concerns stands in `case.moved` itself."""
    case = move.case
    if lane_of(case) is Lane.ROUTINE:
        return
    told = told_of(move, rules)
    for queue in told.queues:
        yield _alert(case, queue, case.decide_by, move.moved_at, NoticeKind.DANGER_ALERT)
    if told.referrer:
        yield _outcome(case, move.moved_at)


def reminder(case: Case, queue: str, due_at: datetime, at: datetime, *, of_decision: bool) -> Sending:
    """An alert about a case that is there already. of_decision: that it wants deciding.

    Danger rings again until a person has decided, and for nothing else: a letter that says danger each time a clock of
    the work comes round is not opened when it matters. Source: assumption, confirm with the authority.
    """
    rings = of_decision and case.contact.in_danger and case.position.state is CaseState.WAITING
    return _alert(case, queue, due_at, at, NoticeKind.DANGER_ALERT if rings else NoticeKind.QUEUE_ALERT)


def _alert(case: Case, queue: str, due_at: datetime, at: datetime, kind: NoticeKind) -> Sending:
    return _notice(
        case,
        at,
        NoticeRequestedFacets(
            kind=kind,
            receipt_id=case.origin.receipt_id,
            agency_id=None,
            queue=queue,
            outcome=None,
            service=None,
            rating=case.contact.rating,
            decide_by=due_at,
        ),
    )


def attention(case: Case, at: datetime, rules: Rules) -> Sending:
    """An alert that something about a case needs a look: to its people while it waits, else to the screening queue.

    For a decision that had no effect, and for a further assessment that did not move what a person decided.
    """
    waits = case.position.state is CaseState.WAITING
    queue = case.position.queue if waits else rules.policy.catalogue.people.otherwise
    return reminder(case, queue, case.decide_by, at, of_decision=True)


def _outcome(case: Case, at: datetime) -> Sending:
    position = case.position
    facets = NoticeRequestedFacets(
        kind=NoticeKind.OUTCOME,
        receipt_id=case.origin.receipt_id,
        agency_id=case.origin.agency_id,
        queue=None,
        outcome=position.outcome,
        service=position.queue if position.state is CaseState.PLACED else None,
        rating=case.contact.rating,
        decide_by=None,
    )
    return _notice(case, at, facets)


def _notice(case: Case, at: datetime, facets: NoticeRequestedFacets) -> Sending:
    lane = lane_of(case)
    message = message_of(
        NoticeRequested,
        contact_id=case.origin.contact_id,
        subject=case.origin.subject,
        lane=lane,
        occurred_at=at,
        trace=case.origin.trace,
        facets=facets,
    )
    return NOTICE_REQUESTED[lane], message


def _topic_name(position: Position, catalogue: Catalogue) -> str:
    """A queue that has gone out of force since still has the case; its people are those of the screening queue."""
    entry = catalogue.entry(position.queue)
    return entry.topic if entry is not None else catalogue.topic_of(catalogue.people.otherwise)


def _has_people(queue: str, position: Position, catalogue: Catalogue) -> bool:
    entry = catalogue.entry(queue)
    return entry is None or entry.has_team
