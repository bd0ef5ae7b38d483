"""A register of invented children and contacts about them and others, with the truth beside both."""

from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from deploy.mash.people.families.noise import Record, spoilt, true_record
from deploy.mash.people.families.people import ON, Child, Families, Family
from deploy.mash.people.families.tables import Tables, read_tables

KNOWN_CHILDREN, CONTACTS = 5000, 3000
_OF_KNOWN = 0.77  # workload: known within 12 months
_MOVED, _RENAMED, _RENAMED_WHEN_MOVED = 0.12, 0.015, 0.2
_ONE, _TWO = 0.62, 0.86  # workload: one, two, three and more children per contact
_UNBORN, _COPIES, _REFUGE = 0.02, 0.004, 0.02
_HIDDEN_CHILD = 0.12  # part of the children of known families whom nobody told of yet


@dataclass(frozen=True, slots=True)
class Row:
    """A record with its id and the number of the true child and of its twin.

    kinds: the errors in it and what kind of contact it is.
    """

    row_id: str
    child: int
    record: Record
    kinds: frozenset[str] = frozenset()
    twin: int | None = None


@dataclass(frozen=True, slots=True)
class Truth:
    """A register and contacts, each row with its true child."""

    known: tuple[Row, ...]
    contacts: tuple[Row, ...]


def make_families(seed: int, known: int = KNOWN_CHILDREN, contacts: int = CONTACTS) -> Truth:
    """The same files for the same seed. known: children in the register, about; contacts: rows, about."""
    return _Maker(read_tables(), seed).make(known, contacts)


class _Maker:
    """Draws one run."""

    def __init__(self, tables: Tables, seed: int) -> None:
        self._tables = tables
        self._random = Random(seed)  # noqa: S311 - invented families, not secrets
        self._families = Families(tables, self._random, seed % 97)
        self._known: list[Child] = []
        self._hidden: list[Child] = []
        self._refuge = tables.home(self._random)

    def make(self, known: int, contacts: int) -> Truth:
        while len(self._known) < known:
            self._take_in(self._families.family())
        self._copy_some()
        told = tuple(self._row(f"k{child.number}", child, self._masked()) for child in self._known)
        rows: list[Row] = []
        while len(rows) < contacts:
            rows.extend(self._contact(len(rows)))
        return Truth(told, tuple(rows))

    def _take_in(self, family: Family) -> None:
        """The family's children are known, some are hidden from the register, now and then one is expected."""
        if self._random.random() < _UNBORN * 2:
            self._families.unborn(family)
        for child in family.children:
            hidden = self._random.random() < _HIDDEN_CHILD
            (self._hidden if hidden else self._known).append(child)

    def _copy_some(self) -> None:
        """Other children who have the name and birthday of a known one, at another home; half of them known."""
        for child in self._random.sample(
            [one for one in self._known if one.born_on], round(_COPIES * len(self._known))
        ):
            family = Family(child.family.background, child.family.surname, *self._tables.home(self._random))
            other = replace(child, family=family, twin=None)
            self._families.numbered_again(other)
            (self._known if self._random.random() < 0.5 else self._hidden).append(other)

    def _masked(self) -> bool:
        return self._random.random() < 0.5

    def _contact(self, place: int) -> list[Row]:
        """The children of one contact, told of with one home."""
        random = self._random
        family, wanted = self._family_told_of()
        size = 1 if (draw := random.random()) < _ONE else 2 if draw < _TWO else 4
        others = [child for child in family.children if child is not wanted]
        children = [wanted, *random.sample(others, min(size - 1, len(others)))]
        moved = random.random() < _MOVED and any(child in self._known for child in children)
        if moved:
            family.address, family.postcode = self._refuge if random.random() < _REFUGE else self._tables.home(random)
        renamed = random.random() < (_RENAMED_WHEN_MOVED if moved else _RENAMED)
        if renamed:
            surname = family.background.surname(random)
            for child in family.children:
                child.surname = family.background.hers(surname, child.sex)
        masked = self._masked()
        kinds = {name for name, holds in (("moved", moved), ("surname_changed", renamed)) if holds}
        return [self._told(place + n, child, masked, kinds) for n, child in enumerate(children)]

    def _family_told_of(self) -> tuple[Family, Child]:
        random = self._random
        if random.random() < _OF_KNOWN:
            child = random.choice(self._known)
        elif self._hidden and random.random() < 0.3:
            child = random.choice(self._hidden)
        else:
            child = random.choice(self._families.family().children)
        return child.family, child

    def _told(self, place: int, child: Child, masked: bool, kinds: set[str]) -> Row:
        kinds = {*kinds, *self._of_family(child)}
        if child.due_on is not None and self._is_born(child):
            kinds.add("unborn_to_born")
        row = self._row(f"c{place}", child, masked)
        return replace(row, kinds=row.kinds | kinds)

    def _of_family(self, child: Child) -> set[str]:
        if child.twin is not None:
            return {"twin"}
        return {"sibling"} if len(child.family.children) > 1 else set()

    def _is_born(self, child: Child) -> bool:
        """Whether an expected child is born by now; around its day, with a name of its own."""
        if child.born_on is None and child.due_on is not None and child.due_on <= ON + timedelta(days=21):
            child.forename = child.family.background.forename(child.sex, self._random)
            child.born_on = min(child.due_on + timedelta(days=self._random.randint(-24, 12)), ON - timedelta(days=1))
            child.surname = child.family.background.hers(child.surname, child.sex)
        return child.born_on is not None

    def _row(self, row_id: str, child: Child, masked: bool) -> Row:
        record = spoilt(true_record(child, masked, self._random), child, self._random)
        return Row(row_id, child.number, record, record.kinds, child.twin.number if child.twin else None)
