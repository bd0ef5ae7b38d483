"""`contact.assessed`: triage scored a contact. Sealed parts: `contact` (passed on unopened) and `assessment`."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from shared.messages.assessment import Rating, StatutoryFlag
from shared.messages.envelope import Facets, Level, Message


class ContactAssessedFacets(Facets):
    """Everything routing needs, in codes. age_band: unborn, under_1, 1_4, 5_10, 11_15, 16_17, 18_25, unknown."""

    authority: str
    agency_id: str
    agency_kind: str
    receipt_id: str
    received_at: AwareDatetime
    subject_kind: str
    level: Level
    rating: Rating
    statutory_flag: StatutoryFlag
    danger: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    needs_person: str | None = None
    consent: str = "unknown"
    age_band: str = "unknown"
    district: str | None = None  # outward postcode, for locality; never the full postcode
    requested_service: str | None = None
    known_within_12_months: bool = False
    open_team: str | None = None
    defects: tuple[str, ...] = ()
    supersedes: UUID | None = None  # the contact of which this one is a newer version
    policy_version: str


class ContactAssessed(Message):
    """The assessment of one contact. subject is the internal person id, or the contact id of a place."""

    TYPE: ClassVar[str] = "contact.assessed"

    facets: ContactAssessedFacets
