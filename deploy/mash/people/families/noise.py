"""How a record differs from the truth. Every change names its kind, so that errors can be counted by it.

Rates: workload, identity noise (assumptions there): name typo or variant 9 %, date of birth wrong or exchanged 3 %,
missing 6 %, home changed 12 %, one invalid identifier 2 %, unreadable postcode 3 %, identifiers in about half.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from deploy.mash.people.families.people import Child

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SEXES = {"F": ("F", "female", "Girl"), "M": ("M", "male", "Boy")}


@dataclass(frozen=True, slots=True)
class Record:
    """A row as a file holds it. kinds: what is unlike the truth."""

    forename: str
    surname: str
    dob: str
    sex: str
    address: str
    postcode: str
    nhs_number: str
    upn: str
    kinds: frozenset[str] = field(default=frozenset())

    def but(self, kind: str, **changes: str) -> "Record":
        """The record with something changed."""
        return replace(self, kinds=self.kinds | {kind}, **changes)


def true_record(child: Child, masked: bool, random: Random) -> Record:
    """What is true of a child, dates in several forms; identifiers left out of a masked record."""
    family = child.family
    record = Record(
        forename=child.forename,
        surname=child.surname,
        dob=_written(child.born_on or child.due_on, random),
        sex=random.choice(_SEXES[child.sex]) if child.born_on else "",
        address=family.address,
        postcode=family.postcode,
        nhs_number="" if masked or random.random() < 0.16 else child.nhs,
        upn="" if masked or random.random() < 0.2 else child.upn,
    )
    return record.but("masked") if masked else record


def spoilt(record: Record, child: Child, random: Random) -> Record:
    """The record with the noise of one contact."""
    if child.born_on is None:
        return _unborn(record, random)
    for rate, change in _NOISE:
        if random.random() < rate:
            record = change(record, child, random)
    return record


def _unborn(record: Record, random: Random) -> Record:
    said = random.choice(("Unborn", "Unborn", "UNBORN", "Unborn baby", ""))
    dob = "" if said and random.random() < 0.3 else record.dob
    return record.but("unborn", forename=said, dob=dob, nhs_number="", upn="")


def mistyped(word: str, random: Random) -> str:
    """A word with one letter left out, doubled, changed, or exchanged with the next."""
    if len(word) < 3:
        return word
    place = random.randrange(1, len(word) - 1)
    way = random.randrange(4)
    if way == 0:
        return word[:place] + word[place + 1 :]
    if way == 1:
        return word[:place] + word[place] + word[place:]
    if way == 2:
        return word[:place] + random.choice(_LETTERS) + word[place + 1 :]
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _forename_typo(record: Record, child: Child, random: Random) -> Record:
    return record.but("typo", forename=mistyped(record.forename, random))


def _surname_typo(record: Record, child: Child, random: Random) -> Record:
    return record.but("typo", surname=mistyped(record.surname, random))


def _nickname(record: Record, child: Child, random: Random) -> Record:
    others = child.family.background.pet_names.get(child.forename)
    return record.but("nickname", forename=random.choice(others)) if others else record


def _middle(record: Record, child: Child, random: Random) -> Record:
    return record.but("middle_name", forename=f"{record.forename} {child.middle}") if child.middle else record


def _part_of_surname(record: Record, child: Child, random: Random) -> Record:
    parts = record.surname.replace("-", " ").split()
    return record.but("part_of_surname", surname=random.choice(parts)) if len(parts) > 1 else record


def _reordered(record: Record, child: Child, random: Random) -> Record:
    return record.but("reordered", forename=record.surname, surname=record.forename)


def _plain(record: Record, child: Child, random: Random) -> Record:
    bare = {name: getattr(record, name).encode("ascii", "ignore").decode() for name in ("forename", "surname")}
    changed = bare["forename"] != record.forename or bare["surname"] != record.surname
    folded = {name: _without_marks(getattr(record, name)) for name in bare}
    return record.but("diacritics", **folded) if changed else record


def _without_marks(text: str) -> str:
    return text.translate(str.maketrans("ąćęłńóśźżŁŚȘșțŻáéíóúý", "acelnoszzLSSstZaeiouy"))


def _swapped_date(record: Record, child: Child, random: Random) -> Record:
    born = child.born_on
    if born is None or born.day > 12 or born.day == born.month:
        return record
    return record.but("date_swapped", dob=f"{born.year}-{born.day:02}-{born.month:02}")


def _slipped_date(record: Record, child: Child, random: Random) -> Record:
    born = child.born_on
    if born is None:
        return record
    moved = (
        born + timedelta(days=random.choice((1, -1, 10, -10))) if random.random() < 0.5 else _other_year(born, random)
    )
    return record.but("date_slip", dob=moved.isoformat())


def _other_year(born: date, random: Random) -> date:
    return date(born.year + random.choice((1, -1, 2, -2)), born.month, min(born.day, 28))


def _no_date(record: Record, child: Child, random: Random) -> Record:
    return record.but("date_missing", dob="")


def _no_postcode(record: Record, child: Child, random: Random) -> Record:
    return record.but("postcode", postcode=random.choice(("", record.postcode[:4], mistyped(record.postcode, random))))


def _short_address(record: Record, child: Child, random: Random) -> Record:
    return record.but(
        "address", address=record.address.rpartition(",")[0].replace("Street", "St").replace("Road", "Rd")
    )


def _bad_number(record: Record, child: Child, random: Random) -> Record:
    if not record.nhs_number:
        return record
    place = random.randrange(10)
    digits = list(record.nhs_number)
    digits[place] = str((int(digits[place]) + random.randint(1, 9)) % 10)
    return record.but("bad_number", nhs_number="".join(digits))


def _written(day: date | None, random: Random) -> str:
    if day is None:
        return ""
    return random.choice((day.isoformat(), day.isoformat(), day.strftime("%d/%m/%Y"), day.strftime("%d %b %Y")))


_NOISE: tuple[tuple[float, Callable[[Record, Child, Random], Record]], ...] = (
    (0.04, _nickname),
    (0.08, _middle),
    (0.12, _part_of_surname),
    (0.30, _plain),
    (0.025, _forename_typo),
    (0.025, _surname_typo),
    (0.01, _reordered),
    (0.025, _swapped_date),
    (0.015, _slipped_date),
    (0.06, _no_date),
    (0.03, _no_postcode),
    (0.25, _short_address),
    (0.02, _bad_number),
)
