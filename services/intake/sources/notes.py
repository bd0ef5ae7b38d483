"""Collects what is wrong with an input while it is read. A defect holds a code, a path and a message, no value."""

from functools import cache

from services.intake.sources.drafts import Context
from shared.codes import codes
from shared.messages.contact import Defect

MOST = 200  # of one item: more tell a person nothing new


@cache
def _message(code: str) -> str:
    return codes("defect").label(code)


def defect(code: str, pointer: str) -> Defect:
    """A defect with the message of its code. Raises UnknownCode for a code outside the table."""
    return Defect(code=code, pointer=pointer, message=_message(code))


class Notes:
    """The defects of one item in the order they were seen, each once."""

    __slots__ = ("_seen", "context")

    def __init__(self, context: Context, seen: tuple[Defect, ...] = ()) -> None:
        self.context = context
        self._seen: dict[tuple[str, str], Defect] = {(d.code, d.pointer): d for d in seen}

    def add(self, code: str, pointer: str) -> None:
        """Note `code` at `pointer`; the same again changes nothing."""
        if (code, pointer) not in self._seen and len(self._seen) < MOST:
            self._seen[code, pointer] = defect(code, pointer)

    def fork(self) -> "Notes":
        """A copy to go on with for one child of several."""
        return Notes(self.context, self.defects)

    @property
    def defects(self) -> tuple[Defect, ...]:
        """All of them so far."""
        return tuple(self._seen.values())
