"""The names and places of invented families, drawn so that some are common and most are rare."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import yaml

_FILE = Path(__file__).with_name("names.yaml")
_STEEPNESS = 0.75  # how much more often an earlier name is drawn


@dataclass(frozen=True, slots=True)
class Background:
    """Names of one background. pet_names: what a forename is called or written as instead."""

    name: str
    share: float
    forenames: dict[str, tuple[str, ...]]
    pet_names: dict[str, tuple[str, ...]]
    surnames: tuple[str, ...]
    her_endings: dict[str, str]
    chains: bool  # a child's surname is its father's and grandfather's forename

    def forename(self, sex: str, random: Random) -> str:
        """A forename; earlier ones more often."""
        return _early(self.forenames[sex], random)

    def surname(self, random: Random) -> str:
        """A family's surname."""
        if self.chains and random.random() < 0.5:
            return f"{_early(self.forenames['M'], random)} {_early(self.forenames['M'], random)}"
        return _early(self.surnames, random)

    def hers(self, surname: str, sex: str) -> str:
        """The surname as a daughter has it."""
        for his, her in self.her_endings.items():
            if sex == "F" and surname.endswith(his):
                return surname[: -len(his)] + her
        return surname


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything families are made of."""

    backgrounds: tuple[Background, ...]
    alike_twins: tuple[tuple[str, str], ...]
    streets: tuple[str, ...]
    kinds_of_street: tuple[str, ...]
    places: tuple[str, ...]
    districts: tuple[str, ...]

    def background(self, random: Random) -> Background:
        """One, by its share of families."""
        return random.choices(self.backgrounds, [one.share for one in self.backgrounds])[0]

    def home(self, random: Random) -> tuple[str, str]:
        """Address and postcode."""
        street = f"{random.choice(self.streets)} {random.choice(self.kinds_of_street)}"
        flat = f"Flat {random.randint(1, 9)}, " if random.random() < 0.12 else ""
        letters = "ABDEFGHJLNPQRSTUWXYZ"
        postcode = (
            f"{random.choice(self.districts)} {random.randint(0, 9)}{random.choice(letters)}{random.choice(letters)}"
        )
        return f"{flat}{random.randint(1, 140)} {street}, {random.choice(self.places)}", postcode


@cache
def read_tables() -> Tables:
    """The tables of `names.yaml`."""
    data = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return Tables(
        backgrounds=tuple(_background(row) for row in data["backgrounds"]),
        alike_twins=tuple((a, b) for a, _, b in (pair.partition("/") for pair in data["alike_twins"].split())),
        streets=_words(data["streets"]),
        kinds_of_street=_words(data["kinds_of_street"]),
        places=_words(data["places"]),
        districts=_words(data["districts"]),
    )


def _background(row: dict[str, object]) -> Background:
    forenames: dict[str, tuple[str, ...]] = {}
    pet_names: dict[str, tuple[str, ...]] = {}
    for sex, key in (("F", "girls"), ("M", "boys")):
        told = [entry.partition(":") for entry in _words(str(row[key]))]
        forenames[sex] = tuple(name for name, _, _ in told)
        pet_names.update({name: tuple(others.split(",")) for name, _, others in told if others})
    endings = row.get("her_endings", {})
    return Background(
        name=str(row["name"]),
        share=float(str(row["share"])),
        forenames=forenames,
        pet_names=pet_names,
        surnames=_words(str(row["surnames"])),
        her_endings=dict(endings) if isinstance(endings, dict) else {},
        chains=bool(row.get("chains")),
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


def _early(names: tuple[str, ...], random: Random) -> str:
    """One of them, the earlier the likelier (Zipf's law, flattened)."""
    return random.choices(names, [1 / (place + 3) ** _STEEPNESS for place in range(len(names))])[0]
