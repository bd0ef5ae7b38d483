"""How a message differs from the truth: the identity noise and dirty fields of the workload, as percent of contacts."""

from datetime import date, timedelta
from random import Random

from deploy.mash.simulate.identifiers import spoiled
from deploy.mash.simulate.message import Subject
from deploy.mash.simulate.people import Child
from deploy.mash.simulate.rates import Rates
from deploy.mash.simulate.workload import Workload

UPN_FROM_AGE = 3
_BORN = 0.97  # part of contacts about born children
_HAS_CHECK_DIGIT = 10 / 11  # part of NHS number stems


class Imperfections:
    """Draws what is wrong with one contact."""

    def __init__(self, workload: Workload, random: Random) -> None:
        self._random = random
        self._upn = {name: sender.upn / 100 for name, sender in workload.senders.items()}
        self._nhs = {name: sender.nhs / 100 / _HAS_CHECK_DIGIT / _BORN for name, sender in workload.senders.items()}
        self.rates = Rates(workload.noise.model_dump(), random)

    def wrong_scale(self, sender: str, contacts: int) -> bool:
        """Whether the grade or level comes in a scale that is not the named one; schools send none."""
        return sender != "school" and self.rates.hit("wrong_scale", contacts)

    def subject(self, child: Child, sender: str, known: bool, result: str, on: date, noise: list[str]) -> Subject:
        """The child as the message shows it; `noise` names what is known to be off already and is added to."""
        self.rates.count(1)
        age = child.age(on)
        outcome, _, rating = result.partition("/")
        nhs, upn = self._identifiers(child, sender, age, noise)
        return Subject(
            child=child,
            forename=self._forename(child, age, noise),
            surname=self._surname(child, noise),
            born_on=self._birth_date(child.born_on, on, noise),
            expected_on=child.expected_on if child.born_on is None else None,
            age=age,
            nhs=nhs,
            upn=upn,
            lines=child.household.lines,
            postcode=self._shown_postcode(child.household.postcode, noise),
            known=known,
            outcome=outcome,
            rating=rating,
            noise=tuple(noise),
        )

    def _forename(self, child: Child, age: int, noise: list[str]) -> str | None:
        if age < 0:
            return None
        if not self.rates.hit("name_variant"):
            return child.forename
        noise.append("name_variant")
        return child.forename if self._random.random() < 0.4 else _misspelt(child.forename, self._random)

    def _surname(self, child: Child, noise: list[str]) -> str:
        wrong = noise and noise[-1] == "name_variant"
        return _misspelt(child.surname, self._random) if wrong and self._random.random() < 0.4 else child.surname

    def _birth_date(self, born_on: date | None, on: date, noise: list[str]) -> date | None:
        if born_on is None:
            return None
        if self.rates.hit("birth_date_missing"):
            noise.append("birth_date_missing")
            return None
        if self.rates.hit("birth_date_wrong"):
            noise.append("birth_date_wrong")
            return min(_swapped(born_on), on)
        return born_on

    def _identifiers(self, child: Child, sender: str, age: int, noise: list[str]) -> tuple[str | None, str | None]:
        random = self._random.random
        nhs = child.nhs if age >= 0 and random() < self._nhs[sender] else None
        upn = child.upn if age >= UPN_FROM_AGE and random() < self._upn[sender] else None
        if (nhs or upn) and self.rates.hit("invalid_identifier"):
            noise.append("invalid_identifier")
            return (spoiled(nhs), upn) if nhs else (None, spoiled(upn or ""))
        return nhs, upn

    def _shown_postcode(self, postcode: str, noise: list[str]) -> str:
        if not self.rates.hit("unreadable_postcode"):
            return postcode
        noise.append("unreadable_postcode")
        return "not known"


def _misspelt(name: str, random: Random) -> str:
    """Two neighbouring letters swapped, one letter doubled, or one left out."""
    at = 1 + int(random.random() * max(len(name) - 2, 1))
    kind = int(random.random() * 3)
    if kind == 0:
        return name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :]
    return name[:at] + (name[at] * 2 if kind == 1 else "") + name[at + 1 :]


def _swapped(born_on: date) -> date:
    """Day and month swapped where that is a date, else the day before."""
    if born_on.day <= 12 and born_on.day != born_on.month:
        return date(born_on.year, born_on.day, born_on.month)
    return born_on - timedelta(days=1)
