"""Messages as the values the rules work on. The router never opens a sealed part: it routes on facets alone."""

from services.router.domain.models import Assessed, Contact, Origin
from services.router.domain.staff import StaffDecision
from shared.messages.contact_assessed import ContactAssessed
from shared.messages.envelope import Lane
from shared.messages.staff_decided import StaffDecided


def assessed_of(message: ContactAssessed) -> Assessed:
    """The assessment that a message brings."""
    facets = message.facets
    contact = Contact(
        level=facets.level,
        rating=facets.rating.value,
        flag=facets.statutory_flag.value,
        agency_kind=facets.agency_kind,
        received_at=facets.received_at,
        subject_kind=facets.subject_kind,
        danger=facets.danger,
        indicators=facets.indicators,
        markers=facets.markers,
        needs_person=facets.needs_person,
        consent=facets.consent,
        age_band=facets.age_band,
        district=facets.district,
        requested_service=facets.requested_service,
        open_team=facets.open_team,
        urgent=message.lane is Lane.URGENT,
    )
    origin = Origin(
        contact_id=message.contact_id,
        subject=message.subject,
        authority=facets.authority,
        agency_id=facets.agency_id,
        receipt_id=facets.receipt_id,
        trace=message.trace,
        lane=message.lane,
        supersedes=facets.supersedes,
    )
    return Assessed(origin, contact, message.occurred_at, facets.policy_version)


def decision_of(message: StaffDecided) -> StaffDecision:
    """The decision that a message brings."""
    facets = message.facets
    return StaffDecision(
        decision_id=facets.decision_id,
        staff_id=facets.staff_id,
        role=facets.role,
        case_version=facets.case_version,
        action=facets.action,
        reason_code=facets.reason_code,
        queue=facets.queue,
        level=facets.level,
        flag=None if facets.statutory_flag is None else facets.statutory_flag.value,
        outcome=facets.outcome,
    )
