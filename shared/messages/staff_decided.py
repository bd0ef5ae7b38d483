"""`staff.decided`: a person confirmed or changed what the router suggested. Sealed part: `reason` (free text)."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.messages.assessment import StatutoryFlag
from shared.messages.envelope import Facets, Frozen, Level, Message, Version

REASON_PART = "reason"


class DecisionAction(StrEnum):
    """What the person did with the case in front of them."""

    CONFIRM = "confirm"  # place with the suggested queue
    CHANGE = "change"  # place with another queue, or at another level
    CLOSE = "close"  # end with an outcome and a reason; never the default


class DecisionReason(Frozen):
    """Why, in the person's own words. Personal; travels as the part `reason`, sealed under `reason_seal`."""

    text: str = Field(repr=False)


def reason_seal(decision_id: UUID) -> str:
    """The name under which the reason of one decision is sealed: beside another decision it does not open."""
    return f"{REASON_PART}|{decision_id}"


class StaffDecidedFacets(Facets):
    """case_version is the version the person saw; another one since then makes the decision stale.

    statutory_flag: only where the person says so; without it the case keeps the flag it has, whatever the level.
    """

    decision_id: str
    staff_id: str
    role: str
    case_version: Version
    action: DecisionAction
    queue: str | None = None
    level: Level | None = None
    statutory_flag: StatutoryFlag | None = None
    outcome: str | None = None
    reason_code: str


class StaffDecided(Message):
    """One decision of one person about one contact."""

    TYPE: ClassVar[str] = "staff.decided"

    facets: StaffDecidedFacets
