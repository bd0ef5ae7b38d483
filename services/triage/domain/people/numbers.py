"""Identifiers as told, with whether they pass their check and whether somebody verified them.

A bad identifier is kept and weighs less; a placeholder is nobody's. Source: identifiers, general handling (assumption).
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from services.triage.domain.people.births import one_slip
from shared.identifiers import InvalidIdentifier, NhsNumber, Upn

_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Z]")
_LEAST_LENGTH = 4
_SEQUENCES = ("0123456789", "1234567890", "9876543210", "123456789")


class NumberKind(StrEnum):
    """What kind of number. LOCAL: of one issuer, its own child ids."""

    NHS = "nhs_number"
    UPN = "upn"
    LOCAL = "local_id"


class NumberLevel(StrEnum):
    """How far the numbers of one kind agree."""

    SAME = "same"  # both pass their check
    UNCHECKED = "unchecked"  # the same, and it does not pass the check or there is none
    SLIP = "slip"
    DIFFER = "differ"


@dataclass(frozen=True, slots=True, order=True)
class Number:
    """One identifier. checked: passes its check. lasting: the child keeps it, so that two of them contradict."""

    kind: NumberKind
    value: str = field(repr=False)
    checked: bool = False
    lasting: bool = True


def read_number(kind: NumberKind, text: str) -> Number | None:
    """A number as told, normalised; None for none and for placeholders (repeated digits, 1234567890, UN1)."""
    bare = _NOT_ALPHANUMERIC.sub("", text.upper())
    if len(bare) < _LEAST_LENGTH or not any(c in "0123456789" for c in bare) or is_placeholder(bare):
        return None
    try:
        if kind is NumberKind.NHS:
            return Number(kind, NhsNumber.parse(bare).value, checked=True)
        if kind is NumberKind.UPN:
            upn = Upn.parse(bare)
            return Number(kind, upn.value, checked=True, lasting=not upn.temporary)
    except InvalidIdentifier:
        return Number(kind, bare, lasting=False)
    return Number(kind, bare, lasting=False)


def is_placeholder(bare: str) -> bool:
    """Whether a value is what systems write where there is none."""
    digits = "".join(c for c in bare if c in "0123456789")
    return len(set(digits)) <= 1 or digits in _SEQUENCES


def number_level(a: tuple[Number, ...], b: tuple[Number, ...]) -> NumberLevel | None:
    """The best agreement between the numbers of one kind on both sides; None where one side has none."""
    if not a or not b:
        return None
    shared = set(a) & set(b)
    if shared:
        return NumberLevel.SAME if any(number.checked for number in shared) else NumberLevel.UNCHECKED
    if any(not (one.checked and other.checked) and one_slip(one.value, other.value) for one in a for other in b):
        return NumberLevel.SLIP
    return NumberLevel.DIFFER


def contradict(a: tuple[Number, ...], b: tuple[Number, ...]) -> bool:
    """Whether both sides hold numbers that pass their check and that a child keeps, and share none."""
    ours, theirs = ({one for one in side if one.checked and one.lasting} for side in (a, b))
    return bool(ours) and bool(theirs) and set(a).isdisjoint(b)
