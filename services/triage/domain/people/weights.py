"""How much each agreement counts: the model. Weights are base-2 logarithms of odds, so they add up; 1 doubles the odds.

Source of the method: Fellegi and Sunter 1969; the numbers are trained and stand in the policy pack `matching.yaml`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.triage.domain.people.words import NameWords


class Field(StrEnum):
    """What is compared, in the order in which it is explained."""

    FORENAME = "forename"
    SURNAME = "surname"
    BIRTH = "birth"
    SEX = "sex"
    HOME = "home"
    NHS_NUMBER = "nhs_number"
    UPN = "upn"
    LOCAL_ID = "local_id"


MISSING = "missing"
NAME_LEVELS = ("same", "equivalent", "swapped", "slip", "part", "short", "close", "differ")
NUMBER_LEVELS = ("same", "unchecked", "slip", "differ")
# Every level a field can come out at besides missing, best first. A missing field weighs nothing.
LEVELS: Mapping[Field, tuple[str, ...]] = {
    Field.FORENAME: NAME_LEVELS,
    Field.SURNAME: tuple(level for level in NAME_LEVELS if level != "short"),
    Field.BIRTH: ("same", "default", "swapped", "slip", "part", "differ"),
    Field.SEX: ("same", "differ"),
    Field.HOME: ("same", "near", "part", "differ"),
    Field.NHS_NUMBER: NUMBER_LEVELS,
    Field.UPN: NUMBER_LEVELS,
    Field.LOCAL_ID: NUMBER_LEVELS,
}
NUMBER_FIELDS = (Field.NHS_NUMBER, Field.UPN, Field.LOCAL_ID)


@dataclass(frozen=True)
class Model:
    """A trained model. Raises ValueError where a weight is missing or an agreeing identifier could lower a weight.

    weights: per field and level. typical: share of people with a typical name, for which the weight of `same` holds.
    population: people a register stands for at least; known_share: part of contacts that are about a known child.
    join, part: a total from which two records are one child, and below which they are not; between them a person
    looks. margin: how far the best candidate must be ahead of the next. crowd: people at one address from which on it
    says less; strangers: from which it says nothing. guarded: off only to measure what weights alone would do.
    """

    version: str
    weights: Mapping[Field, Mapping[str, float]]
    typical: Mapping[Field, float]
    words: NameWords
    population: int
    known_share: float
    join: float
    part: float
    margin: float
    crowd: int = 8
    strangers: int = 40
    guarded: bool = True

    def __post_init__(self) -> None:
        for field, levels in LEVELS.items():
            given = self.weights.get(field, {})
            lacking = [level for level in levels if not math.isfinite(given.get(level, math.nan))]
            if lacking:
                raise ValueError(f"{field}: no weight for {', '.join(lacking)}")
        for field in NUMBER_FIELDS:
            ladder = [self.weights[field][level] for level in NUMBER_LEVELS]
            if ladder != sorted(ladder, reverse=True) or ladder[1] < 0:
                raise ValueError(
                    f"{field}: weights must fall from same to differ, and agreement must not weigh below 0"
                )
        if not self.part < self.join:
            raise ValueError("part must lie below join")

    def start(self, people: int) -> float:
        """The weight before anything is compared: how unlikely it is that one person of so many is the child."""
        return math.log2(self.known_share / max(people, self.population, 1))
