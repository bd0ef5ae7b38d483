"""Text that goes into one line of a header or a letter: once built it can hold no line break and no control sign."""

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 200
_ADDRESS = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9._+-]{0,62}[A-Za-z0-9])?"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])"
)
_REFERENCE = re.compile(r"[A-Za-z0-9-]{1,64}")
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class UnsafeText(ValueError):
    """Text that must not enter a line. The text itself is not part of the error."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of printable text, 1 to 200 characters. Raises UnsafeText for anything else."""

    text: str

    def __post_init__(self) -> None:
        if not 1 <= len(self.text) <= LONGEST or self.text != self.text.strip():
            raise UnsafeText("give 1 to 200 characters without space at either end")
        if any(unicodedata.category(sign) in _UNSAFE_CATEGORIES for sign in self.text):
            raise UnsafeText("line breaks, control and invisible signs are not allowed")

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """One bare address, `name@host.domain` in plain ASCII: no display name, no list, no quoting."""

    text: str

    def __post_init__(self) -> None:
        if _ADDRESS.fullmatch(self.text) is None or ".." in self.text or len(self.text) > 254:
            raise UnsafeText("write one bare address such as team@agency.example")

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference of ours: letters, digits and hyphens, at most 64, so it can hold neither a sentence nor a header."""

    text: str

    def __post_init__(self) -> None:
        if _REFERENCE.fullmatch(self.text) is None:
            raise UnsafeText("a reference holds letters, digits and hyphens only")

    def __str__(self) -> str:
        return self.text
