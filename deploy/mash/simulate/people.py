"""The invented families of a run, in a bounded pool, so that a million contacts need no more memory than ten thousand.

Invariant: a child in the pool had a contact earlier in this run, so a contact about it is about a known child.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from deploy.mash.simulate.identifiers import nhs_number, upn
from deploy.mash.simulate.workload import AgeBand, Names, Places

POOL_PER_CELL = 12  # children kept per ward and age band
HOUSEHOLD_LIMIT = 8
ADULT = 18
_LAST_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"  # of a postcode


@dataclass(slots=True, eq=False)
class Household:
    """A family at one address; its surname is the children's."""

    number: int
    surname: str
    ward: str
    lines: tuple[str, ...]
    postcode: str
    carer: str
    children: list["Child"] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Child:
    """A true child of the run. An unborn one has `expected_on` and no `born_on`."""

    number: int
    household: Household
    forename: str
    surname: str
    sex: str
    born_on: date | None
    expected_on: date | None
    nhs: str | None
    upn: str | None
    school: str
    cohort: str | None = None
    met_at: datetime | None = None

    def age(self, on: date) -> int:
        """Whole years on that day; -1 before birth."""
        born = self.born_on
        if born is None:
            return -1
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


class Families:
    """Makes children and finds those already met."""

    def __init__(
        self, places: Places, names: Names, bands: list[AgeBand], seed: int, cohorts: dict[str, float]
    ) -> None:
        self._places = places
        self._names = names
        self._bands = bands
        self._seed = seed
        self._cohorts = cohorts
        self._pool: dict[str, list[list[Child]]] = {}
        self._last: dict[int, Child] = {}
        self.children = 0
        self.households = 0

    def new_household(self, ward: str, random: Random) -> Household:
        """A family nobody has met."""
        self.households += 1
        names = self._names
        choice = random.random
        surname = _pick(names.surname_starts, choice()) + _pick(names.surname_ends, choice())
        household = Household(
            self.households, surname, ward, (), "", f"{_pick(names.adult_forenames, choice())} {surname}"
        )
        self.move(household, random)
        return household

    def move(self, household: Household, random: Random) -> None:
        """Give a family another address in the same ward."""
        choice = random.random
        street = _pick(self._names.streets, choice())
        household.lines = (f"{1 + int(choice() * 180)} {street}", household.ward.rpartition("/")[2])
        district = _pick(self._places.districts, choice())
        household.postcode = f"{district} {int(choice() * 10)}Z{_LAST_LETTERS[int(choice() * len(_LAST_LETTERS))]}"

    def new_child(self, household: Household, band: int, on: date, random: Random) -> Child:
        """A child nobody has met, of the age band on that day."""
        number = self.children
        self.children += 1
        choice = random.random
        sex = "F" if choice() < 0.5 else "M"
        low, high = self._bands[band].low, self._bands[band].high
        born_on = expected_on = None
        if low < 0:
            expected_on = on + timedelta(days=1 + int(choice() * 230))
        else:
            age = low + int(choice() * (high - low + 1))
            born_on = years_before(on, age) - timedelta(days=int(choice() * 360))
        child = Child(
            number=number,
            household=household,
            forename=_pick(self._names.forenames[sex], choice()),
            surname=household.surname,
            sex=sex,
            born_on=born_on,
            expected_on=expected_on,
            nhs=nhs_number(number, self._seed),
            upn=upn(number, self._places.la_number, born_on.year + 4, self._seed)
            if born_on and low + high > 1
            else None,
            school=_pick(self._names.schools, choice()),
            cohort=self._cohort(band, random),
        )
        if len(household.children) < HOUSEHOLD_LIMIT:
            household.children.append(child)
        return child

    def met(self, ward: str, band: int, on: date, random: Random) -> Child | None:
        """A child of that ward and age band met earlier in this run, if the pool holds one."""
        cells = self._pool.get(ward)
        if cells is None:
            return None
        cell = cells[band]
        for _ in range(3):
            if not cell:
                return None
            at = int(random.random() * len(cell))
            child = cell[at]
            if child.born_on is None and child.expected_on is not None and child.expected_on <= on:
                continue  # Due by now: met again only as a born child.
            if self.band_of(child, on) == band:
                child.cohort = child.cohort or self._cohort(band, random)
                return child
            cell[at] = cell[-1]
            cell.pop()
            self._into_pool(child, on, random)
        return None

    def unborn_now_due(self, ward: str, on: date) -> Child | None:
        """A child met before birth whose expected date has passed, taken out of the pool."""
        cell = self._pool[ward][0] if ward in self._pool else []
        for at, child in enumerate(cell):
            if child.expected_on is not None and child.expected_on <= on:
                cell[at] = cell[-1]
                cell.pop()
                return child
        return None

    def keep(self, children: Sequence[Child], at: datetime, random: Random) -> None:
        """Remember that these children were met at that time."""
        for child in children:
            if child.met_at is None or child.met_at < at:
                child.met_at = at
            self._into_pool(child, at.date(), random)

    def _cohort(self, band: int, random: Random) -> str | None:
        """Why somebody of 18 or over is known to children's services; None below that age."""
        if self._bands[band].low < ADULT:
            return None
        return random.choices(list(self._cohorts), list(self._cohorts.values()))[0]

    def _into_pool(self, child: Child, on: date, random: Random) -> None:
        """Put a child into the pool unless it is there; a full cell loses one at random."""
        band = self.band_of(child, on)
        if band is None:
            return
        cells = self._pool.get(child.household.ward)
        if cells is None:
            cells = self._pool[child.household.ward] = [[] for _ in self._bands]
        cell = cells[band]
        if child in cell:
            return
        if len(cell) < POOL_PER_CELL:
            cell.append(child)
        else:
            cell[int(random.random() * POOL_PER_CELL)] = child

    def remember(self, child: Child, band: int) -> None:
        """Keep a new child in mind as the last of its age band."""
        self._last[band] = child

    def has_namesake(self, child: Child, band: int, on: date) -> bool:
        """Whether another family has a child of that age band, met lately, whose name this new one could share."""
        other = self._last.get(band)
        return other is not None and other.household is not child.household and self.band_of(other, on) == band

    def become_namesake(self, child: Child, band: int) -> None:
        """Give a new child the name and date of birth of that other one."""
        other = self._last[band]
        child.forename, child.surname, child.sex = other.forename, other.surname, other.sex
        child.born_on, child.expected_on = other.born_on, other.expected_on

    def band_of(self, child: Child, on: date) -> int | None:
        """The index of the child's age band on that day; None where it has grown out of them all."""
        age = child.age(on)
        for index, band in enumerate(self._bands):
            if band.low <= age <= band.high:
                return index
        return None


def years_before(on: date, years: int) -> date:
    """The same calendar day some years earlier; 29 February becomes 28 February."""
    try:
        return on.replace(year=on.year - years)
    except ValueError:
        return on.replace(year=on.year - years, day=28)


def _pick(values: list[str], at: float) -> str:
    return values[int(at * len(values))]
