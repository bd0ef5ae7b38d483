"""Two sets of facts compared field by field into findings, each with its weight."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from services.triage.domain.people.births import Birth, a_generation_apart, birth_level
from services.triage.domain.people.commonness import Commonness
from services.triage.domain.people.facts import Facts
from services.triage.domain.people.homes import Home, HomeLevel, home_level
from services.triage.domain.people.name_levels import (
    NameLevel,
    family_level,
    given_level,
    in_another_order,
    is_plain_slip,
)
from services.triage.domain.people.names import Name, Part
from services.triage.domain.people.numbers import Number, NumberKind, NumberLevel, contradict, number_level
from services.triage.domain.people.weights import MISSING, Field, Model

_KINDS = (
    (Field.NHS_NUMBER, NumberKind.NHS),
    (Field.UPN, NumberKind.UPN),
    (Field.LOCAL_ID, NumberKind.LOCAL),
)
_BY_NAME = (NameLevel.SAME, NameLevel.EQUIVALENT, NameLevel.SWAPPED, NameLevel.SLIP)
_AGREEING_NUMBERS = (NumberLevel.SAME, NumberLevel.UNCHECKED)
# Two common names of one background go together: a Khan is called Muhammad more often than others are. Assumption.
_COMMON, _GO_TOGETHER = 0.004, 2
_RAREST, _COMMONEST = 5.0, -5.0  # how far a rare or a common name moves the weight
_SHORT_LETTERS = 3  # letters of a beginning that is more than an initial
_SOUND_LETTERS = 5  # letters from which on two words that sound alike are one name
_EARLY_OR_LATE_DAYS = 120  # between the day a child is expected and the day it is born; assumption


@dataclass(frozen=True, slots=True)
class Finding:
    """How one field came out, and what it weighs. level: of LEVELS, or missing."""

    field: Field
    level: str
    weight: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sets of facts compared.

    forename_sure: the forenames are one, beyond a likeness that twins may have. number_agrees: an identifier that
    nobody else holds. numbers_contradict: both have lasting, checked numbers of one kind and share none.
    generation: the dates could be a parent's and a child's. expected: one is unborn and the dates allow it to be the
    other; None where both are born.
    """

    findings: tuple[Finding, ...]
    forename_sure: bool
    number_agrees: bool
    numbers_contradict: bool
    generation: bool
    expected: bool | None = None

    @property
    def weight(self) -> float:
        """What all findings weigh together."""
        return math.fsum(finding.weight for finding in self.findings)

    def level(self, field: Field) -> str:
        """How a field came out."""
        return next(finding.level for finding in self.findings if finding.field is field)


def compare(a: Facts, b: Facts, model: Model, common: Commonness) -> Comparison:
    """Compare everything told of one with everything told of the other; the best agreement of each field counts."""
    forename, surname, sure = _names(a, b, model, common)
    birth = _birth(a, b, model)
    sex = _sex(a, b, model)
    numbers = [_number(field, kind, a, b, model, common) for field, kind in _KINDS]
    if forename.level != NameLevel.SAME and sex.level == "differ":
        sure = False
    if forename.level == NameLevel.SHORT and sex.level != "same":
        sure = False
    return Comparison(
        findings=(forename, surname, birth, sex, _home(a, b, model, common), *(finding for finding, _ in numbers)),
        forename_sure=sure,
        number_agrees=any(agrees for _, agrees in numbers),
        numbers_contradict=_contradict(a, b),
        generation=_all_a_generation_apart(a, b),
        expected=_expected(a, b) if a.unborn or b.unborn else None,
    )


def _names(a: Facts, b: Facts, model: Model, common: Commonness) -> tuple[Finding, Finding, bool]:
    found = [_name(one, other, model, common) for one in a.names for other in b.names]
    if not found:
        return Finding(Field.FORENAME, MISSING, 0.0), Finding(Field.SURNAME, MISSING, 0.0), False
    return max(found, key=lambda row: (row[0].weight + row[1].weight, row[2], row[0].level, row[1].level))


def _name(a: Name, b: Name, model: Model, common: Commonness) -> tuple[Finding, Finding, bool]:
    given = given_level(a.given, b.given, model.words.shared_first)
    family = family_level(a.family, b.family)
    agrees = given in (NameLevel.SAME, NameLevel.EQUIVALENT) and family in (NameLevel.SAME, NameLevel.EQUIVALENT)
    if not agrees and in_another_order(a, b):
        given = family = NameLevel.SWAPPED
    shares = (
        common.given_share(a.given, b.given) if given in _BY_NAME else 0.0,
        common.family_share(a.family, b.family) if family in _BY_NAME else 0.0,
    )
    forename = _named(Field.FORENAME, given, model, shares[0])
    surname = _named(Field.SURNAME, family, model, shares[1] * (_GO_TOGETHER if min(shares) >= _COMMON else 1))
    return forename, surname, _sure(given, a.given, b.given, common)


def _named(field: Field, level: NameLevel | None, model: Model, share: float) -> Finding:
    """A name found at a level; a rare one says more and a common one less than a typical one."""
    if level is None:
        return Finding(field, MISSING, 0.0)
    weight = model.weights[field][level]
    if share:
        moved = min(_RAREST, max(_COMMONEST, math.log2(model.typical[field] / share)))
        weight += moved / 2 if level is NameLevel.SLIP else moved
    return Finding(field, level.value, weight)


