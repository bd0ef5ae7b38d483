"""Latencies as percentiles."""

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Latency:
    """How long something took, in milliseconds. count: how many were measured."""

    count: int
    p50: float
    p99: float
    longest: float


def latency(seconds: Iterable[float]) -> Latency:
    """The percentiles of durations by nearest rank. Raises ValueError where there are none."""
    ordered = sorted(seconds)
    if not ordered:
        raise ValueError("no durations")
    return Latency(len(ordered), _rank(ordered, 0.50) * 1000, _rank(ordered, 0.99) * 1000, ordered[-1] * 1000)


def _rank(ordered: list[float], share: float) -> float:
    return ordered[math.ceil(share * len(ordered)) - 1]
