"""Conditions over facts and indicators, and a way to find those that hold without trying every one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds where every fact of `every`, one of `some` and an indicator of each group was found.

    It has at least one of the three and never a negative, so more that is found can only make more conditions hold.
    """

    every: frozenset[str] = frozenset()
    some: frozenset[str] = frozenset()
    groups: tuple[frozenset[str], ...] = ()

    def holds(self, facts: frozenset[str], indicators: frozenset[str]) -> bool:
        """Whether facts and indicators fulfil it."""
        if not self.every <= facts or (self.some and self.some.isdisjoint(facts)):
            return False
        return all(not group.isdisjoint(indicators) for group in self.groups)

    @property
    def triggers(self) -> frozenset[str]:
        """Facts or indicators of which one must be there before anything else needs a look."""
        return frozenset({min(self.every)}) if self.every else self.some or self.groups[0]


class Lookup(Generic[T]):
    """Entries by what triggers their condition."""

    def __init__(self, entries: Iterable[tuple[Condition, T]]) -> None:
        """entries: in the order in which they are to be found."""
        self._entries = tuple(entries)
        self._by_trigger: dict[str, list[int]] = {}
        for place, (condition, _) in enumerate(self._entries):
            for trigger in condition.triggers:
                self._by_trigger.setdefault(trigger, []).append(place)

    def holding(self, facts: frozenset[str], indicators: frozenset[str]) -> list[T]:
        """The entries whose condition holds, in their order."""
        triggered = self._by_trigger.keys() & (facts | indicators)
        places = sorted({place for trigger in triggered for place in self._by_trigger[trigger]})
        return [
            entry
            for condition, entry in (self._entries[place] for place in places)
            if condition.holds(facts, indicators)
        ]
