"""The model that finds the same child: `matching.yaml` and `names.yaml`, checked and compiled. Once, at start."""

import math
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field as Within
from pydantic import ValidationError

from services.triage.domain.people.letters import words_of
from services.triage.domain.people.weights import LEVELS, Field, Model
from services.triage.domain.people.words import NameWords
from services.triage.pack import Entry
from shared.errors import SettingsError
from shared.policy import Pack, read_pack

_PART_OF_ALL = 10_000  # what the shares in names.yaml are of

Odds = Annotated[float, Within(gt=0, lt=1)]
Words = tuple[str, ...]
E = TypeVar("E", bound=Entry)


class LevelEntry(Entry):
    """m: part of pairs of one child that come out so; u: part of pairs of two children."""

    m: Odds
    u: Odds


class StartEntry(Entry):
    """population: people a register stands for at least; known_share: part of contacts about a known child."""

    population: Annotated[int, Within(ge=1, le=100_000_000)]
    known_share: Odds


class ThresholdsEntry(Entry):
    """Totals: from join on two are one child, below part they are not. margin: to the next candidate."""

    join: float
    part: float
    margin: Annotated[float, Within(ge=0)]


class PlacesEntry(Entry):
    """People at one address from which on it says less, and from which it says nothing."""

    crowd: Annotated[int, Within(ge=1)]
    strangers: Annotated[int, Within(ge=1)]


class TypicalEntry(Entry):
    """Share of people with a typical forename and surname."""

    forename: Odds
    surname: Odds


class WeightsEntry(Entry):
    """`matching.yaml` below its head."""

    start: StartEntry
    thresholds: ThresholdsEntry
    places: PlacesEntry
    typical: TypicalEntry
    levels: dict[Field, dict[str, LevelEntry]]


class NamesEntry(Entry):
    """`names.yaml` below its head."""

    no_names: Words
    unborn: Words
    particles: Words
    shared_first: Words
    endings: tuple[tuple[str, str], ...]
    spellings: tuple[Words, ...]
    pet_names: dict[str, Words]
    given: dict[str, Annotated[float, Within(gt=0, lt=_PART_OF_ALL)]]
    family: dict[str, Annotated[float, Within(gt=0, lt=_PART_OF_ALL)]]


_HEAD = ("authority", "name", "version", "valid_from", "sources")


def load_model(policy_dir: Path, authority: str) -> Model:
    """The model in force. Raises SettingsError naming the file and what is wrong with it."""
    return compile_model(read_pack(policy_dir, authority, "matching"), read_words(policy_dir, authority))


def read_words(policy_dir: Path, authority: str) -> NameWords:
    """What is known of names."""
    pack = read_pack(policy_dir, authority, "names")
    return _words(_checked(NamesEntry, pack))


def compile_model(pack: Pack, words: NameWords) -> Model:
    """A model from the pack file `matching`. Raises SettingsError."""
    entry = _checked(WeightsEntry, pack)
    unknown = [
        f"{field}: {level}" for field, rows in entry.levels.items() for level in rows if level not in LEVELS[field]
    ]
    if unknown:
        raise SettingsError(f"{pack.path}: no such level: {', '.join(unknown)}")
    try:
        return Model(
            version=pack.version,
            weights={
                field: {level: math.log2(odds.m / odds.u) for level, odds in rows.items()}
                for field, rows in entry.levels.items()
            },
            typical={Field.FORENAME: entry.typical.forename, Field.SURNAME: entry.typical.surname},
            words=words,
            population=entry.start.population,
            known_share=entry.start.known_share,
            join=entry.thresholds.join,
            part=entry.thresholds.part,
            margin=entry.thresholds.margin,
            crowd=entry.places.crowd,
            strangers=entry.places.strangers,
        )
    except ValueError as error:
        raise SettingsError(f"{pack.path}: {error}") from None


def _checked(shape: type[E], pack: Pack) -> E:
    try:
        return shape.model_validate({key: value for key, value in pack.data.items() if key not in _HEAD})
    except ValidationError as error:
        first = error.errors()[0]
        where = ": ".join(str(step) for step in first["loc"])
        raise SettingsError(f"{pack.path}: {where}: {first['msg']}") from None


def _words(entry: NamesEntry) -> NameWords:
    stands_for: dict[str, set[str]] = {}
    for full, pet_names in entry.pet_names.items():
        for pet_name in pet_names:
            stands_for.setdefault(_one(pet_name), set()).add(_one(full))
    return NameWords(
        pet_names={pet_name: frozenset(full) for pet_name, full in stands_for.items()},
        spellings={_one(word): _one(group[0]) for group in entry.spellings for word in group},
        no_names=frozenset(map(_one, entry.no_names)),
        unborn=frozenset(map(_one, entry.unborn)),
        particles=frozenset(map(_one, entry.particles)),
        shared_first=frozenset(map(_one, entry.shared_first)),
        endings=tuple((_one(hers), _one(his)) for hers, his in entry.endings),
        given={_one(word): people / _PART_OF_ALL for word, people in entry.given.items()},
        family={_one(word): people / _PART_OF_ALL for word, people in entry.family.items()},
    )


def _one(word: str) -> str:
    """A word of the table as names are compared. Raises SettingsError where it is no single word."""
    found = words_of(word)
    if len(found) != 1:
        raise SettingsError(f"names.yaml: {word!r} is not one word")
    return found[0]
