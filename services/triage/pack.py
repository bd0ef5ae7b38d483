"""The shape of `continuum.yaml`: what a pack file must say, field by field. Cross-references: `pack_checks.py`.

Nothing in a pack may lower a level: there is no field for it.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.triage.domain.outcomes import Reason
from services.triage.domain.policy import HIGHEST_LEVEL, Speed
from shared.messages.assessment import Rating, StatutoryFlag

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
IndicatorCode = Annotated[str, Field(pattern=r"^[A-Z]{2}[0-9]$")]
Text = Annotated[str, Field(min_length=2, max_length=300)]
Level = Annotated[int, Field(ge=1, le=HIGHEST_LEVEL)]
Count = Annotated[int, Field(ge=1, le=1000)]
Groups = tuple[tuple[IndicatorCode, ...], ...]


class Entry(BaseModel):
    """Strict: an unknown or missing field is an error, and so is a text where a number belongs."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Sourced(Entry):
    """source: the document and paragraph the entry comes from, or "assumption"."""

    source: Text


class Source(Entry):
    """A document the entries refer to."""

    id: str
    title: Text


class LevelEntry(Sourced):
    """One step of the staircase; `reason` exactly where a person must confirm.

    scale: what the authority's own scale calls it. The number of `level` is ours, and families are never shown it.
    """

    level: Level
    scale: Text
    label: Text
    meaning: Text
    lead: Text
    consent: Literal["normal", "needed", "sought", "not_needed"]
    decision: Literal["auto", "confirm"]
    reason: Reason | None = None
    rating_at_least: Rating | None = None


class RatingEntry(Sourced):
    """The rating of a speed from a level upwards."""

    speed: Speed
    from_level: Level
    rating: Rating


class CautiousStart(Sourced):
    """What is shown where no indicator was found."""

    level: Level
    speed: Speed


class RaisedEntry(Sourced):
    """The flag of a level that multipliers reached."""

    level: Level
    flag: StatutoryFlag


class IndicatorEntry(Sourced):
    """One row of the continuum."""

    id: IndicatorCode
    label: Text
    level: Level
    speed: Speed
    statutory: StatutoryFlag
    factors: tuple[str, ...]
    need: str | None


class NotMobile(Sourced):
    """Younger than this counts as not mobile."""

    under_months: Annotated[int, Field(ge=1, le=24)]


class BirthSoon(Sourced):
    """A birth expected within this, or overdue."""

    within_weeks: Annotated[int, Field(ge=1, le=40)]


class SenderThinks(Sourced):
    """The sender's guess counts as a fact from this level."""

    from_level: Level


class FactEntries(Entry):
    """Where numbers become facts."""

    not_mobile: NotMobile
    birth_soon: BirthSoon
    sender_thinks: SenderThinks


class ConditionEntry(Entry):
    """All of `all`, one of `any`, one indicator of each list in `with`."""

    every: tuple[Code, ...] = Field(default=(), alias="all")
    some: tuple[Code, ...] = Field(default=(), alias="any")
    groups: Groups = Field(default=(), alias="with")


class DangerEntry(Sourced):
    """One immediate-danger criterion."""

    code: Code
    label: Text
    when: tuple[ConditionEntry, ...] = ()
    prompt_only: bool = False
    statutory: StatutoryFlag


class GradeEntry(Sourced):
    """One value of a sender's scale."""

    scheme: str
    value: str
    indicator: IndicatorCode | None = None
    where: tuple[IndicatorCode, ...] = ()
    speed: Speed | None = None
    fact: Code | None = None


class TickEntry(Sourced):
    """A band of DASH ticks."""

    first: Annotated[int, Field(ge=1, le=27, alias="from")]
    last: Annotated[int, Field(ge=1, le=27, alias="to")]
    indicator: IndicatorCode
    fact: Code | None = None


class RuleEntry(Sourced, ConditionEntry):
    """Structured facts that amount to an indicator."""

    code: Code
    indicator: IndicatorCode
    ask: Text | None = None
    ask_where: tuple[IndicatorCode, ...] = ()


class RecordedMarker(Sourced):
    """A marker with no weight of its own."""

    marker: Code


class PromptEntry(Sourced):
    """Words that ask for a person."""

    code: Code
    label: Text
    phrases: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[a-z0-9]+( [a-z0-9]+)*$", min_length=3)], ...], Field(min_length=1)
    ]
    covered_by: tuple[IndicatorCode, ...]


class EvidenceEntries(Entry):
    """How structured fields and words are read."""

    grades: tuple[GradeEntry, ...]
    dash_ticks: tuple[TickEntry, ...]
    rules: tuple[RuleEntry, ...]
    recorded_only: tuple[RecordedMarker, ...]
    prompts: tuple[PromptEntry, ...]


class KnownWindow(Sourced):
    """How long before still counts as known."""

    months: Count


class RereferralWindow(Sourced):
    """Which earlier contacts count as referrals, and for how long."""

    months: Count
    from_level: Level
    outcomes: tuple[str, ...]


class LowLevelWindow(Sourced):
    """So many contacts up to a level within days, this one included."""

    contacts: Annotated[int, Field(ge=2, le=20)]
    days: Count
    up_to_level: Level


class AgencyWindow(Sourced):
    """So many kinds of agency within days, this one included."""

    kinds: Annotated[int, Field(ge=2, le=10)]
    days: Count


class EpisodeWindow(Sourced):
    """So many episodes with one of the indicators within months or days, this one included."""

    episodes: Annotated[int, Field(ge=2, le=20)]
    months: int = 0
    days: int = 0
    indicators: Annotated[tuple[IndicatorCode, ...], Field(min_length=1)]


class HistoryEntries(Entry):
    """Thresholds of what was known before."""

    known: KnownWindow
    rereferral: RereferralWindow
    low_level: LowLevelWindow
    agencies: AgencyWindow
    domestic_abuse: EpisodeWindow
    missing: EpisodeWindow


class MultiplierEntry(Sourced, ConditionEntry):
    """Something that raises the level, speeds up or asks for a review."""

    code: Code
    label: Text
    needs: tuple[str, ...] = ()
    up_to_level: Level | None = None
    adds: Annotated[int, Field(ge=0, le=2)] = 0
    speed: Speed | None = None
    statutory: StatutoryFlag = StatutoryFlag.NONE
    review: bool = False
    open_team_reviews: bool = False


class ProtectiveEntry(Sourced):
    """Something that helps. It has no weight and no speed: there is no field for them."""

    code: Code
    label: Text


class UnknownEntry(Sourced):
    """Something a contact may leave open."""

    code: Code
    label: Text
    reason: Reason | None = None


class ContinuumPack(Entry):
    """The whole file."""

    authority: str
    name: Literal["continuum"]
    version: str
    valid_from: date
    valid_to: date | None = None  # last day; without it a version ends when the next one starts
    sources: tuple[Source, ...]
    levels: tuple[LevelEntry, ...]
    ratings: tuple[RatingEntry, ...]
    no_indicator: CautiousStart
    statutory_when_raised: tuple[RaisedEntry, ...]
    indicators: tuple[IndicatorEntry, ...]
    facts: FactEntries
    danger: tuple[DangerEntry, ...]
    evidence: EvidenceEntries
    history: HistoryEntries
    multipliers: tuple[MultiplierEntry, ...]
    protective: tuple[ProtectiveEntry, ...]
    unknowns: tuple[UnknownEntry, ...]
