"""Builders of the router's values: a test names only what it is about. Subjects and staff are invented."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from services.router.domain.clocks import decide_by
from services.router.domain.models import Case, Contact, Origin, Position
from services.router.domain.placement import Policy
from services.router.domain.staff import StaffDecision
from services.router.pack import Routing, load_routing
from shared.ids import new_id
from shared.messages.build import message_of
from shared.messages.case_moved import CaseState
from shared.messages.contact_assessed import ContactAssessed, ContactAssessedFacets
from shared.messages.envelope import Lane
from shared.messages.staff_decided import DecisionAction, StaffDecided, StaffDecidedFacets

POLICY_DIR = Path(__file__).resolve().parents[2] / "deploy" / "policy"
TODAY = date(2026, 11, 23)  # a Monday
MONDAY_10 = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
CONTACT_ID = UUID("0193a000-0000-7000-8000-000000000001")


@lru_cache(maxsize=1)
def durham() -> Routing:
    """The packs of County Durham as they stand in the repository."""
    return load_routing(POLICY_DIR, "county-durham", today=TODAY)


def durham_policy() -> Policy:
    """The rules of County Durham in force on TODAY."""
    return durham().rules_on(TODAY).policy


def a_contact(**facts: Any) -> Contact:
    """A contact that nothing stands in the way of: level 2, no flag, consent given, Durham City, aged 11 to 15."""
    plain = Contact(
        level=2,
        rating="GREEN",
        flag="none",
        agency_kind="school",
        received_at=MONDAY_10,
        indicators=("NE1",),
        consent="given",
        age_band="11_15",
        district="DH1",
    )
    return replace(plain, **facts)


def an_origin(**fields: Any) -> Origin:
    """Where a contact came from: Ferndale School, routine lane."""
    plain = Origin(
        contact_id=CONTACT_ID,
        subject="subject-1",
        authority="county-durham",
        agency_id="school-ferndale",
        receipt_id="receipt-1",
        trace="trace-1",
        lane=Lane.ROUTINE,
    )
    return replace(plain, **fields)


def a_case(*, contact: Contact | None = None, version: int = 1, **position: Any) -> Case:
    """A case that waits at the screening queue with the VCS Alliance suggested."""
    held = contact or a_contact()
    plain = Position(
        state=CaseState.WAITING,
        queue="mash-screening",
        reason="consent_missing",
        suggested_queue="vcs-alliance",
        suggested_service="vcs-alliance",
    )
    return Case(
        contact=held,
        origin=an_origin(),
        version=version,
        position=replace(plain, **position),
        decide_by=decide_by(held, durham().clocks),
        assessed_at=held.received_at,
        policy_version="county-durham/continuum@2026.1",
    )


def a_decision(action: DecisionAction, **fields: Any) -> StaffDecision:
    """A screener's decision about version 1 of a case."""
    plain = StaffDecision(
        decision_id="decision-1",
        staff_id="screener-1",
        role="screener",
        case_version=1,
        action=action,
        reason_code="professional_judgement",
    )
    return replace(plain, **fields)


def an_assessed_message(
    *,
    contact_id: UUID | None = None,
    subject: str = "subject-1",
    lane: Lane = Lane.ROUTINE,
    at: datetime = MONDAY_10,
    **facets: Any,
) -> ContactAssessed:
    """`contact.assessed` of a contact that nothing stands in the way of: level 2, consent given, Durham City."""
    plain: dict[str, Any] = {
        "authority": "county-durham",
        "agency_id": "school-ferndale",
        "agency_kind": "school",
        "receipt_id": "receipt-1",
        "received_at": MONDAY_10,
        "subject_kind": "child",
        "level": 2,
        "rating": "GREEN",
        "statutory_flag": "none",
        "indicators": ("NE1",),
        "consent": "given",
        "age_band": "11_15",
        "district": "DH1",
        "policy_version": "county-durham/continuum@2026.1",
    }
    return message_of(
        ContactAssessed,
        contact_id=contact_id or new_id(),
        subject=subject,
        lane=lane,
        occurred_at=at,
        trace="trace-1",
        facets=ContactAssessedFacets.model_validate({**plain, **facets}),
    )


def a_decided_message(
    contact_id: UUID, action: DecisionAction, *, lane: Lane = Lane.ROUTINE, **facets: Any
) -> StaffDecided:
    """`staff.decided` by a screener who saw version 1."""
    plain: dict[str, Any] = {
        "decision_id": str(new_id()),
        "staff_id": "screener-1",
        "role": "screener",
        "case_version": 1,
        "action": action,
        "reason_code": "person_decided",
    }
    return message_of(
        StaffDecided,
        contact_id=contact_id,
        subject="subject-1",
        lane=lane,
        occurred_at=MONDAY_10,
        trace="trace-2",
        facets=StaffDecidedFacets.model_validate({**plain, **facets}),
    )
