"""Children placed with persons, one after another: the second contact of a batch about a child finds the first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.triage.domain.identity import Identity, MatchKey
from services.triage.domain.matching import (
    Match,
    NewPerson,
    NotIdentified,
    ReviewNeeded,
    SamePerson,
    UnbornChild,
    match,
)
from services.triage.domain.outcomes import Reason
from services.triage.domain.register import Register


@dataclass(frozen=True, slots=True)
class Arrival:
    """A child to be placed. fresh_id: the id of the new person, where it becomes one."""

    contact_id: UUID
    fresh_id: UUID
    identity: Identity = field(repr=False)


@dataclass(frozen=True, slots=True)
class Placing:
    """Where a child was placed. gained: keys its person holds from now on."""

    contact_id: UUID
    person_id: UUID
    match: Match
    gained: tuple[MatchKey, ...]

    @property
    def is_new_person(self) -> bool:
        """Whether a person row is made for it."""
        return not isinstance(self.match, SamePerson)

    @property
    def reason(self) -> Reason | None:
        """Why a practitioner must settle who this is, or None where it is settled.

        Source: design, promise 4 (what is uncertain waits for a person).
        """
        match self.match:
            case SamePerson() | NewPerson():
                return None
            case ReviewNeeded():
                return Reason.IDENTITY_UNCERTAIN
            case NotIdentified():
                return Reason.IDENTITY_MISSING
            case UnbornChild():
                return Reason.UNBORN

    @property
    def how(self) -> str:
        """none, new, identifier, name_and_birth_date or review, as the assessment shows it."""
        match self.match:
            case SamePerson(by=by):
                return by
            case NewPerson():
                return "new"
            case ReviewNeeded():
                return "review"
            case NotIdentified() | UnbornChild():
                return "none"


def place_children(arrivals: Sequence[Arrival], register: Register) -> tuple[Placing, ...]:
    """Place each arrival in the order given. The register learns from every one."""
    return tuple(_place(arrival, register) for arrival in arrivals)


def _place(arrival: Arrival, register: Register) -> Placing:
    identity = arrival.identity
    found = match(identity, register)
    person_id = found.person.person_id if isinstance(found, SamePerson) else arrival.fresh_id
    return Placing(arrival.contact_id, person_id, found, register.learn(person_id, identity))
