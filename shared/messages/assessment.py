"""The assessment of one contact, every factor explained. Personal; travels sealed (part name `assessment`)."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.messages.envelope import Frozen

PART = "assessment"


class Rating(StrEnum):
    """Speed of response at the front door; default limits 4, 24 and 72 hours, none for BLUE (timescales)."""

    RED = "RED"
    AMBER = "AMBER"
    GREEN = "GREEN"
    BLUE = "BLUE"


class StatutoryFlag(StrEnum):
    """Which statutory threshold the suggestion points at; the queue is chosen on level and flag together."""

    NONE = "none"
    S17 = "s17"
    S47 = "s47"


class Confidence(StrEnum):
    """How far a suggestion rests on what is known: low where something was not understood. It decides nothing."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Factor(Frozen):
    """One thing that counted. kind: danger, indicator, multiplier, protective, unknown.

    weight: the level an indicator starts at, or the levels a multiplier adds; words: what was read, for people only.
    """

    kind: str
    code: str
    label: str
    weight: int = 0
    speed: str | None = None  # I | D | 24 | 72 | R
    words: str | None = Field(default=None, repr=False)
    source: str = ""  # field path in the canonical contact
    clause: str = ""  # the pack's clause and its source, or "assumption"


class InvolvementItem(Frozen):
    """One entry of the history of a child: what, when, with whom."""

    kind: str  # contact | referral | placement | plan | open_case | closure
    on: date
    agency_kind: str | None = None
    detail: str | None = Field(default=None, repr=False)
    contact_id: UUID | None = None


class PriorInvolvement(Frozen):
    """What was known in the 12 months before the contact (London dates; the day exactly 12 months before counts)."""

    known_within_12_months: bool = False
    contacts_12_months: int = 0
    contacts_90_days: int = 0
    referrals_12_months: int = 0
    agency_kinds_7_days: tuple[str, ...] = ()
    open_team: str | None = None
    previous_plan: bool = False
    previously_looked_after: bool = False
    items: tuple[InvolvementItem, ...] = Field(default=(), repr=False)


class Assessment(Frozen):
    """Level 1 to 5, rating, flag, and why. needs_person: reason code where no rule applies safely, else None."""

    contact_id: UUID
    person_id: UUID | None = None
    match: str = "none"  # none | new | identifier | name_and_birth_date | review
    level: int
    rating: Rating
    statutory_flag: StatutoryFlag
    danger: tuple[str, ...] = ()
    needs_person: str | None = None
    factors: tuple[Factor, ...] = Field(default=(), repr=False)
    unknowns: tuple[str, ...] = ()
    confidence: Confidence | None = None  # None in assessments from before it was worked out
    changes: tuple[str, ...] = ()  # what would change the answer, in words
    prior_involvement: PriorInvolvement = PriorInvolvement()
    policy_version: str
    assessed_at: AwareDatetime
