"""Messages, cases and decisions for tests of the console. All people are invented."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.console.domain.decisions import CaseNow, Recorded, Request
from services.console.domain.roles import Role, Staff
from shared.ids import new_id
from shared.messages.assessment import StatutoryFlag
from shared.messages.build import message_of
from shared.messages.case_moved import CaseMoved, CaseMovedFacets, CaseState
from shared.messages.contact_received import ContactReceived, ContactReceivedFacets
from shared.messages.envelope import Lane
from shared.messages.notice_settled import NoticeSettled, NoticeSettledFacets
from shared.messages.staff_decided import DecisionAction

RECEIVED_AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
SCREENER = Staff(UUID(int=1), "s.okafor", Role.SCREENER, "0a0a0a0a0a0a")
MANAGER = Staff(UUID(int=2), "m.lindqvist", Role.MANAGER, "0b0b0b0b0b0b")


def a_move(
    *,
    contact_id: UUID | None = None,
    version: int = 1,
    state: CaseState = CaseState.WAITING,
    queue: str = "mash-screening",
    level: int = 3,
    rating: str = "GREEN",
    statutory_flag: str = "none",
    danger: tuple[str, ...] = (),
    reason: str = "consent_missing",
    suggested_queue: str | None = "one-point",
    outcome: str | None = None,
    decide_by: datetime | None = None,
    received_at: datetime = RECEIVED_AT,
    moved_at: datetime | None = None,
    agency_id: str = "school-ferndale",
    agency_kind: str = "school",
    receipt_id: str | None = None,
    team: str | None = None,
    lane: Lane = Lane.ROUTINE,
) -> CaseMoved:
    """One move of one contact."""
    return message_of(
        CaseMoved,
        contact_id=contact_id or new_id(),
        subject="subject-1",
        lane=lane,
        occurred_at=moved_at or received_at + timedelta(seconds=2),
        trace="test",
        facets=CaseMovedFacets(
            authority="county-durham",
            agency_id=agency_id,
            agency_kind=agency_kind,
            receipt_id=receipt_id or str(new_id()),
            received_at=received_at,
            version=version,
            state=state,
            queue=queue,
            suggested_queue=suggested_queue,
            level=level,
            rating=rating,
            statutory_flag=statutory_flag,
            danger=danger,
            reason=reason,
            outcome=outcome,
            decide_by=decide_by or received_at + timedelta(hours=24),
            decided_by=None,
            team=team,
            catalogue_version="county-durham/catalogue@2026.1",
        ),
    )


def a_contact_in_danger(
    *, contact_id: UUID | None = None, danger: tuple[str, ...] = ("missing_now",), agency_id: str = "police-durham"
) -> ContactReceived:
    """A contact on the urgent lane, accepted and not yet routed."""
    return message_of(
        ContactReceived,
        contact_id=contact_id or new_id(),
        subject="keyed-hash",
        lane=Lane.URGENT,
        occurred_at=RECEIVED_AT,
        trace="test",
        facets=ContactReceivedFacets(
            authority="county-durham",
            agency_id=agency_id,
            agency_kind="police",
            receipt_id=str(new_id()),
            subject_kind="child",
            danger=danger,
        ),
    )


def a_settled_notice(
    *, notice_id: str = "notice-1", status: str = "failed", attempts: int = 6, contact_id: UUID | None = None
) -> NoticeSettled:
    """How one notice ended."""
    return message_of(
        NoticeSettled,
        contact_id=contact_id or new_id(),
        subject="subject-1",
        lane=Lane.ROUTINE,
        occurred_at=RECEIVED_AT,
        trace="test",
        facets=NoticeSettledFacets(
            notice_id=notice_id,
            kind="queue-alert",
            channel="email",
            recipient="one-point",
            status=status,
            attempts=attempts,
            reason="remote-unreachable" if status == "failed" else None,
        ),
    )


def a_request(
    *,
    case_version: int = 1,
    action: DecisionAction = DecisionAction.CONFIRM,
    queue: str | None = None,
    level: int | None = None,
    outcome: str | None = None,
    flag: StatutoryFlag | None = None,
    reason: str = "Mother agrees and asks for parenting support.",
) -> Request:
    """A decision as a person asks for it."""
    return Request(
        case_version=case_version,
        action=action,
        queue=queue,
        level=level,
        outcome=outcome,
        reason_code="person_closed" if action is DecisionAction.CLOSE else "person_decided",
        reason=reason,
        statutory_flag=flag,
    )


def a_case(
    *,
    version: int = 1,
    state: str = "waiting",
    suggested_queue: str | None = "one-point",
    superseded: bool = False,
    flag: str = "none",
) -> CaseNow:
    """A case as the router holds it."""
    return CaseNow(
        version=version,
        state=state,
        queue="mash-screening",
        level=3,
        subject="subject-1",
        suggested_queue=suggested_queue,
        urgent=False,
        superseded=superseded,
        statutory_flag=flag,
    )


def a_decision(*, case_version: int = 1, staff: Staff = SCREENER, at: datetime = RECEIVED_AT) -> Recorded:
    """A decision that stands."""
    return Recorded(
        decision_id=new_id(),
        case_version=case_version,
        staff_id=staff.staff_id,
        username=staff.username,
        action=DecisionAction.CONFIRM,
        queue="one-point",
        level=None,
        outcome=None,
        reason_code="person_decided",
        decided_at=at,
    )
