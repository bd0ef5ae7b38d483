"""Identifiers as types that are valid once built; what fails its check raises InvalidIdentifier, without the value.

Rules: NHS data dictionary, Unique Pupil Number 2.0, BS 7666, hmpps-person-record; test values: tests/unit/identifiers.
Only the ASCII digits 0-9 count as digits. Nothing here prints a value: the fields carry `repr=False`.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Self

from stdnum.gb import nhs

from shared.codes import codes

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # A-Z without I, O and S; the position is the value
PNC_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"  # Z is 0

_SEPARATORS = re.compile(r"[ \-\u00a0\u2010-\u2015]")
_NHS = re.compile(r"[0-9]{10}")
_UPN = re.compile(r"[A-HJ-NP-RT-Z][0-9]{11}(?:[0-9]|[A-HJ-NP-RT-Z])")
_UPRN = re.compile(r"[0-9]{1,12}")
_NOT_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9]")
_POSTCODE = re.compile(
    r"(?:[A-PR-UWYZ][0-9]{1,2}|[A-PR-UWYZ][A-HK-Y][0-9]{1,2}|[A-PR-UWYZ][0-9][A-HJKPSTUW]"
    r"|[A-PR-UWYZ][A-HK-Y][0-9][ABEHMNPRVWXY]) [0-9][ABD-HJLNP-UW-Z]{2}"
)
_DISTRICT = re.compile(
    r"[A-PR-UWYZ][0-9]{1,2}|[A-PR-UWYZ][A-HK-Y][0-9]{1,2}|[A-PR-UWYZ][0-9][A-HJKPSTUW]"
    r"|[A-PR-UWYZ][A-HK-Y][0-9][ABEHMNPRVWXY]"
)
_PSEUDO = re.compile(r"ZZ99 ?[0-9][A-Z]{2}")
_PNC = re.compile(r"((?:19|20)[0-9]{2}|[0-9]{2})/?([0-9]{1,7})([A-HJ-NP-RT-Z])")


class InvalidIdentifier(ValueError):
    """A value is no valid identifier of its kind. why is a short code, and the value itself is not in the text."""

    def __init__(self, kind: str, why: str) -> None:
        self.kind, self.why = kind, why
        super().__init__(f"{kind}: {why}")


@dataclass(frozen=True, slots=True)
class NhsNumber:
    """An NHS number: ten digits, modulus 11, no repeated digit (policy: all ten of those pass the arithmetic)."""

    value: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _NHS.fullmatch(self.value):
            raise InvalidIdentifier("nhs_number", "not ten digits")
        if len(set(self.value)) == 1:
            raise InvalidIdentifier("nhs_number", "repeated digit")
        if nhs.checksum(self.value) != 0:
            raise InvalidIdentifier("nhs_number", "check digit")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read with spaces or hyphens. Raises InvalidIdentifier."""
        return cls(_SEPARATORS.sub("", text.strip()))


@dataclass(frozen=True, slots=True)
class Upn:
    """A unique pupil number, permanent or temporary, upper case (Unique Pupil Number 2.0, Data Standards Catalogue)."""

    value: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _UPN.fullmatch(self.value):
            raise InvalidIdentifier("upn", "shape")
        if self.value[1:4] not in _la_numbers():
            raise InvalidIdentifier("upn", "LA number")
        if upn_check_letter(self.value[1:]) != self.value[0]:
            raise InvalidIdentifier("upn", "check letter")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read in either case, with spaces. Raises InvalidIdentifier."""
        return cls(_SEPARATORS.sub("", text.strip()).upper())

    @property
    def temporary(self) -> bool:
        """Whether a school gave it until the permanent one is known: its last character is a letter."""
        return self.value[-1] in UPN_LETTERS


def upn_check_letter(rest: str) -> str:
    """The letter before the other twelve: weights 2 to 13, modulus 23; a final letter counts as its place."""
    values = (UPN_LETTERS.index(c) if c in UPN_LETTERS else int(c) for c in rest)
    return UPN_LETTERS[sum(weight * value for weight, value in enumerate(values, start=2)) % 23]


@lru_cache(maxsize=1)
def _la_numbers() -> frozenset[str]:
    numbers: set[str] = set()
    for entry in codes("upn_la_number"):
        first, _, last = entry.partition("-")
        numbers.update(f"{n:03}" for n in range(int(first), int(last or first) + 1))
    return frozenset(numbers)


@dataclass(frozen=True, slots=True)
class Uprn:
    """A unique property reference number: a whole number of up to 12 digits, kept without leading zeros."""

    value: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _UPRN.fullmatch(self.value):
            raise InvalidIdentifier("uprn", "not 1 to 12 digits")
        if self.value.startswith("0"):
            raise InvalidIdentifier("uprn", "zero")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read with leading zeros. Raises InvalidIdentifier."""
        text = text.strip()
        if not _UPRN.fullmatch(text):
            raise InvalidIdentifier("uprn", "not 1 to 12 digits")
        return cls(text.lstrip("0") or "0")


@dataclass(frozen=True, slots=True)
class Postcode:
    """A postcode with a valid shape (BS 7666), upper case, one space. Shape does not prove that it exists."""

    value: str = field(repr=False)

    def __post_init__(self) -> None:
        if is_pseudo_postcode(self.value):
            raise InvalidIdentifier("postcode", "pseudo postcode")
        if not _POSTCODE.fullmatch(self.value):
            raise InvalidIdentifier("postcode", "shape")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read in either case with any spacing. Raises InvalidIdentifier."""
        bare = _NOT_ALPHANUMERIC.sub("", text).upper()
        return cls(f"{bare[:-3]} {bare[-3:]}")

    @property
    def district(self) -> str:
        """The outward part, enough for a locality and too little to find a home."""
        return self.value.split(" ")[0]


def is_pseudo_postcode(text: str) -> bool:
    """Whether this is an NHS pseudo postcode (ZZ99 ...): no fixed abode, unknown or overseas, never an address."""
    return _PSEUDO.fullmatch(text.strip().upper()) is not None


def read_district(text: str) -> str | None:
    """The outward part where only that was given ("ME7"), else None."""
    bare = _NOT_ALPHANUMERIC.sub("", text).upper()
    return bare if _DISTRICT.fullmatch(bare) else None


@dataclass(frozen=True, slots=True)
class PncId:
    """A Police National Computer id, `YYYY/NNNNNNNL`, of a person with a record: never a child's key by itself.

    Source: hmpps-person-record PNCIdentifier. The letter is (two-digit year + seven-digit serial) modulus 23.
    """

    value: str = field(repr=False)

    def __post_init__(self) -> None:
        match = _PNC.fullmatch(self.value)
        if match is None or len(self.value) != 13:
            raise InvalidIdentifier("pnc", "shape")
        year, serial, letter = match.groups()
        if pnc_check_letter(year, serial) != letter:
            raise InvalidIdentifier("pnc", "check letter")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read with either year length, with or without the slash. Two-digit years are 19xx from 50 on, else 20xx."""
        match = _PNC.fullmatch(text.strip().upper())
        if match is None:
            raise InvalidIdentifier("pnc", "shape")
        year, serial, letter = match.groups()
        if len(year) == 2:
            year = f"{19 if year >= '50' else 20}{year}"
        return cls(f"{year}/{serial.zfill(7)}{letter}")


def pnc_check_letter(year: str, serial: str) -> str:
    """The check letter of a PNC id of that year and serial."""
    return PNC_LETTERS[int(year[-2:] + serial.zfill(7)) % 23]
