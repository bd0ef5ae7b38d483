"""What a message says in fields that no connector reads: shown to people beneath the story, never dropped in silence.

A field counts as read once a connector asked for it. What was asked for and could not be understood is shown too, as
it was written. Danger words are looked for in all of it, wherever it stands.
"""

import html
import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import replace

from services.intake.sources.documents import is_document
from services.intake.sources.drafts import Draft, Item, Looked, key_of
from services.intake.sources.fields import storable
from services.intake.sources.notes import defect
from shared.messages.contact import Defect

LONGEST = 20_000  # characters of one value
LONGEST_POINTER = 200
MOST_SHOWN = 200
MOST_TOGETHER = 100_000  # characters of all
MOST_NOTED = 20
HEADING = "Also sent, in fields without a place of their own here:"
WITHHELD = "kept with the raw message only, because the address is protected"
_WHERE = frozenset({"address", "place", "location", "postcode", "postalcode", "uprn", "school", "phone"})
_MISREAD = frozenset(
    {
        *("bad_date", "future_date", "unknown_value", "wrong_type", "consent_unclear", "unknown_event"),
        *("age_implausible", "grade_unknown_scheme", "expected_date_passed"),
    }
)
_ADMINISTRATIVE = frozenset({"form", "version", "submittedat", "createdat", "supervisorreview", "collar"})
# Of FHIR: what says how a message is built, not what it is about.
_TECHNICAL = frozenset(
    {
        *("resourcetype", "id", "fullurl", "meta", "system", "use", "url", "reference", "status", "intent", "profile"),
        *("contenttype", "language", "implicitrules", "definition", "destination", "source", "sender", "focus"),
        *("eventcoding", "timestamp", "authoredon", "userselected", "active", "linkid", "category", "type", "code"),
        *("linktype", "mode", "hash", "size", "scope"),
    }
)
_TECHNICAL_VALUE = re.compile(r"(?:https?://|urn:)\S*")
_TAG = re.compile(r"<[^<>]{0,2000}>")
Leaf = tuple[str, str, bool]  # pointer, words, whether they stand in a field that we know


def with_unread(item: Item, message: object, looked: Looked, *, known: Set[str] = frozenset()) -> Item:
    """The item with what nobody read beneath the story of each of its drafts, and a note where a field is unknown.

    known: names, in the form of `key_of`, that are agreed but have no place of their own; they are shown, not noted.
    """
    if not item.drafts:
        return item
    misread = {found for draft in item.drafts for found in draft.defects if found.code in _MISREAD}
    fhir = isinstance(message, dict) and "resourceType" in message
    leaves = list(_leaves(message, item.pointer, _Sieve(looked, misread, fhir)))
    if not leaves:
        return item
    return replace(item, drafts=tuple(_with_leaves(draft, item.pointer, leaves, known) for draft in item.drafts))


def _with_leaves(draft: Draft, base: str, leaves: list[Leaf], known: Set[str]) -> Draft:
    lines: list[str] = []
    room = MOST_TOGETHER
    cut = len(leaves) > MOST_SHOWN
    for pointer, words, _ in leaves[:MOST_SHOWN]:
        if draft.protected_address and _tells_where(pointer):
            words = WITHHELD
        line = f"{pointer.removeprefix(base).strip('/')}: {words[: min(LONGEST, room)]}"
        cut = cut or len(words) > min(LONGEST, room)
        room = max(0, room - len(line))
        lines.append(line)
    unknown = [
        pointer for pointer, _, agreed in leaves if not agreed and key_of(pointer.rpartition("/")[2]) not in known
    ]
    notes = [defect("field_unknown", pointer) for pointer in unknown[:MOST_NOTED]]
    if cut:
        notes.append(defect("text_too_long", base or "/"))
    narrative = "\n\n".join(part for part in (draft.narrative, "\n".join((HEADING, *lines))) if part)
    return replace(draft, narrative=narrative, defects=(*draft.defects, *notes))


def _tells_where(pointer: str) -> bool:
    return not _WHERE.isdisjoint(key_of(part) for part in pointer.split("/"))


class _Sieve:
    """Decides which fields are shown."""

    __slots__ = ("fhir", "lists", "looked", "misread")

    def __init__(self, looked: Looked, defects: Iterable[Defect], fhir: bool) -> None:
        self.looked, self.fhir = looked, fhir
        self.misread = frozenset(key_of(found.pointer) for found in defects)
        self.lists = frozenset(key_of(found.pointer) for found in defects if found.code != "wrong_type")

    def is_set_aside(self, holder: dict[str, object], key: str, name: str) -> bool:
        """Whether a field says nothing about anybody."""
        if key == "data" and is_document(holder, name):
            return True
        return key in (_TECHNICAL if self.fhir else _ADMINISTRATIVE)

    def was_misread(self, pointer: str) -> bool:
        """Whether a defect says that this field, or the list it stands in, was not understood."""
        if not self.misread:
            return False
        folded = key_of(pointer)
        return folded in self.misread or folded.rpartition("/")[0] in self.lists


def _leaves(message: object, base: str, sieve: _Sieve) -> Iterator[Leaf]:
    """Every text, number and yes or no that is to be shown, depth first, without recursion."""
    stack: list[tuple[str, str, object, bool]] = [(base, "", message, True)]  # and whether the field was read
    while stack:
        pointer, name, value, read = stack.pop()
        if isinstance(value, dict):
            stack.extend(reversed(list(_fields(pointer, name, value, read, sieve))))
        elif isinstance(value, list):
            stack.extend((f"{pointer}/{n}", name, value[n], read) for n in reversed(range(len(value))))
        elif not read or sieve.was_misread(pointer):
            words = _words(value, sieve.fhir)
            if words:
                yield storable(pointer)[:LONGEST_POINTER], words, read


def _fields(
    pointer: str, name: str, holder: dict[str, object], read: bool, sieve: _Sieve
) -> Iterator[tuple[str, str, object, bool]]:
    seen: set[str] = set()
    for field, value in holder.items():
        key = key_of(str(field))
        if value is None or (sieve.is_set_aside(holder, key, name) and key not in seen):
            continue
        asked = key not in seen and sieve.looked.at(holder, key)
        seen.add(key)
        yield f"{pointer}/{field}", str(field), value, asked


def _words(value: object, fhir: bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = storable(str(value)).strip()
    if fhir:
        text = "" if _TECHNICAL_VALUE.fullmatch(text) else html.unescape(_TAG.sub(" ", text)).strip()
    return text
