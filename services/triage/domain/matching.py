"""Which person a contact is about. A link needs agreement; everything else is a new person or a practitioner's task.

Guards that nothing outvotes: an unborn child, hits on two persons, conflicting identifiers, and a twin's forename.
Fuzzy evidence, households and merges are weighed elsewhere; here two values agree only where they are the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from services.triage.domain.identity import Identity, KeyKind, KnownName, MatchKey
from services.triage.domain.register import KnownPerson, Register

# Kinds of which a person has one value at a time, so that two different ones contradict.
_ONE_EACH = (KeyKind.NHS_NUMBER, KeyKind.UPN, KeyKind.LA_CHILD_ID)


@dataclass(frozen=True, slots=True)
class SamePerson:
    """A person already known. by: what agreed."""

    person: KnownPerson
    by: str  # identifier | name_and_birth_date


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Nobody is known under any of the keys."""


@dataclass(frozen=True, slots=True)
class ReviewNeeded:
    """Something agrees and something contradicts: no link, an own person, and a practitioner's task. why: for them."""

    why: (
        str  # several_persons | name_and_birth_date_differ | forename_differs | identifiers_differ | nothing_to_compare
    )
    candidates: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class NotIdentified:
    """Neither an identifier nor a full name with date of birth: an own person that nothing can be matched to."""


@dataclass(frozen=True, slots=True)
class UnbornChild:
    """An unborn child is an own person until a practitioner links it, whatever identifiers came with it."""


Match = SamePerson | NewPerson | ReviewNeeded | NotIdentified | UnbornChild


def match(identity: Identity, register: Register) -> Match:
    """The person behind an identity, among those the register holds for its keys.

    Source: identifiers, general handling (an identifier is no proof: siblings and twins; with name and birth date):
    assumption.
    """
    if identity.unborn:
        return UnbornChild()
    if not identity.keys:
        return NotIdentified()
    hits = {key: person for key in identity.keys if (person := register.holder_of(key)) is not None}
    if not hits:
        return NewPerson()
    persons = {person.person_id: person for person in hits.values()}
    if len(persons) > 1:
        return ReviewNeeded("several_persons", tuple(sorted(persons)))
    (person,) = persons.values()
    by_identifier = any(key.is_identifier for key in hits)
    contradiction = _contradiction(identity, person, by_identifier)
    if contradiction is not None:
        return ReviewNeeded(contradiction, (person.person_id,))
    return SamePerson(person, "identifier" if by_identifier else "name_and_birth_date")


def _contradiction(identity: Identity, person: KnownPerson, by_identifier: bool) -> str | None:
    if _identifiers_differ(identity.identifiers, person):
        return "identifiers_differ"
    return _told_differs(identity, person) if by_identifier else None


def _identifiers_differ(identifiers: Iterable[MatchKey], person: KnownPerson) -> bool:
    """Whether a kind has values on both sides and none in common. With an NHS number in common, others may differ."""
    given: dict[KeyKind, set[MatchKey]] = {}
    for key in identifiers:
        given.setdefault(key.kind, set()).add(key)
    agree = {kind for kind, keys in given.items() if not keys.isdisjoint(person.keys)}
    held = {key.kind for key in person.keys}
    differ = {kind for kind in _ONE_EACH if kind in given and kind in held} - agree
    return bool(differ) and (KeyKind.NHS_NUMBER in differ or KeyKind.NHS_NUMBER not in agree)


def _told_differs(identity: Identity, person: KnownPerson) -> str | None:
    """Whether name and date of birth speak against a link made by an identifier."""
    dates_agree = None if identity.born_on is None or not person.born_on else identity.born_on in person.born_on
    if not identity.names or not person.names:
        return None if dates_agree else "nothing_to_compare" if dates_agree is None else "name_and_birth_date_differ"
    if not any(_forenames_agree(given, known) for given in identity.names for known in person.names):
        return "forename_differs" if dates_agree else "name_and_birth_date_differ"
    if dates_agree or not set(identity.names).isdisjoint(person.names):
        return None
    return "name_and_birth_date_differ"


def _forenames_agree(given: KnownName, known: KnownName) -> bool:
    """The same, or one begins the other: `Kat` and `Katherine`. Twins and siblings do not."""
    shorter, longer = sorted((given.forename, known.forename), key=len)
    return longer.startswith(shorter)
