"""Invented families as they truly are: homes, surnames, children with their dates of birth and numbers."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from deploy.mash.people.families.tables import Background, Tables
from deploy.mash.simulate.identifiers import nhs_number, upn

ON = date(2026, 6, 1)  # The day of the files.
_OLDEST_DAYS = 17 * 365
_TWINS = 0.03  # Twice the rate of England: contacts about twins have to be many enough to count.
_ALIKE = 0.2  # Of pairs of twins: forenames close to each other.
_DOUBLE_NAME, _DOUBLE_BARRELLED = 0.2, 0.08
_LA = "840"


@dataclass(slots=True, eq=False)
class Child:
    """A true child. An unborn one has a due date and no forename."""

    number: int
    family: "Family"
    forename: str
    sex: str
    born_on: date | None
    due_on: date | None = None
    middle: str = ""
    surname: str = ""
    nhs: str = ""
    upn: str = ""
    twin: "Child | None" = None


@dataclass(slots=True, eq=False)
class Family:
    """A household with one surname at one home."""

    background: Background
    surname: str
    address: str
    postcode: str
    children: list[Child] = field(default_factory=list)


class Families:
    """Makes families, each child with a number of its own."""

    def __init__(self, tables: Tables, random: Random, seed: int) -> None:
        """seed: of identifiers, so that two runs share none."""
        self._tables, self._random, self._seed = tables, random, seed
        self._children = 0

    def family(self) -> Family:
        """A family with one to four children."""
        random = self._random
        background = self._tables.background(random)
        surname = background.surname(random)
        if random.random() < _DOUBLE_BARRELLED:
            surname = f"{surname}-{background.surname(random)}"
        family = Family(background, surname, *self._tables.home(random))
        born_on = ON - timedelta(days=random.randint(20, _OLDEST_DAYS))
        for _ in range(random.choices((1, 2, 3, 4), (38, 38, 17, 7))[0]):
            self.birth(family, born_on)
            born_on += timedelta(days=random.randint(330, 1600))
            if born_on >= ON:
                break
        return family

    def birth(self, family: Family, born_on: date) -> Child:
        """A child of the family; now and then two of them."""
        random = self._random
        child = self.child(family, random.choice("FM"), born_on)
        if random.random() < _TWINS:
            alike = random.random() < _ALIKE
            sex = child.sex if alike or random.random() < 0.65 else random.choice("FM")
            other = self.child(family, sex, born_on)
            if alike:
                child.forename, other.forename = random.choice(self._tables.alike_twins)
                child.middle = other.middle = ""
            child.twin, other.twin = other, child
        return child

    def child(self, family: Family, sex: str, born_on: date) -> Child:
        """One child, with a forename no brother or sister has."""
        taken = {one.forename for one in family.children}
        forename = family.background.forename(sex, self._random)
        while forename in taken:
            forename = family.background.forename(sex, self._random)
        child = Child(self._children, family, forename, sex, born_on)
        if self._random.random() < _DOUBLE_NAME:
            child.middle = family.background.forename(sex, self._random)
        child.surname = family.background.hers(family.surname, sex)
        return self._numbered(child)

    def unborn(self, family: Family) -> Child:
        """A child expected within months, or a few weeks ago."""
        due_on = ON + timedelta(days=self._random.randint(-30, 200))
        child = Child(self._children, family, "", self._random.choice("FM"), None, due_on)
        child.surname = family.surname
        return self._numbered(child)

    def numbered_again(self, child: Child) -> None:
        """Give a child that was copied numbers of its own."""
        child.number = self._children
        self._numbered(child)

    def _numbered(self, child: Child) -> Child:
        if child not in child.family.children:
            child.family.children.append(child)
        child.nhs = nhs_number(self._children, self._seed) or ""
        if child.born_on is not None and (ON - child.born_on).days > 4 * 365:
            child.upn = upn(self._children, _LA, child.born_on.year + 4, self._seed)
        self._children += 1
        return child
