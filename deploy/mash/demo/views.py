"""What the API answers, as far as the demo reads it. Unknown fields are left alone."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class View(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class AgencyAccess(View):
    """One agency's bearer token."""

    token: str = Field(repr=False)


class StaffAccess(View):
    """One demo user."""

    username: str
    password: str = Field(repr=False)
    role: str


class Credentials(View):
    """demo-credentials.json, written by a system once everything is ready."""

    base_url: str
    agencies: dict[str, AgencyAccess]
    staff: tuple[StaffAccess, ...]

    def user(self, role: str) -> StaffAccess:
        """The first demo user of a role. Raises LookupError."""
        for user in self.staff:
            if user.role == role:
                return user
        raise LookupError(role)


class ReceiptContact(View):
    """One contact of a receipt."""

    contact_id: UUID
    defects: tuple[object, ...] = ()


class Receipt(View):
    """The answer to a submission that was taken."""

    receipt_id: UUID
    lane: str
    contacts: tuple[ReceiptContact, ...]


class ReceiptState(View):
    """Where a contact of a receipt is, as its agency sees it."""

    contact_id: UUID
    state: str


class ReceiptStates(View):
    """`GET /v1/receipts/{receipt_id}`."""

    contacts: tuple[ReceiptState, ...]


class Move(View):
    """One move of a case: where to, why, and who decided."""

    version: int
    state: str
    queue: str
    reason: str
    level: int
    moved_at: datetime
    outcome: str | None = None
    team: str | None = None


class Prior(View):
    """What was known before."""

    known_within_12_months: bool = False


class AssessmentView(View):
    """The suggestion of triage."""

    level: int
    rating: str
    statutory_flag: str
    prior_involvement: Prior | None = None


class DefectView(View):
    """Something wrong with the input."""

    code: str


class ContactView(View):
    """The canonical contact."""

    agency_kind: str
    received_at: datetime
    defects: tuple[DefectView, ...] = ()


class CaseFile(View):
    """`GET /v1/contacts/{contact_id}`."""

    contact_id: UUID
    state: str
    queue: str | None = None
    suggested_queue: str | None = None
    case_version: int | None = None
    danger: tuple[str, ...] = ()
    contact: ContactView | None = None
    assessment: AssessmentView | None = None
    placements: tuple[Move, ...] = ()

    @property
    def moves(self) -> tuple[Move, ...]:
        """Every move, oldest first."""
        return tuple(sorted(self.placements, key=lambda move: move.version))
