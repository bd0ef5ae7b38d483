"""Who a contact says the child is, normalised: the keys under which a person is known and the facts to compare.

Only identifiers that pass their check become keys. A key is a hash, so that key tables hold no name in the clear.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from hashlib import blake2b

from shared.letters import PLAIN_LETTERS
from shared.messages.contact import Child, Identifier

_PLAIN = str.maketrans(PLAIN_LETTERS)
_NOT_A_LETTER = re.compile(r"[\W\d_]+")


class KeyKind(StrEnum):
    """What a person can be found by. A former UPN is a UPN: a child may hold several."""

    NHS_NUMBER = "nhs_number"
    UPN = "upn"
    LA_CHILD_ID = "la_child_id"
    NAME_AND_BIRTH_DATE = "name_and_birth_date"


_KINDS = {
    "nhs_number": KeyKind.NHS_NUMBER,
    "upn": KeyKind.UPN,
    "former_upn": KeyKind.UPN,
    "la_child_id": KeyKind.LA_CHILD_ID,
}


@dataclass(frozen=True, slots=True, order=True)
class MatchKey:
    """One thing a person is found by. digest: 16 bytes; equal digests mean equal kind and value."""

    digest: bytes
    kind: KeyKind

    @property
    def is_identifier(self) -> bool:
        """Whether it comes from an identifier and not from name and date of birth."""
        return self.kind is not KeyKind.NAME_AND_BIRTH_DATE


@dataclass(frozen=True, slots=True)
class KnownName:
    """A forename and surname, normalised for comparing."""

    forename: str = field(repr=False)
    surname: str = field(repr=False)


@dataclass(frozen=True)
class Identity:
    """What one contact says about who the child is. unborn: an unborn child is nobody's match."""

    names: tuple[KnownName, ...] = field(default=(), repr=False)
    born_on: date | None = field(default=None, repr=False)
    identifiers: tuple[MatchKey, ...] = ()
    unborn: bool = False

    @cached_property
    def keys(self) -> tuple[MatchKey, ...]:
        """Everything this child can be found by, sorted; empty for an unborn child."""
        if self.unborn:
            return ()
        return tuple(sorted({*self.identifiers, *self._name_keys()}))

    def _name_keys(self) -> Iterator[MatchKey]:
        if self.born_on is not None:
            for name in self.names:
                yield name_key(name, self.born_on)


def match_key(kind: KeyKind, value: str) -> MatchKey:
    """The key of a normalised value."""
    return MatchKey(blake2b(f"{kind.value}\x1f{value}".encode(), digest_size=16).digest(), kind)


def name_key(name: KnownName, born_on: date) -> MatchKey:
    """The key of a name with a date of birth."""
    return match_key(KeyKind.NAME_AND_BIRTH_DATE, f"{name.surname}\x1f{name.forename}\x1f{born_on.isoformat()}")


def identifier_key(identifier: Identifier, authority: str) -> MatchKey | None:
    """The key of an identifier, or None where it did not pass its check or finds nobody."""
    kind, value = _KINDS.get(identifier.type), identifier.normalised
    if kind is None or not identifier.valid or not value:
        return None
    if kind is KeyKind.LA_CHILD_ID:
        value = f"{identifier.issuer or authority}\x1f{value}"
    return match_key(kind, value)


def normalised_name(text: str) -> str:
    """Letters only, without marks and case: `O'Brien-Žák` and `OBRIEN ZAK` are one name, `Łukasz` and `Lukasz` too.

    Source: assumption, confirm with the authority.
    """
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
        text = text.casefold().translate(_PLAIN)
    return _NOT_A_LETTER.sub("", text.casefold())


def identity_of(child: Child, authority: str, on: date) -> Identity:
    """The identity a contact gives, on a London date. An estimated or future date of birth is not used.

    Source: identifiers, general handling (a bad identifier is kept and weighs less); dates not used: assumption.
    """
    born_on = child.born_on
    if child.born_on_estimated or (born_on is not None and born_on > on):
        born_on = None
    names = {
        KnownName(normalised_name(name.forename), normalised_name(name.surname))
        for name in child.names
        if name.forename and name.surname
    }
    usable = (name for name in names if name.forename and name.surname)
    return Identity(
        names=tuple(sorted(usable, key=lambda name: (name.surname, name.forename))),
        born_on=born_on,
        identifiers=tuple(sorted({key for one in child.identifiers if (key := identifier_key(one, authority))})),
        unborn=child.unborn,
    )
