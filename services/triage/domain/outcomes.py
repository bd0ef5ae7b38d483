"""The closed set of what an assessment can end in: a suggestion, or a person. There is no third ending."""

from dataclasses import dataclass
from enum import StrEnum

from services.triage.domain.policy import Speed
from shared.messages.assessment import Confidence, Factor, Rating, StatutoryFlag


class Reason(StrEnum):
    """Why a person must decide. The first that applies is given; the factors show all of them."""

    DANGER = "danger"
    RESTRICTED = "restricted"
    TEXT_PROMPT = "text_prompt"
    IDENTITY_UNCERTAIN = "identity_uncertain"
    IDENTITY_MISSING = "identity_missing"
    UNBORN = "unborn"
    NO_INDICATOR = "no_indicator"
    LEVEL_4_5 = "level_4_5"
    LEVEL_1 = "level_1"
    STATUTORY_FLAG = "statutory_flag"
    MULTIPLIER_REVIEW = "multiplier_review"
    HISTORY_REVIEW = "history_review"
    DEFECTS = "defects"


@dataclass(frozen=True, slots=True)
class Score:
    """Level of need, speed, flag, and everything that counted."""

    level: int
    speed: Speed
    rating: Rating
    statutory_flag: StatutoryFlag
    danger: tuple[str, ...]
    indicators: tuple[str, ...]
    factors: tuple[Factor, ...]
    unknowns: tuple[str, ...]
    changes: tuple[str, ...]
    confidence: Confidence

    @property
    def is_urgent(self) -> bool:
        """Danger, or RED at once: it takes the urgent lane.

        Source: continuum, immediate-danger criteria (mark RED, wait for nothing); design, promise 3 (danger goes
        first).
        """
        return bool(self.danger) or (self.rating is Rating.RED and self.speed is Speed.IMMEDIATE)


@dataclass(frozen=True, slots=True)
class Suggested:
    """The rules decide safely: the router may act on it where consent and catalogue allow."""

    score: Score


@dataclass(frozen=True, slots=True)
class NeedsPerson:
    """No rule decides safely: a practitioner does. The score is shown to them and never acted on."""

    reason: Reason
    score: Score


Outcome = Suggested | NeedsPerson
