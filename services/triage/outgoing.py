"""What triage sends: codes in the open, the contact passed on unopened, the assessment sealed under the same key."""

from datetime import datetime

from services.triage.assessing import Assessed, superseded_by
from services.triage.domain.age import age_band
from shared.messages import assessment as assessment_part
from shared.messages import contact as contact_part
from shared.messages.assessment import Assessment
from shared.messages.build import message_of
from shared.messages.contact import Address, CanonicalContact, Child, Place
from shared.messages.contact_assessed import ContactAssessed, ContactAssessedFacets
from shared.messages.envelope import Lane, SealedPart


def assessment_of(assessed: Assessed, now: datetime) -> Assessment:
    """The whole explanation of one assessment; personal, for sealing."""
    score = assessed.score
    return Assessment(
        contact_id=assessed.opened.contact.contact_id,
        person_id=assessed.person_id,
        match=assessed.placing.how if assessed.placing else "none",
        level=score.level,
        rating=score.rating,
        statutory_flag=score.statutory_flag,
        danger=score.danger,
        needs_person=assessed.needs_person,
        factors=score.factors,
        unknowns=score.unknowns,
        confidence=score.confidence,
        changes=score.changes,
        prior_involvement=assessed.known.prior,
        policy_version=assessed.policy_version,
        assessed_at=now,
    )


def message_about(assessed: Assessed, sealed: SealedPart) -> ContactAssessed:
    """`contact.assessed` for one contact. Its subject is the person, or the contact itself for a place."""
    received = assessed.opened.message
    return message_of(
        ContactAssessed,
        contact_id=received.contact_id,
        subject=str(assessed.person_id or received.contact_id),
        lane=Lane.URGENT if assessed.score.is_urgent else received.lane,
        occurred_at=received.occurred_at,
        trace=received.trace,
        facets=_facets(assessed),
        parts={contact_part.PART: received.parts[contact_part.PART], assessment_part.PART: sealed},
    )


def _facets(assessed: Assessed) -> ContactAssessedFacets:
    received, contact, score = assessed.opened.message, assessed.opened.contact, assessed.score
    prior = assessed.known.prior
    return ContactAssessedFacets(
        authority=received.facets.authority,
        agency_id=received.facets.agency_id,
        agency_kind=received.facets.agency_kind,
        receipt_id=received.facets.receipt_id,
        received_at=contact.received_at,
        subject_kind=received.facets.subject_kind,
        level=score.level,
        rating=score.rating,
        statutory_flag=score.statutory_flag,
        danger=score.danger,
        indicators=score.indicators,
        markers=contact.markers,
        needs_person=assessed.needs_person,
        consent=contact.consent.status,
        age_band=_age_band(assessed),
        district=district_of(contact),
        requested_service=contact.requested_service,
        known_within_12_months=prior.known_within_12_months,
        open_team=prior.open_team,
        defects=received.facets.defects,
        supersedes=superseded_by(contact),
        policy_version=assessed.policy_version,
    )


def _age_band(assessed: Assessed) -> str:
    subject = assessed.opened.contact.subject
    return age_band(subject, assessed.opened.on) if isinstance(subject, Child) else "unknown"


def district_of(contact: CanonicalContact) -> str | None:
    """The outward postcode of the home, or None where it is not known or must not be seen."""
    match contact.subject:
        case Place(postcode=postcode):
            return _outward(postcode)
        case Child(addresses=addresses):
            if contact.protected_address or any(address.status == "protected" for address in addresses):
                return None
            return next((found for address in _homes_first(addresses) if (found := _outward_of(address))), None)


def _homes_first(addresses: tuple[Address, ...]) -> list[Address]:
    return sorted(addresses, key=lambda address: address.type != "home")


def _outward_of(address: Address) -> str | None:
    return _outward(address.postcode) if address.postcode_valid and address.status == "known" else None


def _outward(postcode: str | None) -> str | None:
    """`DH1 9ZZ` -> `DH1`; only a normalised full postcode has the space."""
    if postcode is None or " " not in postcode:
        return None
    return postcode.split(" ")[0]
