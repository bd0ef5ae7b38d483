"""What the router knows of a contact and of its case: codes and references only, never anything personal."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.messages.case_moved import CaseState
from shared.messages.envelope import Lane


class Reason(StrEnum):
    """Why a case stands where it stands. Reasons of triage (`needs_person`) are passed on as they are."""

    DANGER = "danger"
    TEXT_PROMPT = "text_prompt"
    PLACE_VIA_MAPS = "place_via_maps"
    RESTRICTED = "restricted"
    OPEN_CASE = "open_case"
    LEVEL_4_5 = "level_4_5"
    STATUTORY_FLAG = "statutory_flag"
    HISTORY_REVIEW = "history_review"
    LEVEL_1 = "level_1"
    UNBORN = "unborn"
    OUT_OF_AREA = "out_of_area"
    NO_INDICATOR = "no_indicator"
    CONSENT_MISSING = "consent_missing"
    LOCALITY_UNKNOWN = "locality_unknown"
    NO_SERVICE_FITS = "no_service_fits"
    SEVERAL_SERVICES_FIT = "several_services_fit"
    NOT_AUTOMATIC = "not_automatic"
    AUTO_EARLY_HELP = "auto_early_help"
    PERSON_DECIDED = "person_decided"
    PERSON_CLOSED = "person_closed"
    NEWER_VERSION = "newer_version"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Contact:
    """The facts that routing rests on, as triage sent them. level: 1 to 5; flag: none, s17 or s47."""

    level: int
    rating: str
    flag: str
    agency_kind: str
    received_at: datetime
    subject_kind: str = "child"
    danger: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    needs_person: str | None = None
    consent: str = "unknown"
    age_band: str = "unknown"
    district: str | None = None
    requested_service: str | None = None
    open_team: str | None = None
    urgent: bool = False  # it came on the urgent lane

    @property
    def services_may_hear(self) -> bool:
        """Whether services, and the team of an open case, may be told of it before people have decided.

        Of a restricted record only its holders hear. Source: security requirements, restricted flag as a closed door.
        """
        return Reason.RESTRICTED not in self.markers

    @property
    def in_danger(self) -> bool:
        """A danger criterion was met, or somebody upstream put the contact on the urgent lane.

        Source: continuum, immediate-danger criteria (stop and tell a person now).
        """
        return self.urgent or bool(self.danger)


@dataclass(frozen=True, slots=True)
class Origin:
    """What identifies a contact on every message about it, unchanged from door to door.

    supersedes: the contact of which this one is a newer version.
    """

    contact_id: UUID
    subject: str
    authority: str
    agency_id: str
    receipt_id: str
    trace: str
    lane: Lane
    supersedes: UUID | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Where a case stands and why. service: the catalogue's service where it is reached through `queue`."""

    state: CaseState
    queue: str
    reason: str
    service: str | None = None
    team: str | None = None
    suggested_queue: str | None = None
    suggested_service: str | None = None
    alternatives: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    outcome: str | None = None
    decided_by: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One contact as the router holds it. version counts its moves from 1; assessed_at: of its latest assessment.

    superseded_by: the newer version of this contact that has taken its place; it stands where that one stands.
    """

    contact: Contact
    origin: Origin
    version: int
    position: Position
    decide_by: datetime
    assessed_at: datetime
    policy_version: str
    superseded_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Assessed:
    """An assessment as it arrives: whose contact, the facts, when it was made and under which continuum."""

    origin: Origin
    contact: Contact
    assessed_at: datetime
    policy_version: str


@dataclass(frozen=True, slots=True)
class OpenCase:
    """An open case of the same subject: the queue that holds it, the service and the team, where they are known."""

    queue: str
    service: str | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True)
class HeldCase:
    """An open case that the router itself placed. since: when it was last moved."""

    subject: str
    contact_id: UUID
    held: OpenCase
    since: datetime
