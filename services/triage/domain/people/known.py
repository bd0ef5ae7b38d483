"""People in memory, found by their keys; they grow as contacts are linked to them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.triage.domain.people.commonness import Commonness
from services.triage.domain.people.facts import Facts
from services.triage.domain.people.homes import Home
from services.triage.domain.people.keys import keys_of
from services.triage.domain.people.weights import Model

_LARGEST_BLOCK = 250  # people under one key; a larger block says nothing, and another key finds the likely ones


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person as the file names it."""

    person_id: str
    facts: Facts = field(repr=False)


class KnownPeople:
    """The people of a register, each under a number of its own in the order of arrival."""

    def __init__(self, people: Sequence[KnownPerson], model: Model) -> None:
        """people: the register. How common a name is counts over these only, not over those that come later."""
        self.model = model
        self.common = Commonness(model.words, (person.facts for person in people))
        self._people: list[KnownPerson] = []
        self._blocks: defaultdict[str, list[int]] = defaultdict(list)
        self._residents: defaultdict[str, list[int]] = defaultdict(list)
        for person in people:
            self.add(person)

    def __len__(self) -> int:
        return len(self._people)

    def __getitem__(self, number: int) -> KnownPerson:
        return self._people[number]

    def add(self, person: KnownPerson) -> int:
        """Take in another person and return its number."""
        self._people.append(person)
        number = len(self._people) - 1
        self._index(number, keys_of(person.facts), person.facts.homes)
        return number

    def learn(self, number: int, facts: Facts) -> None:
        """Add what a linked contact told of a person."""
        before = self._people[number]
        grown = before.facts.with_facts(facts)
        if grown == before.facts:
            return
        self._people[number] = KnownPerson(before.person_id, grown)
        self._index(number, keys_of(grown) - keys_of(before.facts), grown.homes - before.facts.homes)

    def likely(self, facts: Facts) -> list[int]:
        """The people worth comparing with these facts, by number."""
        found: set[int] = set()
        for key in keys_of(facts):
            block = self._blocks.get(key, ())
            if len(block) <= _LARGEST_BLOCK:
                found.update(block)
        return sorted(found)

    def moved_along(self, number: int, facts: Facts) -> bool:
        """Whether somebody who lived with this person is known where these facts place the child."""
        return any(
            other != number and self.one_household(number, other)
            for home in facts.homes
            if home.key and self._is_household(home)
            for other in self._residents.get(home.key, ())
        )

    def one_household(self, one: int, other: int) -> bool:
        """Whether both ever lived at one address that is no place of strangers."""
        shared = {home.key for home in self._people[one].facts.homes if home.key}
        return any(home.key in shared and self._is_household(home) for home in self._people[other].facts.homes)

    def _is_household(self, home: Home) -> bool:
        return self.common.living_at(home) <= self.model.crowd

    def _index(self, number: int, keys: Iterable[str], homes: Iterable[Home]) -> None:
        for key in keys:
            self._blocks[key].append(number)
        for home in homes:
            if home.key:
                self._residents[home.key].append(number)
