"""Keeps stated rates over a run, whatever part of the contacts can show them at all."""

from collections.abc import Mapping
from random import Random

_GAIN = 0.05  # how strongly a shortfall raises the next chance: a rate ends within a few contacts of its share


class Rates:
    """Shares of all contacts, by name. The chance of each rises while it is behind its share and falls while ahead."""

    def __init__(self, percent: Mapping[str, float], random: Random) -> None:
        self._random = random.random
        self._shares = {name: value / 100 for name, value in percent.items()}
        self._taken = dict.fromkeys(percent, 0)
        self._contacts = 0

    def count(self, contacts: int) -> None:
        """So many more contacts went by."""
        self._contacts += contacts

    def hit(self, name: str, contacts: int = 1) -> bool:
        """Whether this one, which can show it, does; `contacts` are then counted."""
        share = self._shares[name]
        if self._random() >= share + (share * self._contacts - self._taken[name]) * _GAIN:
            return False
        self._taken[name] += contacts
        return True
