"""What is learnt made into the levels of `matching.yaml`: what no data can tell keeps the value set by hand."""

from collections.abc import Mapping

from deploy.mash.people.training.odds import Odds
from services.triage.domain.people.weights import NUMBER_FIELDS, Field

Levels = dict[str, dict[str, tuple[float, float]]]

_LEAST_M = 0.003  # No level is impossible between records of one child, however few were seen.
_LEAST_U = 0.00002
# Chance agreement is rarer than any sample shows, or is not chance: set by hand.
_U_BY_HAND = {(field, level) for field in NUMBER_FIELDS for level in ("same", "unchecked", "slip")} | {
    (Field.BIRTH, "default")
}


def levels_of(learnt: Odds, by_hand: Mapping[Field, Mapping[str, tuple[float, float]]], matching: float) -> Levels:
    """m and u for every level. matching: part of random pairs that are of one child, which Splink counts into u."""
    return {
        field.value: {
            level: _bounded(_one(field, level, learnt.get(field, {}).get(level), hand, matching))
            for level, hand in levels.items()
        }
        for field, levels in by_hand.items()
    }


def _one(
    field: Field, level: str, learnt: tuple[float, float] | None, hand: tuple[float, float], matching: float
) -> tuple[float, float]:
    if learnt is None:
        return hand
    m, u = max(learnt[0], _LEAST_M), learnt[1]
    u = hand[1] if (field, level) in _U_BY_HAND else max(u - matching * m, _LEAST_U)
    return m, u


def _bounded(odds: tuple[float, float]) -> tuple[float, float]:
    """Three digits are more than a sample can tell; within 0 and 1."""
    m, u = (min(0.9999, float(f"{value:.3g}")) for value in odds)
    return m, u
