"""`case.decided`: what holds of a contact since a person's decision about it was carried out.

`staff.decided` is what a person asked for; the router may refuse it or find it stale. Only what it carried out is told
here, whole and not as a change, so that the newest version is the truth in whatever order they arrive.
"""

from typing import ClassVar

from shared.messages.assessment import Rating, StatutoryFlag
from shared.messages.case_moved import CaseState
from shared.messages.envelope import Facets, Level, Message, Version
from shared.messages.staff_decided import DecisionAction


class CaseDecidedFacets(Facets):
    """version: of the case after the decision; level, rating, statutory_flag and outcome: as they stand from now on."""

    authority: str
    decision_id: str
    staff_id: str
    role: str
    action: DecisionAction
    reason_code: str
    version: Version
    state: CaseState
    queue: str
    level: Level
    rating: Rating
    statutory_flag: StatutoryFlag
    outcome: str | None = None


class CaseDecided(Message):
    """One decision of one person, carried out."""

    TYPE: ClassVar[str] = "case.decided"

    facets: CaseDecidedFacets
