"""Keeps what is made of one body within bounds: a contact fits a message, all of them together keep nobody waiting.

One story, household or list of adults stands in the contact of each child of its message, so a small body can grow a
thousandfold. What does not fit is cut in the same way for every child, with a defect; the raw message keeps it whole.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel

from services.intake.domain.refusals import Refusal, Refused
from services.intake.sources.drafts import Draft, Reading
from services.intake.sources.notes import defect
from shared.messages.contact import CanonicalContact, Concern

MOST_CONTACTS = 2_000  # of one body
MOST_SIBLINGS = 50  # listed in one contact; more are noted, the receipt lists all
LARGEST_CONTACT = 5 * 1024 * 1024  # bytes of JSON that a draft is cut to
LARGEST_ON_WIRE = LARGEST_CONTACT * 11 // 10  # bytes of JSON; sealed and in base64 they fit a message of 8 MiB
LARGEST_TOGETHER = 16 * 1024 * 1024  # bytes of JSON of all contacts of one body
_EACH = 1_500  # bytes of a contact beside what is counted
_DEFECT = 200
_SHARES = 8  # of what is not the story: each list may take one
_FIRST = 20  # of each list, where nothing else helps
_CODES = frozenset({"markers", "protective", "danger_criteria", "siblings", "roles", "defects"})

T = TypeVar("T")


class Sizes:
    """How many bytes pieces take in JSON; what several children share is counted once and cut once."""

    def __init__(self) -> None:
        self._sizes: dict[int, int] = {}
        self._cut: dict[tuple[int, int], Any] = {}
        self._alive: list[object] = []  # An id stands for its piece only as long as the piece lives.

    def of(self, piece: object) -> int:
        """The bytes of a text, a model, or a sequence of them."""
        if not piece:
            return 0
        if isinstance(piece, str) and len(piece) < 64:
            return 6 * len(piece)
        if id(piece) not in self._sizes:
            self._sizes[id(piece)] = self._count(piece)
            self._alive.append(piece)
        return self._sizes[id(piece)]

    def _count(self, piece: object) -> int:
        if isinstance(piece, str):
            return len(orjson.dumps(piece))
        if isinstance(piece, BaseModel):
            return len(piece.model_dump_json())
        return sum(self.of(part) + 2 for part in piece) if isinstance(piece, Sequence) else 0

    def text(self, text: str, room: int) -> str:
        """As much of the beginning as fits into `room` bytes."""
        if self.of(text) <= room:
            return text
        return self.once(text, room, lambda: _beginning(text, room))

    def first(self, pieces: tuple[T, ...], room: int) -> tuple[T, ...]:
        """As many of the first pieces as fit into `room` bytes."""
        if self.of(pieces) <= room:
            return pieces
        return self.once(pieces, room, lambda: tuple(self._while_they_fit(pieces, room)))

    def once(self, piece: T, room: int, cut: Callable[[], T]) -> T:
        """What `cut` makes of `piece` in this room, worked out once for all children that share it."""
        key = (id(piece), room)
        if key not in self._cut:
            self._cut[key] = cut()
            self._alive.append(piece)
        done: T = self._cut[key]
        return done

    def _while_they_fit(self, pieces: Iterable[T], room: int) -> Iterable[T]:
        for piece in pieces:
            room -= self.of(piece) + 2
            if room < 0:
                return
            yield piece


def _beginning(text: str, room: int) -> str:
    """A character takes one to six bytes; near enough is cut by proportion, which never gives more than fits."""
    while (size := len(orjson.dumps(text))) > room:
        text = text[: min(len(text) - 1, len(text) * room // size)] if room > 2 else ""
    return text


def fit(reading: Reading) -> int:
    """Cut drafts that are too large; returns the bytes that each contact may take.

    Raises Refused where a body holds more contacts than one answer can list.
    """
    drafts = [draft for item in reading.items for draft in item.drafts]
    if len(drafts) > MOST_CONTACTS:
        raise Refused(Refusal.TOO_MANY_ITEMS)
    sizes = Sizes()
    whole = sum(_size(draft, sizes) for draft in drafts)
    room = LARGEST_CONTACT
    if whole > LARGEST_TOGETHER:
        room = min(room, LARGEST_TOGETHER // len(drafts))
    for item in reading.items:
        for draft in item.drafts:
            if _size(draft, sizes) > room:
                _shorten(draft, room, item.pointer, sizes)
    return room


def _size(draft: Draft, sizes: Sizes) -> int:
    pieces = (
        *(draft.narrative, draft.voice_of_child, draft.information_handling, draft.subject),
        *(draft.adults, draft.household, draft.concerns, draft.known_agencies, draft.sender_refs, draft.attachments),
    )
    return _EACH + sum(map(sizes.of, pieces)) + _DEFECT * len(draft.defects)


def _shorten(draft: Draft, room: int, pointer: str, sizes: Sizes) -> None:
    """Everything but the story gets at most three quarters of the room, the story what is left."""
    if _size(draft, sizes) - sizes.of(draft.narrative) > room * 3 // 4:
        _shorten_lists(draft, room // _SHARES * 3 // 4, sizes)
    draft.defects = (*draft.defects[: max(_FIRST, room // 16 // _DEFECT)], defect("text_too_long", pointer or "/"))
    left = room - (_size(draft, sizes) - sizes.of(draft.narrative))
    draft.narrative = draft.narrative and sizes.text(draft.narrative, max(left, room // 8))


def _shorten_lists(draft: Draft, share: int, sizes: Sizes) -> None:
    draft.voice_of_child = draft.voice_of_child and sizes.text(draft.voice_of_child, share)
    draft.information_handling = draft.information_handling and sizes.text(draft.information_handling, share)
    draft.adults = sizes.first(draft.adults, share)
    draft.household = sizes.first(draft.household, share)
    draft.known_agencies = sizes.first(draft.known_agencies, share)
    draft.sender_refs = sizes.first(draft.sender_refs, share)
    draft.attachments = sizes.first(draft.attachments, share)
    short = sizes.once(draft.concerns, share, lambda: _short_concerns(draft.concerns, share // 8, sizes))
    draft.concerns = sizes.first(short, share)


def _short_concerns(concerns: tuple[Concern, ...], room: int, sizes: Sizes) -> tuple[Concern, ...]:
    """The first of each theme before the others, as many as a person would read, with the beginning of their words."""
    first_of_theme = {concern.theme: concern for concern in reversed(concerns) if concern.theme}
    leading = list(first_of_theme.values())[::-1]
    ordered = leading + [concern for concern in concerns if first_of_theme.get(concern.theme or "") is not concern]
    return tuple(_short_concern(concern, room, sizes) for concern in ordered[: 10 * _FIRST])


def _short_concern(concern: Concern, room: int, sizes: Sizes) -> Concern:
    if sizes.of(concern) <= room:
        return concern
    text = concern.text and sizes.text(concern.text, room // 2)
    category = concern.category and sizes.text(concern.category, room // 4)
    return concern.model_copy(update={"text": text, "category": category})


def contact_json(canonical: CanonicalContact, room: int) -> bytes:
    """The contact in JSON, with what is still far too large after the cut of its draft reduced to its beginnings."""
    body = canonical.model_dump_json().encode()
    if len(body) <= min(LARGEST_ON_WIRE, max(2 * room, 8 * _EACH)):
        return body
    noted = (*canonical.defects[:_FIRST], defect("text_too_long", "/"))
    reduced: dict[str, Any] = _reduced(canonical.model_dump(mode="json"), min(1_000, max(40, room // 200)))
    reduced["defects"] = [entry.model_dump() for entry in noted]
    if canonical.narrative:
        reduced["narrative"] = _beginning(canonical.narrative, room // 4)
    return orjson.dumps(reduced)


def _reduced(value: Any, longest: int) -> Any:
    """The value with every list and text cut to its beginning; lists of codes and links stay whole."""
    if isinstance(value, str):
        return value[:longest]
    if isinstance(value, list):
        return [_reduced(part, longest) for part in value[:_FIRST]]
    if isinstance(value, dict):
        return {key: part if key in _CODES else _reduced(part, longest) for key, part in value.items()}
    return value
