"""How fast a back-test replays the Medway year through two continua: no server takes part."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from deploy.mash.policy.backtest.command import try_simulated

LIVE, CANDIDATE = "medway", "county-durham"
CONTACTS, START = 9_971, date(2025, 12, 1)
GOAL_SECONDS = 5.0


@dataclass(frozen=True)
class Replay:
    """Contacts scored twice each, and the seconds that took once they had been read in."""

    contacts: int
    seconds: float


def measure_replay(seed: int, count: int = CONTACTS) -> Replay:
    """The replay of a simulated year of Medway by the packs of Medway and County Durham."""
    report: Mapping[str, Any] = try_simulated(LIVE, CANDIDATE, LIVE, count, seed, START)
    return Replay(int(report["contacts"]), float(report["seconds"]))
