"""Finds the children of a message: met before in this run, known from before it, or new to everybody."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from deploy.mash.simulate.message import HistoryRow
from deploy.mash.simulate.people import Child, Families, Household
from deploy.mash.simulate.rates import Rates
from deploy.mash.simulate.workload import Workload

Found = tuple[list[Child], tuple[HistoryRow, ...], list[list[str]]]


class ChildFinder:
    """Keeps the promise that a known child really has involvement in the 12 months before, and a new one has none."""

    def __init__(self, families: Families, workload: Workload, rates: Rates, random: Random) -> None:
        self._families = families
        self._random = random
        self._rates = rates
        self._repeats = workload.history.repeats_in_run / 100
        self._older = workload.history.older_than_12_months / 100
        self._baby = [band.name for band in workload.ages.bands].index("0")
        self._history: list[HistoryRow] = []

    def children(self, ward: str, bands: Sequence[int], known: Sequence[bool], twins: bool, at: datetime) -> Found:
        """One child per age band, all of one household; the history they need; and what is off about each."""
        on, found, noise = at.date(), list[Child](), list[list[str]]()
        self._history = []
        moved = known[0] and self._rates.hit("address_changed", sum(known))
        for place, (band, is_known) in enumerate(zip(bands, known, strict=True)):
            twin = twins and place == 1
            off: list[str] = ["address_changed"] if moved and is_known else []
            child = self._twin(found[0], band, is_known, on) if twin else None
            if twin:
                off.append("twin")
                noise[0].append("twin")
            child = child or self._child(found, ward, band, is_known, on, off)
            if moved and place == 0:
                self._families.move(child.household, self._random)
            found.append(child)
            noise.append(off)
        return found, tuple(self._history), noise

    def _child(self, found: Sequence[Child], ward: str, band: int, known: bool, on: date, off: list[str]) -> Child:
        random, families = self._random, self._families
        household = found[0].household if found else None
        if known and band == self._baby and self._rates.hit("unborn_to_born"):
            off.append("unborn_to_born")
            return self._born_child(household, ward, on)
        if known:
            child = self._met(found, ward, band, on)
            if child is not None:
                return child
        child = families.new_child(household or families.new_household(ward, random), band, on, random)
        if household is None and families.has_namesake(child, band, on) and self._rates.hit("same_name_and_birth_date"):
            families.become_namesake(child, band)
            off.append("same_name_and_birth_date")
        else:
            families.remember(child, band)
        self._record(child, known, on)
        return child

    def _met(self, found: Sequence[Child], ward: str, band: int, on: date) -> Child | None:
        """A child met earlier in this run: for the first of a message by chance, for others within the family."""
        families = self._families
        if not found:
            return families.met(ward, band, on, self._random) if self._random.random() < self._repeats else None
        for child in found[0].household.children:
            if child.met_at is not None and child not in found and families.band_of(child, on) == band:
                due = child.born_on is None and child.expected_on is not None and child.expected_on <= on
                if not due:
                    return child
        return None

    def _twin(self, first: Child, band: int, known: bool, on: date) -> Child:
        child = self._families.new_child(first.household, band, on, self._random)
        child.born_on, child.expected_on = first.born_on, first.expected_on
        self._record(child, known, on)
        return child

    def _born_child(self, household: Household | None, ward: str, on: date) -> Child:
        """A baby whose earlier contact was before its birth: the two have to become one record."""
        random, families = self._random, self._families
        child = families.unborn_now_due(ward, on) if household is None else None
        if child is None or child.expected_on is None:
            child = families.new_child(household or families.new_household(ward, random), self._baby, on, random)
            born_on = child.born_on or on
            child.expected_on = born_on
            before = 1 + int(random.random() * max(1, 359 - (on - born_on).days))
            row = HistoryRow(child, born_on - timedelta(days=before), "unborn_contact", child.household.postcode)
            self._history.append(row)
        else:
            child.born_on = min(on, child.expected_on + timedelta(days=int(random.random() * 15) - 7))
        return child

    def _record(self, child: Child, known: bool, on: date) -> None:
        """The history a fresh child needs: inside 12 months for a known one; for few new ones, long before."""
        random = self._random.random
        if known:
            before = on - timedelta(days=1 + int(random() * 360))
        else:
            before = on - timedelta(days=400 + int(random() * 500))
            if child.born_on is None or before < child.born_on or random() >= self._older:
                return
        kind = "contact"
        if child.born_on is None:
            kind, before = "unborn_contact", max(before, on - timedelta(days=40))
        elif before < child.born_on:
            kind, before = "unborn_contact", max(before, child.born_on - timedelta(days=200))
        self._history.append(HistoryRow(child, before, kind, child.household.postcode))
