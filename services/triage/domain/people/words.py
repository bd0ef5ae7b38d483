"""What is known of names: pet names, spellings, particles, words that are no name, and how common a name is.

Frozen values; the policy pack `names.yaml` fills them. Sources stand there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

_ENDING_LEAST = 3  # letters before a gendered ending


@dataclass(frozen=True)
class NameWords:
    """The tables a name is read with; every word folded.

    pet_names: a pet name to the full names it stands for. spellings: a word to the group of spellings it belongs to.
    no_names: words in place of a name (`unknown`, `baby`). unborn: words that say a child is not born.
    particles: words that may be left out of a surname (`bin`, `de`). endings: one surname for her and for him.
    shared_first: first forenames that all children of a family may have (`Muhammad`).
    given, family: share of people with the name, for those known beforehand.
    """

    pet_names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    spellings: Mapping[str, str] = field(default_factory=dict)
    no_names: frozenset[str] = frozenset()
    unborn: frozenset[str] = frozenset()
    particles: frozenset[str] = frozenset()
    shared_first: frozenset[str] = frozenset()
    endings: tuple[tuple[str, str], ...] = ()
    given: Mapping[str, float] = field(default_factory=dict)
    family: Mapping[str, float] = field(default_factory=dict)

    def given_classes(self, word: str) -> frozenset[str]:
        """The names that a forename may stand for, itself among them; two forenames that share one may be one name."""
        spelt = self.spellings.get(word, word)
        stands_for = self.pet_names.get(word, frozenset()) | self.pet_names.get(spelt, frozenset())
        return frozenset({spelt, *(self.spellings.get(full, full) for full in stands_for)})

    def one_spelling(self, a: str, b: str) -> bool:
        """Whether two forenames are one name written in two ways."""
        return self.spellings.get(a, a) == self.spellings.get(b, b)

    def one_pet_name(self, a: str, b: str) -> bool:
        """Whether one is a pet name of the other; Ella and Ellie only share a name that both may stand for."""
        return b in self.pet_names.get(a, ()) or a in self.pet_names.get(b, ())

    def may_be_one(self, a: str, b: str) -> bool:
        """Whether there is a name that both may stand for."""
        return not self.given_classes(a).isdisjoint(self.given_classes(b))

    def family_class(self, word: str) -> str:
        """A surname with its spellings and gendered endings made one: `Kowalska` is `kowalski`."""
        spelt = self.spellings.get(word, word)
        for hers, his in self.endings:
            if spelt.endswith(hers) and len(spelt) - len(hers) >= _ENDING_LEAST:
                return spelt[: -len(hers)] + his
        return spelt

    def is_given_name(self, word: str) -> bool:
        """Whether the word is a forename by itself, and not only a slip of another."""
        return word in self.given or word in self.pet_names or word in self.spellings
