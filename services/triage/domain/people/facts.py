"""What is told of one child, by one record or by all records of a person: values without an order."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self

from services.triage.domain.people.births import Birth, read_birth
from services.triage.domain.people.homes import Home, read_home
from services.triage.domain.people.names import Name, read_name, says_unborn
from services.triage.domain.people.numbers import Number, NumberKind, read_number
from services.triage.domain.people.words import NameWords

_SEXES = {"m": "M", "male": "M", "boy": "M", "1": "M", "f": "F", "female": "F", "girl": "F", "2": "F"}


@dataclass(frozen=True, slots=True)
class Told:
    """A record as it came, all text. Any of it may be empty."""

    forename: str = field(default="", repr=False)
    surname: str = field(default="", repr=False)
    dob: str = field(default="", repr=False)
    sex: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    postcode: str = field(default="", repr=False)
    nhs_number: str = field(default="", repr=False)
    upn: str = field(default="", repr=False)
    local_id: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything told of one child. A person's facts are the facts of its records together, so histories count.

    due: dates on which an unborn child is expected. unborn: nothing but records from before the birth.
    """

    names: frozenset[Name] = field(default=frozenset(), repr=False)
    births: frozenset[Birth] = field(default=frozenset(), repr=False)
    sexes: frozenset[str] = field(default=frozenset(), repr=False)
    homes: frozenset[Home] = field(default=frozenset(), repr=False)
    numbers: frozenset[Number] = field(default=frozenset(), repr=False)
    due: frozenset[Birth] = field(default=frozenset(), repr=False)
    unborn: bool = False

    def of_kind(self, kind: NumberKind) -> tuple[Number, ...]:
        """The numbers of one kind, sorted."""
        return tuple(sorted(number for number in self.numbers if number.kind is kind))

    def with_facts(self, more: Self) -> Self:
        """These facts and those of another record of the same child."""
        return replace(
            self,
            names=self.names | more.names,
            births=self.births | more.births,
            sexes=self.sexes | more.sexes,
            homes=self.homes | more.homes,
            numbers=self.numbers | more.numbers,
            due=self.due | more.due,
            unborn=self.unborn and more.unborn,
        )


def read_facts(told: Told, known: NameWords, on: date) -> Facts:
    """The facts of a record. on: the London day they are read on; a later date of birth is one that is expected."""
    name = read_name(told.forename, told.surname, known)
    birth = read_birth(told.dob)
    coming = birth is not None and (birth.year, birth.month, birth.day) > (on.year, on.month, on.day)
    unborn = coming or says_unborn(told.forename, told.surname, known)
    home = read_home(told.address, told.postcode)
    sex = _SEXES.get(told.sex.strip().casefold())
    dates = frozenset({birth} if birth else ())
    return Facts(
        names=frozenset({name} if name else ()),
        births=frozenset() if unborn else dates,
        sexes=frozenset({sex} if sex else ()),
        homes=frozenset({home} if home else ()),
        numbers=frozenset(_numbers(told)),
        due=dates if unborn else frozenset(),
        unborn=unborn,
    )


def _numbers(told: Told) -> list[Number]:
    columns = (NumberKind.NHS, told.nhs_number), (NumberKind.UPN, told.upn), (NumberKind.LOCAL, told.local_id)
    return [number for kind, text in columns if text and (number := read_number(kind, text)) is not None]
