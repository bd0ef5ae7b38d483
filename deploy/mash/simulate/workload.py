"""The workload tables as typed values: one file for every authority's year, one file per authority for its places."""

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

DATA = Path(__file__).parent / "data"
AUTHORITIES = ("medway", "county-durham")


class Table(BaseModel):
    """A frozen table; an unknown key is a mistake in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Totals(Table):
    """The yearly totals of the source report."""

    contacts: int
    referrals: int
    known: int
    new: int


class Share(Table):
    """A share that splits again."""

    share: float
    parts: dict[str, float]


class ReasonGroup(Table):
    """A group of reasons; counts are rounded by largest remainder inside it."""

    group: str
    share: float
    parts: dict[str, float | Share]


class AgeBand(Table):
    """Ages in whole years, both ends included; -1 is unborn."""

    name: str
    low: int
    high: int
    share: float


class Leaning(Table):
    """One reason that is more frequent in one age band."""

    reason: str
    band: str
    weight: float


class Ages(Table):
    """The shape by age and its one exception."""

    bands: list[AgeBand]
    leaning: Leaning
    adult_cohorts: dict[str, float]


class Ratings(Table):
    """Shares of ratings, and how they lean by outcome."""

    shares: dict[str, float]
    red_share_of_referrals: float
    leaning: dict[str, dict[str, float]]


class Sender(Table):
    """A kind of sender: share of contacts, the door its messages use, and what identifiers it gives."""

    share: float
    door: str
    upn: float
    nhs: float
    profile: str


class Incidents(Table):
    """Percent of contacts in incidents that two, and three, agencies report."""

    two_agencies: float
    three_agencies: float
    within_hours: int


class Copies(Table):
    """Percent of contacts that are sent again unchanged, and in a new version."""

    resend: float
    version: float


class Noise(Table):
    """Percent of contacts with each kind of imperfection."""

    name_variant: float
    birth_date_wrong: float
    birth_date_missing: float
    address_changed: float
    unborn_to_born: float
    twin: float
    same_name_and_birth_date: float
    invalid_identifier: float
    unreadable_postcode: float
    wrong_scale: float


class History(Table):
    """How a contact comes to be known."""

    repeats_in_run: float
    older_than_12_months: float


class HourWeights(Table):
    """Weights of an hour inside and outside working hours."""

    working: float
    other: float
    weekend_factor: float


class SchoolHours(Table):
    """Weights of an hour of a school day."""

    peak_hours: tuple[int, int]
    peak: float
    working: float
    august: float
    first_week_of_term: float


class Arrivals(Table):
    """When messages come."""

    working_hours: tuple[int, int]
    police: HourWeights
    office: HourWeights
    school: SchoolHours
    school_closed: list[tuple[str, str]]


class Workload(Table):
    """What a year at a front door looks like."""

    version: str
    totals: Totals
    reasons: list[ReasonGroup]
    ages: Ages
    outcomes: dict[str, float]
    ratings: Ratings
    senders: dict[str, Sender]
    children: dict[int, float]
    children_one_only: list[str]
    age_leanings: dict[str, dict[str, float]]
    incidents: Incidents
    copies: Copies
    noise: Noise
    history: History
    arrivals: Arrivals


class Area(Table):
    """An area and the weights of its wards."""

    name: str
    wards: dict[str, float]


class Places(Table):
    """One authority: where contacts come from."""

    authority: str
    la_number: str
    contacts: int
    police_force: str
    districts: list[str]
    areas: list[Area]
    leanings: dict[str, dict[str, float]]
    same_everywhere: list[str]


class Theme(Table):
    """One indicator of the continuum and how senders word it."""

    level: int
    speed: str
    word: str
    police: str
    say: tuple[str, ...]


class Themes(Table):
    """All themes, and which of them a reason can turn out to be."""

    version: str
    by_reason: dict[str, list[str]]
    unborn: dict[int, str]
    baby_injury: str
    themes: dict[str, Theme]


class Names(Table):
    """Invented names."""

    forenames: dict[str, list[str]]
    adult_forenames: list[str]
    surname_starts: list[str]
    surname_ends: list[str]
    streets: list[str]
    schools: list[str]
    staff: list[str]


def _read(name: str) -> object:
    return yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))


@cache
def read_workload() -> Workload:
    """The tables common to every authority."""
    return Workload.model_validate(_read("workload"))


@cache
def read_places(authority: str) -> Places:
    """The places of one authority. Raises KeyError for one without a file."""
    if authority not in AUTHORITIES:
        raise KeyError(authority)
    return Places.model_validate(_read(authority))


@cache
def read_themes() -> Themes:
    """The wording of themes."""
    return Themes.model_validate(_read("themes"))


@cache
def read_names() -> Names:
    """The invented names."""
    return Names.model_validate(_read("names"))
