"""The continuum of one authority, compiled for scoring: built and checked by `services/triage/policy.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from services.triage.domain.age import months_before
from services.triage.domain.conditions import Condition, Lookup
from services.triage.domain.prompts import PromptIndex
from shared.messages.assessment import Rating, StatutoryFlag

HIGHEST_LEVEL = 5


class Speed(StrEnum):
    """How soon somebody must look: now, the same day, in 24 or 72 hours, in turn."""

    IMMEDIATE = "I"
    SAME_DAY = "D"
    HOURS_24 = "24"
    HOURS_72 = "72"
    ROUTINE = "R"


SPEEDS = tuple(Speed)  # fastest first
RATINGS = tuple(Rating)  # most urgent first
FLAGS = (StatutoryFlag.S47, StatutoryFlag.S17, StatutoryFlag.NONE)  # strongest first


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of the continuum: where it starts and how fast it is."""

    code: str
    label: str
    level: int
    speed: Speed
    statutory: StatutoryFlag
    need: str | None  # CIN primary need
    cin_factors: tuple[str, ...]  # CIN factors at assessment
    clause: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Structured facts that amount to an indicator. ask: the missing fact in words; ask_at: where to ask for it."""

    code: str
    condition: Condition
    indicator: str
    ask: str | None
    ask_at: Condition | None
    clause: str


@dataclass(frozen=True, slots=True)
class Danger:
    """One immediate-danger criterion; any of `when` meets it. prompt_only: words were found, nothing is established."""

    code: str
    label: str
    when: tuple[Condition, ...]
    statutory: StatutoryFlag
    prompt_only: bool
    clause: str


@dataclass(frozen=True, slots=True)
class Grade:
    """One value of a sender's own scale. indicator counts where the theme is in `where`, or always if that is empty."""

    name: str
    indicator: str | None
    where: frozenset[str]
    speed: Speed | None
    fact: str | None
    clause: str


@dataclass(frozen=True, slots=True)
class TickBand:
    """Ticks of the DASH form, first to last, both counted."""

    first: int
    last: int
    grade: Grade


@dataclass(frozen=True, slots=True)
class Multiplier:
    """Something that raises the level, sets a floor for the speed or asks for a review; it never lowers."""

    code: str
    label: str
    condition: Condition
    needs: frozenset[str]  # only with an indicator of one of these CIN needs; empty: always
    up_to_level: int | None
    adds: int
    speed: Speed | None
    statutory: StatutoryFlag
    review: bool
    clause: str
    open_team_reviews: bool = False  # where a team works with the child, it is the one to review


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One step of the staircase. automatic: the router may place it without a person."""

    level: int
    scale: str  # what the authority's own scale calls it
    label: str
    automatic: bool
    reason: str | None  # reason code where it is not automatic
    rating_at_least: Rating | None
    statutory_when_raised: StatutoryFlag


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something the contact leaves open. reason: set where a person must read it before anything is placed."""

    code: str
    label: str
    reason: str | None
    clause: str


@dataclass(frozen=True, slots=True)
class Window:
    """A count within a time that asks for attention; `months` or `days` is set."""

    count: int
    months: int = 0
    days: int = 0
    indicators: frozenset[str] = frozenset()

    def since(self, on: date) -> date:
        """The first day that still counts.

        Source: continuum, risk multipliers (within 12 months, in 90 days); that the first day counts: assumption.
        """
        return months_before(on, self.months) if self.months else on - timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class FactRules:
    """Where an age, a birth to come or a sender's guess becomes a fact."""

    not_mobile_months: int
    birth_soon: timedelta
    sender_thinks_level: int


@dataclass(frozen=True, slots=True)
class HistoryRules:
    """Thresholds of what was known before."""

    known: Window
    rereferral: Window
    referral_level: int
    referral_outcomes: frozenset[str]
    low_level: Window
    low_level_up_to: int
    agencies: Window
    domestic_abuse: Window
    missing: Window


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of one authority's continuum, ready to score with."""

    version: str
    valid_from: date
    levels: Mapping[int, LevelRow]
    ratings: Mapping[tuple[Speed, int], Rating]
    no_indicator_level: int
    no_indicator_speed: Speed
    indicators: Mapping[str, Indicator]
    dangers: Mapping[str, Danger]
    danger_lookup: Lookup[Danger]
    grades: Mapping[tuple[str, str], Grade]
    tick_bands: tuple[TickBand, ...]
    rules: Lookup[Rule]
    questions: Lookup[Rule]  # rules with a missing fact to ask for, by where to ask
    facts: FactRules
    markers: frozenset[str]  # every marker the pack names
    prompts: PromptIndex
    history: HistoryRules
    multipliers: Lookup[Multiplier]
    multiplier_codes: tuple[str, ...]
    protective: Mapping[str, tuple[str, str]]  # code -> label, clause
    unknowns: Mapping[str, Unknown]
    noted_defects: frozenset[str]  # defects that ask for nobody
