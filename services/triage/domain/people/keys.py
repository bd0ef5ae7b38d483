"""The keys a person is looked for by, so that only likely ones are compared; several, as any field may be wrong."""

from collections.abc import Iterator

from services.triage.domain.people.facts import Facts
from services.triage.domain.people.homes import Home
from services.triage.domain.people.letters import code
from services.triage.domain.people.names import Name, Part

_MOST_CODES = 8  # of one name: a pet name may stand for several names
_SHORTEST_POSTCODE = 4


def keys_of(facts: Facts) -> frozenset[str]:
    """The keys one is found by and finds by: numbers, and every two of forename, surname, date of birth and home."""
    return frozenset(_keys(facts))


def _keys(facts: Facts) -> Iterator[str]:
    for number in facts.numbers:
        yield f"#{number.kind.value}:{number.value}"
    places = sorted({place for home in facts.homes for place in _places(home)})
    for name in facts.names:
        yield from _keys_of_name(name, facts, places)
    for birth in facts.births:
        yield from (f"d{birth.spread}@{place}" for place in places)


def _keys_of_name(name: Name, facts: Facts, places: list[str]) -> Iterator[str]:
    given, family = _codes(name.given), _codes(name.family)
    for birth in facts.births:
        yield from (f"n{one}@{birth.spread}" for one in given | family)
    for one in given:
        yield from (f"p{'+'.join(sorted((one, other)))}" for other in family)
    for place in places:
        yield from (f"h{one}@{place}" for one in given | family)


def _codes(part: Part) -> frozenset[str]:
    """Codes of what the words may stand for; of the words themselves too, for those whose class is another word."""
    standing = sorted({code(one) for group in part.classes for one in group})[:_MOST_CODES]
    return frozenset((*standing, *part.codes))


def _places(home: Home) -> Iterator[str]:
    """The postcode, and house number with street: either may be wrong."""
    if len(home.postcode) >= _SHORTEST_POSTCODE:
        yield home.postcode
    if home.numbers and home.words:
        yield f"{home.numbers[-1]} {code(home.words[0])}"
