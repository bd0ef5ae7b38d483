"""How common names, homes and numbers are in a register: what many share says less when it agrees."""

from collections import Counter
from collections.abc import Iterable, Mapping

from services.triage.domain.people.facts import Facts
from services.triage.domain.people.homes import Home
from services.triage.domain.people.names import Part
from services.triage.domain.people.numbers import Number
from services.triage.domain.people.words import NameWords

_BEFOREHAND = 500.0  # people that the shares known beforehand count as
_RARE = 0.0005  # share of a name nothing is known of
_COMMON = 0.002  # share of people from which on a name is a common one
_ESTABLISHED = 3  # people called so in the register make a word a forename


class Commonness:
    """Counted over the register once, so that the order in which contacts arrive changes no weight."""

    def __init__(self, words: NameWords, people: Iterable[Facts] = ()) -> None:
        """words: what is known of names beforehand. people: the register."""
        self.words = words
        self.people = 0
        self._given: Counter[str] = Counter()
        self._family: Counter[str] = Counter()
        self._homes: Counter[str] = Counter()
        self._numbers: Counter[Number] = Counter()
        for facts in people:
            self._count(facts)

    def _count(self, facts: Facts) -> None:
        self.people += 1
        self._given.update({word for name in facts.names for word in name.given.words})
        self._family.update({word for name in facts.names for word in name.family.words})
        self._homes.update({home.key for home in facts.homes if home.key})
        self._numbers.update(facts.numbers)

    def given_share(self, a: Part, b: Part) -> float:
        """Share of people with these forenames: of the rarest word both sides have, else of the more common side."""
        return self._share(a, b, self._given, self.words.given)

    def family_share(self, a: Part, b: Part) -> float:
        """Share of people with these surnames, likewise."""
        return self._share(a, b, self._family, self.words.family)

    def is_given_name(self, word: str) -> bool:
        """Whether people are called so, beyond a slip of the hand."""
        return self._given[word] >= _ESTABLISHED or self.words.is_given_name(word)

    def is_common_name(self, word: str) -> bool:
        """Whether many are called just so."""
        return self.words.given.get(word, 0.0) >= _COMMON or self._given[word] >= _COMMON * max(
            self.people, _BEFOREHAND
        )

    def living_at(self, home: Home) -> int:
        """People of the register who ever lived there: many at a refuge, a hostel, a hospital."""
        return self._homes[home.key] if home.key else 0

    def holders(self, number: Number) -> int:
        """People of the register who were told to hold this number; more than one where it is not only theirs."""
        return self._numbers[number]

    def _share(self, a: Part, b: Part, counts: Counter[str], beforehand: Mapping[str, float]) -> float:
        shared = set(a.words) & set(b.words)
        if shared:
            return min(self._word_share(word, counts, beforehand) for word in shared)
        return max(
            min((self._word_share(word, counts, beforehand) for word in side.words), default=_RARE) for side in (a, b)
        )

    def _word_share(self, word: str, counts: Counter[str], beforehand: Mapping[str, float]) -> float:
        """Of the others: the person compared is one of those counted."""
        others = max(0, counts[word] - 1)
        return (others + _BEFOREHAND * beforehand.get(word, _RARE)) / (self.people + _BEFOREHAND)