def _sure(level: NameLevel | None, a: Part, b: Part, common: Commonness) -> bool:
    """Whether forenames are one beyond a likeness that twins may have.

    A slip is one only where one spelling is a forename and the other is none: twins' names often rhyme. What only
    sounds alike is one in longer words (Mia and Mya are two), and a pet name that begins otherwise (Jack for John)
    where not both are common names by themselves, as is a beginning (Beth for Bethany) of the same sex.
    """
    first, second = a.words[0] if a else "", b.words[0] if b else ""
    if level is NameLevel.SLIP:
        return is_plain_slip(a.joined, b.joined) and common.is_given_name(first) != common.is_given_name(second)
    both_common = common.is_common_name(first) and common.is_common_name(second)
    if level is NameLevel.SHORT:
        return min(len(first), len(second)) >= _SHORT_LETTERS and not both_common
    if level is not NameLevel.EQUIVALENT or common.words.one_spelling(first, second):
        return level in _BY_NAME
    if common.words.may_be_one(first, second):
        return not both_common or (first[:2] == second[:2] and common.words.one_pet_name(first, second))
    return max(len(first), len(second)) >= _SOUND_LETTERS


def _birth(a: Facts, b: Facts, model: Model) -> Finding:
    weights = model.weights[Field.BIRTH]
    levels = {birth_level(one, other) for one in a.births for other in b.births}
    if not levels:
        return Finding(Field.BIRTH, MISSING, 0.0)
    level = max(levels, key=lambda found: (weights[found], found))
    return Finding(Field.BIRTH, level.value, weights[level])


def _all_a_generation_apart(a: Facts, b: Facts) -> bool:
    pairs = [a_generation_apart(one, other) for one in a.births for other in b.births]
    return bool(pairs) and all(pairs)


def _expected(a: Facts, b: Facts) -> bool:
    """Whether an unborn child may be the other: both unborn, or born about when it was expected; unknown may be."""
    if a.unborn and b.unborn:
        return True
    due, born = (a.due, b.births) if a.unborn else (b.due, a.births)
    if not due or not born:
        return True
    days = [abs((one - other).days) for one in _days(due) for other in _days(born)]
    return not days or min(days) <= _EARLY_OR_LATE_DAYS


def _days(births: frozenset[Birth]) -> Iterator[date]:
    return (day for birth in births if (day := birth.as_date()) is not None)


def _sex(a: Facts, b: Facts, model: Model) -> Finding:
    if not a.sexes or not b.sexes:
        return Finding(Field.SEX, MISSING, 0.0)
    level = "differ" if a.sexes.isdisjoint(b.sexes) else "same"
    return Finding(Field.SEX, level, model.weights[Field.SEX][level])


def _home(a: Facts, b: Facts, model: Model, common: Commonness) -> Finding:
    """Where they live or lived. A place shared by many says less, one shared by strangers nothing."""
    found = [_one_home(one, other, model, common) for one in a.homes for other in b.homes]
    known = [finding for finding in found if finding is not None]
    return max(known, key=lambda f: (f.weight, f.level), default=Finding(Field.HOME, MISSING, 0.0))


def _one_home(a: Home, b: Home, model: Model, common: Commonness) -> Finding | None:
    level = home_level(a, b)
    if level is None:
        return None
    weight = model.weights[Field.HOME][level]
    living = max(common.living_at(a), common.living_at(b))
    if level is not HomeLevel.DIFFER and living > model.crowd:
        weight = 0.0 if living > model.strangers else max(0.0, weight - math.log2(living / model.crowd))
    return Finding(Field.HOME, level.value, weight)


def _number(
    field: Field, kind: NumberKind, a: Facts, b: Facts, model: Model, common: Commonness
) -> tuple[Finding, bool]:
    """One kind of identifier, and whether it agrees and is nobody else's. The number that says most counts."""
    ours, theirs = a.of_kind(kind), b.of_kind(kind)
    level = number_level(ours, theirs)
    if level is None:
        return Finding(field, MISSING, 0.0), False
    weights = model.weights[field]
    if level not in _AGREEING_NUMBERS:
        return Finding(field, level.value, weights[level]), False
    shared = set(ours) & set(theirs)
    found = [_shared_number(number, weights, common) for number in shared]
    left, right = tuple(set(ours) - shared), tuple(set(theirs) - shared)
    if NumberLevel.SLIP in (number_level(left, theirs), number_level(ours, right)):
        found.append((weights[NumberLevel.SLIP], False))  # A number of many people takes nothing away from the others.
    weight = max(weight for weight, _ in found)
    return Finding(field, level.value, weight), any(agrees for _, agrees in found)


def _shared_number(number: Number, weights: Mapping[str, float], common: Commonness) -> tuple[float, bool]:
    """What one number says that both have, and whether it is nobody else's. What several people hold says less."""
    weight = weights[NumberLevel.SAME if number.checked else NumberLevel.UNCHECKED]
    holders = common.holders(number)
    if holders > 1:
        return max(0.0, weight - 4 * math.log2(holders)), False
    return weight, number.checked or number.kind is NumberKind.LOCAL


def _contradict(a: Facts, b: Facts) -> bool:
    """Two NHS numbers contradict whatever else agrees; two UPNs do not where the NHS number agrees."""
    nhs = a.of_kind(NumberKind.NHS), b.of_kind(NumberKind.NHS)
    if contradict(*nhs):
        return True
    agrees = number_level(*nhs) is NumberLevel.SAME
    return not agrees and contradict(a.of_kind(NumberKind.UPN), b.of_kind(NumberKind.UPN))
