"""A name as told, in words, with what is needed to compare it worked out once."""

from dataclasses import dataclass, field

from services.triage.domain.people.letters import code, sound, words_of
from services.triage.domain.people.words import NameWords

_MOST_WORDS = 6
_NO_NAME_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Part:
    """The forenames or the surnames of a name. words: as told, folded; joined: without what separates them.

    Of each word: the names it may stand for (classes), its sound, its code.
    """

    words: tuple[str, ...] = field(default=(), repr=False)
    joined: str = field(default="", repr=False)
    classes: tuple[frozenset[str], ...] = field(default=(), repr=False)
    sounds: tuple[str, ...] = field(default=(), repr=False)
    codes: tuple[str, ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return bool(self.words)


@dataclass(frozen=True, slots=True)
class Name:
    """A forename and a surname, either of which may be missing."""

    given: Part = field(default=Part(), repr=False)
    family: Part = field(default=Part(), repr=False)

    def __bool__(self) -> bool:
        return bool(self.given or self.family)


def read_name(forename: str, surname: str, known: NameWords) -> Name:
    """A name without words that are no name: `Baby` or `not known` in place of a forename leaves it missing."""
    return Name(_given(forename, known), _family(surname, known))


def says_unborn(forename: str, surname: str, known: NameWords) -> bool:
    """Whether the name says that the child is not born yet: `Unborn Smith`, `Unborn baby of ...`."""
    return not known.unborn.isdisjoint((*words_of(forename), *words_of(surname)))


def _given(text: str, known: NameWords) -> Part:
    words = words_of(text)[:_MOST_WORDS]
    if _is_no_name(words, known):
        return Part()
    return _part(words, tuple(known.given_classes(word) for word in words))


def _is_no_name(words: tuple[str, ...], known: NameWords) -> bool:
    """Whether nothing is told: `Baby of Aline`, `Unknown`, `n/a`; a short word among others is a name (`Li Na`)."""
    if "".join(words) in known.no_names or not known.unborn.isdisjoint(words):
        return True
    return bool(words) and len(words[0]) >= _NO_NAME_LETTERS and words[0] in known.no_names


def _family(text: str, known: NameWords) -> Part:
    told = tuple(word for word in words_of(text)[:_MOST_WORDS] if word not in known.no_names | known.unborn)
    words = tuple(word for word in told if word not in known.particles) or told
    return _part(words, tuple(frozenset({known.family_class(word)}) for word in words))


def _part(words: tuple[str, ...], classes: tuple[frozenset[str], ...]) -> Part:
    return Part(
        words, "".join(words), classes, tuple(sound(word) for word in words), tuple(code(word) for word in words)
    )
