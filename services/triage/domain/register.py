"""The persons who hold the keys of a batch, growing as the contacts of the batch are placed one after another."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.triage.domain.identity import Identity, KnownName, MatchKey


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What is known of one person: every name and date of birth ever told, every key held."""

    person_id: UUID
    names: frozenset[KnownName] = field(default=frozenset(), repr=False)
    born_on: frozenset[date] = field(default=frozenset(), repr=False)
    keys: frozenset[MatchKey] = frozenset()


class Register:
    """Who holds which key. A key belongs to one person and never moves."""

    def __init__(self, persons: Iterable[KnownPerson] = ()) -> None:
        """persons: those already recorded who hold any key of the batch."""
        self._holders: dict[MatchKey, UUID] = {}
        self._persons: dict[UUID, KnownPerson] = {}
        for person in persons:
            self._hold(person)

    def holder_of(self, key: MatchKey) -> KnownPerson | None:
        """The person found by a key, as known by now."""
        person_id = self._holders.get(key)
        return None if person_id is None else self._persons[person_id]

    def learn(self, person_id: UUID, identity: Identity) -> tuple[MatchKey, ...]:
        """Add what an identity told about a person. Returns the keys that this person holds from now on and did not."""
        before = self._persons.get(person_id) or KnownPerson(person_id)
        gained = tuple(key for key in identity.keys if key not in self._holders)
        told = frozenset() if identity.born_on is None else frozenset({identity.born_on})
        self._hold(
            KnownPerson(
                person_id=person_id,
                names=before.names | frozenset(identity.names),
                born_on=before.born_on | told,
                keys=before.keys | frozenset(gained),
            )
        )
        return gained

    def _hold(self, person: KnownPerson) -> None:
        self._persons[person.person_id] = person
        for key in person.keys:
            self._holders.setdefault(key, person.person_id)
