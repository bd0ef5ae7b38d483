"""The service catalogue as values: who can take what, on which terms, and through which door."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

EVERY_LEVEL = frozenset({1, 2, 3, 4, 5})
AGE_BANDS = ("unborn", "under_1", "1_4", "5_10", "11_15", "16_17", "18_25", "unknown")
FLAGS = ("none", "s17", "s47")


class Kind(StrEnum):
    """What a row of the catalogue is: people and gates make a case wait, services take it, a marker is no queue."""

    PEOPLE = "people"
    GATE = "gate"
    SERVICE = "service"
    MARKER = "marker"


class Role(StrEnum):
    """How a service is chosen: because it fits what the contact is about, by level alone, or by a person only."""

    DECIDES = "decides"
    GENERAL = "general"
    OFFERED = "offered"
    NEVER = "never"


class TeamKind(StrEnum):
    """Which team of the locality a case is for."""

    NONE = "none"
    HUB = "hub"
    INTENSIVE = "intensive"
    FAMILIES_FIRST = "families_first"


@dataclass(frozen=True, slots=True)
class Selection:
    """Codes (indicators or markers) that choose a service. only_with: None where anything may stand beside them.

    levels: at the other levels that the service takes it is only offered; empty: it is chosen at all of them.
    """

    role: Role = Role.NEVER
    levels: frozenset[int] = frozenset()
    any_of: frozenset[str] = frozenset()
    only_with: frozenset[str] | None = None

    def role_at(self, level: int) -> Role:
        """How the service is chosen for a contact of this level."""
        return Role.OFFERED if self.levels and level not in self.levels else self.role


@dataclass(frozen=True, slots=True)
class AutoTerms:
    """Terms on which no person is needed. Empty levels: never. Empty age bands: every band the service takes."""

    levels: frozenset[int] = frozenset()
    age_bands: frozenset[str] = frozenset()

    def met_by(self, level: int, age_band: str) -> bool:
        """True where the service may be given the contact without a person, as far as level and age go.

        Source: design, promise 4 (early help without a person only where the policy says so); the terms stand in the
        pack.
        """
        return level in self.levels and (not self.age_bands or age_band in self.age_bands)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row in force. queue: the id that staff and messages use; through: the queue a case is really put on."""

    id: str
    queue: str
    name: str
    kind: Kind
    topic: str
    through: str
    subject_kind: str = "child"
    levels: frozenset[int] = EVERY_LEVEL
    flags: frozenset[str] = frozenset(FLAGS)
    age_bands: frozenset[str] = frozenset()
    instead_of_age: frozenset[str] = frozenset()
    select: Selection = Selection()
    requested_as: frozenset[str] = frozenset()
    gate: str | None = None
    companions: tuple[str, ...] = ()
    consent_needed: bool = False
    auto: AutoTerms = AutoTerms()
    open_case_levels: frozenset[int] = frozenset()
    team: TeamKind = TeamKind.NONE
    has_team: bool = True
    outcome: Mapping[str, str] = field(default_factory=dict)
    step_up: tuple[str, ...] = ()
    step_down: tuple[str, ...] = ()
    time_limit_weeks: int | None = None
    valid_from: date = date.min
    valid_to: date = date.max

    @property
    def holds_open_cases(self) -> bool:
        """A case placed here is an open case with a team of its own.

        Source: services, rules to encode 2 and 3 (an open child goes to its worker); which services hold: assumption.
        """
        return bool(self.open_case_levels)


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person must also see to, shown with the suggestion. code is what is stored."""

    code: str
    when: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class PeopleQueues:
    """Where contacts wait: danger, places, particular reasons, and everything else."""

    danger: str
    otherwise: str
    places: str
    by_reason: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The rows in force on a day, in the file's order, which is the order of preference.

    takers: the services that take a kind of subject at a level under a flag, found once and not for each contact;
    rating_of_level: the speed that goes with a level a person sets.
    """

    version: str
    entries: tuple[Entry, ...]
    people: PeopleQueues
    notes: tuple[Note, ...]
    unknown_open_team: str
    closing_outcomes: frozenset[str]
    outcomes: frozenset[str]
    never_automatic_with: frozenset[str]
    rating_of_level: Mapping[int, str]
    by_queue: Mapping[str, Entry]
    takers: Mapping[tuple[str, int, str], tuple[Entry, ...]]

    def entry(self, queue: str) -> Entry | None:
        """The row of a queue id, or None where the catalogue has no such queue in force."""
        return self.by_queue.get(queue)

    def topic_of(self, queue: str) -> str:
        """The name of the topic a queue is read from. Raises KeyError for a queue the catalogue does not have."""
        return self.by_queue[queue].topic

    def in_force(self, on: date) -> "Catalogue":
        """The catalogue with the rows in force on a London date only.

        Source: continuum, rule 6 and services, how to read (rows are data, versioned with dates in force).
        """
        entries = tuple(entry for entry in self.entries if entry.valid_from <= on <= entry.valid_to)
        if len(entries) == len(self.entries):
            return self
        return replace(self, entries=entries, by_queue=by_queue(entries), takers=takers(entries))


def by_queue(entries: Iterable[Entry]) -> Mapping[str, Entry]:
    """The rows by queue id."""
    return {entry.queue: entry for entry in entries}


def takers(entries: Sequence[Entry]) -> Mapping[tuple[str, int, str], tuple[Entry, ...]]:
    """The services by kind of subject, level and statutory flag, in the order of preference.

    Source: continuum, conflict to resolve locally (level alone cannot choose: level and statutory flag together).
    """
    services = [entry for entry in entries if entry.kind is Kind.SERVICE]
    return {
        (kind, level, flag): tuple(
            entry for entry in services if entry.subject_kind == kind and level in entry.levels and flag in entry.flags
        )
        for kind in {entry.subject_kind for entry in services}
        for level in EVERY_LEVEL
        for flag in FLAGS
    }
