"""Where somebody lives as told: house number, words of the street, postcode. Places that are no home are left out."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from services.triage.domain.people.births import one_slip
from services.triage.domain.people.letters import code, distance, folded
from shared.identifiers import is_pseudo_postcode

_POSTCODE_AT_END = re.compile(r"[\s,]*([A-Za-z]{1,2}[0-9][A-Za-z0-9]?)\s*([0-9][A-Za-z]{2})\s*$")
_NOT_ALPHANUMERIC = re.compile(r"[^0-9a-z]+")
_NUMBER = re.compile(r"[0-9]+[a-z]?")
_NO_HOME = re.compile(r"no fixed|not known|unknown|no address|homeless|n/k|\bnfa\b|withheld|confidential|of no ")
_SHORT = {
    "st": "street", "rd": "road", "ave": "avenue", "av": "avenue", "cl": "close", "cres": "crescent", "ct": "court",
    "crt": "court", "dr": "drive", "ln": "lane", "pl": "place", "ter": "terrace", "terr": "terrace", "tce": "terrace",
    "gdns": "gardens", "gdn": "gardens", "gr": "grove", "grv": "grove", "sq": "square", "pk": "park", "wk": "walk",
    "apt": "flat", "apartment": "flat", "unit": "flat", "circ": "circuit", "hse": "house", "bldgs": "buildings",
}  # fmt: skip
_FULL_POSTCODE = 5
_WELL, _SOMEWHAT = 0.75, 0.45


class HomeLevel(StrEnum):
    """How far two homes agree."""

    SAME = "same"
    NEAR = "near"  # all but one part: the number is missing, a word is misspelt, the postcode is another
    PART = "part"  # the same postcode or street and another house
    DIFFER = "differ"


@dataclass(frozen=True, slots=True)
class Home:
    """One address. numbers: of flat and house; words: of the street and place; postcode: without its space."""

    numbers: tuple[str, ...] = field(default=(), repr=False)
    words: tuple[str, ...] = field(default=(), repr=False)
    postcode: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        return bool(self.words or self.postcode)

    @property
    def key(self) -> str | None:
        """What members of one household have in common; None where the address is not enough for it."""
        if not self.numbers or not self.words:
            return None
        return f"{'/'.join(self.numbers)} {code(self.words[0])} {self.postcode or self.words[-1]}"


def read_home(address: str, postcode: str) -> Home:
    """An address as told. No fixed abode, unknown and the NHS's pseudo postcodes (ZZ99) are no home."""
    address = folded(address)
    if _NO_HOME.search(address):
        address = ""
    if not postcode.strip() and (found := _POSTCODE_AT_END.search(address)):
        postcode, address = f"{found[1]}{found[2]}", address[: found.start()]
    bare = "" if is_pseudo_postcode(postcode) else _NOT_ALPHANUMERIC.sub("", folded(postcode))
    if bare and address.endswith(bare):
        address = address[: -len(bare)]
    words = [_SHORT.get(word, word) for word in _NOT_ALPHANUMERIC.split(address) if word]
    numbers = tuple(word for word in words if _NUMBER.fullmatch(word))
    return Home(numbers, tuple(w for w in words if w not in numbers and w != "flat"), bare)


def home_level(a: Home, b: Home) -> HomeLevel | None:
    """How far two homes agree; None where they have nothing to compare."""
    street = _street_level(a, b)
    post = _postcode_level(a.postcode, b.postcode)
    if street is None and post is None:
        return None
    if street is HomeLevel.SAME:
        return HomeLevel.NEAR if post is HomeLevel.DIFFER else HomeLevel.SAME
    if street is HomeLevel.NEAR:
        return HomeLevel.NEAR if post is not HomeLevel.DIFFER else HomeLevel.PART
    if post is HomeLevel.SAME:
        return HomeLevel.NEAR if street is None else HomeLevel.PART
    return HomeLevel.PART if street is HomeLevel.PART or post is HomeLevel.PART else HomeLevel.DIFFER


def _postcode_level(a: str, b: str) -> HomeLevel | None:
    if not a or not b:
        return None
    if a == b:
        return HomeLevel.SAME if len(a) >= _FULL_POSTCODE or a.isdigit() else HomeLevel.PART
    if one_slip(a, b) and len(a) >= _FULL_POSTCODE:
        return HomeLevel.PART
    return HomeLevel.DIFFER


def _street_level(a: Home, b: Home) -> HomeLevel | None:
    if not a.words or not b.words:
        return None
    alike = _words_alike(a.words, b.words)
    if alike < _SOMEWHAT:
        return HomeLevel.DIFFER
    if not a.numbers or not b.numbers:
        return HomeLevel.NEAR if alike >= _WELL else HomeLevel.PART
    if a.numbers == b.numbers:
        return HomeLevel.SAME if alike >= _WELL else HomeLevel.NEAR
    if alike >= _WELL and not set(a.numbers).isdisjoint(b.numbers):
        return HomeLevel.NEAR
    return HomeLevel.PART if alike >= _WELL else HomeLevel.DIFFER


def _words_alike(a: tuple[str, ...], b: tuple[str, ...]) -> float:
    """Part of the words of both that the other has too, a slip allowed; the street counts twice."""
    found = sum(_has(word, b) for word in a) + sum(_has(word, a) for word in b)
    whole = found / (len(a) + len(b))
    return (whole + (1.0 if _close(a[0], b[0]) else 0.0)) / 2


def _has(word: str, others: tuple[str, ...]) -> bool:
    return word in others or any(_close(word, other) for other in others)


def _close(a: str, b: str) -> bool:
    return a == b or (min(len(a), len(b)) >= 4 and distance(a, b, 2) <= (1 if max(len(a), len(b)) < 8 else 2))
