"""Opening sealed parts for one reader. A part that does not open is said to be unreadable: the page still works."""

from uuid import UUID

import structlog
from pydantic import ValidationError

from services.console.repository.case_views import Accepted, Assessed
from shared.errors import PermanentFailure
from shared.messages.assessment import PART as ASSESSMENT_PART
from shared.messages.assessment import Assessment
from shared.messages.contact import PART as CONTACT_PART
from shared.messages.contact import CanonicalContact
from shared.messages.envelope import SealedPart
from shared.messages.staff_decided import DecisionReason, reason_seal
from shared.sealing import DataKey

log = structlog.get_logger()


def read_contact(accepted: Accepted, key: DataKey) -> CanonicalContact | None:
    """The canonical contact, or None where the part was changed, moved, or is of a version nobody here reads."""
    try:
        return CanonicalContact.model_validate_json(key.open(CONTACT_PART, accepted.part))
    except (PermanentFailure, ValidationError):
        _say_unreadable(key)
        return None


def read_assessment(assessed: Assessed, key: DataKey) -> Assessment | None:
    """The assessment with its factors, or None where it does not open."""
    try:
        return Assessment.model_validate_json(key.open(ASSESSMENT_PART, assessed.part))
    except (PermanentFailure, ValidationError):
        _say_unreadable(key)
        return None


def read_reason(decision_id: UUID, part: SealedPart, key: DataKey) -> str | None:
    """Why a person decided as they did, or None where it does not open."""
    try:
        return DecisionReason.model_validate_json(key.open(reason_seal(decision_id), part)).text
    except (PermanentFailure, ValidationError):
        _say_unreadable(key)
        return None


def _say_unreadable(key: DataKey) -> None:
    log.error("sealed_part_unreadable", contact_id=str(key.contact_id))
