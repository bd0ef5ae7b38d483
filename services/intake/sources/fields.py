"""Reads fields of JSON objects tolerantly: a wrong type is noted and read as well as it can be, never raised."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from services.intake.sources.dates import read_day, read_instant
from services.intake.sources.drafts import key_of
from services.intake.sources.notes import Notes

SHORT = 1_000  # characters of a name, a phone, a category
LONG = 4_194_304  # characters of a narrative: the body limit already bounds it
MOST_OF_LIST = 2_000  # people, places
MOST_WORDS = 500  # of a list of short texts

_YES = frozenset({"true", "yes", "y", "1", "ja", "given", "on"})
_NO = frozenset({"false", "no", "n", "0", "none", "not given", "off"})
_NOTHING_KNOWN = frozenset({"trace", "idea", "info", "information", "contact", "answer", "reply", "response", "sign"})


@lru_cache(maxsize=1_000)
def _wanted(name: str) -> str:
    """The same for the names our own code asks for, which are few; names in messages are not remembered."""
    return key_of(name)


class Fields:
    """One object of the message: its fields by name, its place, and where to note what is wrong."""

    __slots__ = ("_holder", "_values", "notes", "pointer")

    def __init__(self, value: object, pointer: str, notes: Notes) -> None:
        """value: anything; what is not an object has no fields, and that is noted where something was there."""
        self.pointer = pointer
        self.notes = notes
        self._holder = id(value)
        self._values: dict[str, Any] = {}
        if isinstance(value, dict):
            for name, content in value.items():
                if content is not None:
                    self._values.setdefault(key_of(str(name)), content)
        elif value is not None:
            self.note("wrong_type")

    def __bool__(self) -> bool:
        return bool(self._values)

    def take_whole(self, value: object) -> None:
        """Count every text in `value` as read; what is neither text nor in it stays unread."""
        stack = [value]
        while stack:
            top = stack.pop()
            inner = top.values() if isinstance(top, dict) else top if isinstance(top, list) else ()
            if isinstance(top, dict):
                for name, content in top.items():
                    if isinstance(content, str | dict | list):
                        self.notes.context.looked.note(id(top), key_of(str(name)))
            stack.extend(inner)

    def apart(self) -> "Fields":
        """The same object with defects of its own, for one child of several."""
        other = Fields(None, self.pointer, Notes(self.notes.context))
        other._values, other._holder = self._values, self._holder
        return other

    def note(self, code: str, name: str = "") -> None:
        """Note a defect of this object or of its field `name`."""
        self.notes.add(code, self.path(name))

    def path(self, name: str) -> str:
        """The pointer of a field of this object."""
        return f"{self.pointer}/{name}" if name else self.pointer or "/"

    def raw(self, *names: str) -> Any:
        """The first of the fields that is there, as it came; None where none is."""
        for name in names:
            value = self._values.get(_wanted(name))
            if value is not None:
                self.notes.context.looked.note(self._holder, _wanted(name))
                return value
        return None

    def text(self, *names: str, limit: int = SHORT) -> str | None:
        """The field as text without blanks around it; None where absent or empty."""
        value = self.raw(*names)
        if isinstance(value, bool) or (value is not None and not isinstance(value, str | int | float)):
            self._not_taken(*names)
            value = None if not isinstance(value, bool) else str(value).lower()
        return (
            self._clean(value if isinstance(value, str) else str(value), names[0], limit) if value is not None else None
        )

    def _clean(self, value: str, name: str, limit: int) -> str | None:
        cleaned = storable(value)
        if cleaned != value:
            self.note("bad_character", name)
        if len(cleaned) > limit:
            self.note("text_too_long", name)
            cleaned = cleaned[:limit]
        return cleaned.strip() or None

    def prose(self, *names: str) -> str | None:
        """A long text; a list or object in its place is kept readable as lines."""
        value = self.raw(*names)
        if isinstance(value, list | dict):
            self.note("wrong_type", names[0])
            self.take_whole(value)
            lines = "\n".join(strings_in(value))
            return self._clean(lines, names[0], LONG)
        return self.text(*names, limit=LONG)

    def texts(self, *names: str, separators: str = ";|") -> tuple[str, ...]:
        """A list of short texts; one text with separators is read as a list."""
        value = self.raw(*names)
        if value is None:
            return ()
        if isinstance(value, str):
            for separator in separators[1:]:
                value = value.replace(separator, separators[0])
            value = value.split(separators[0])
        if not isinstance(value, list):
            value = [value]
        if len(value) > MOST_WORDS:
            self.note("text_too_long", names[0])
        found = (self._word(item, names[0]) for item in value[:MOST_WORDS])
        return tuple(word for word in found if word)

    def _word(self, item: object, name: str) -> str | None:
        if isinstance(item, dict):
            named = next((k for k in ("code", "text", "name", "value", "type") if isinstance(item.get(k), str)), None)
            if named is not None:
                self.notes.context.looked.note(id(item), named)
            item = item[named] if named is not None else None
        if isinstance(item, str | int | float) and not isinstance(item, bool):
            return self._clean(str(item), name, SHORT)
        self.note("wrong_type", name)
        return None

    def flag(self, *names: str) -> bool | None:
        """Yes or no in its usual spellings; a sentence that begins with yes or no counts; None where absent.

        `No trace`, `no idea` and their like are no answer.
        """
        value = self.raw(*names)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str | int):
            words = str(value).strip().lower()
            first, *others = words.replace(",", " ").replace(".", " ").split() or [""]
            if others[:1] and others[0] in _NOTHING_KNOWN:
                first = ""
            for known, answer in ((_YES, True), (_NO, False)):
                if words in known or first in known:
                    return answer
            if not words:
                return None
        self._not_taken(*names, code="unknown_value" if isinstance(value, str) else "wrong_type")
        return None

    def unless_no(self, *names: str) -> bool:
        """For what protects a child: yes unless the field is absent or says no. Words that cannot be read are a yes."""
        answer = self.flag(*names)
        return answer if answer is not None else self.given(*names)

    def given(self, *names: str) -> bool:
        """Whether the field says anything at all."""
        value = self.raw(*names)
        return value is not None and value not in ([], {}) and not (isinstance(value, str) and not value.strip())

    def plainly(self, *names: str) -> bool | None:
        """For what must not be read into a sentence: yes or no and not a word more, else None."""
        value = self.raw(*names)
        if isinstance(value, str) and value.strip().lower().rstrip(".") not in _YES | _NO | {""}:
            self._not_taken(*names, code="unknown_value")
            return None
        return self.flag(*names)

    def number(self, *names: str) -> int | None:
        """A whole number, also where it came as text."""
        value = self.raw(*names)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**31:
            return value
        if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value.strip()) < 10:
            return int(value)
        if value is not None and value != "":
            self._not_taken(*names)
        return None

    def _not_taken(self, *names: str, code: str = "wrong_type") -> None:
        """Note that a field could not be read; then it is shown as it was written."""
        self.note(code, names[0])
        self.notes.context.looked.forget(self._holder, *map(_wanted, names))

    def day(self, *names: str, future: bool = False) -> date | None:
        """A date; unreadable ones and inferred centuries are noted."""
        text = self.text(*names)
        if text is None:
            return None
        day = read_day(text, self.notes.context.today, future=future)
        if day is None:
            self.note("bad_date", names[0])
            return None
        if day.two_digit_year:
            self.note("two_digit_year", names[0])
        return day.value

    def instant(self, *names: str) -> datetime | None:
        """A point in time in UTC; unreadable ones are noted."""
        text = self.text(*names)
        found = read_instant(text, self.notes.context.today) if text else None
        if text and found is None:
            self.note("bad_date", names[0])
        return found

    def inside(self, *names: str) -> "Fields":
        """The object in a field; empty where absent."""
        return Fields(self.raw(*names), f"{self.pointer}/{names[0]}", self.notes)

    def each(self, *names: str) -> "list[Fields]":
        """The objects of a list; a single object counts as a list of one."""
        value = self.raw(*names)
        if value is None:
            return []
        if not isinstance(value, list):
            return [Fields(value, f"{self.pointer}/{names[0]}", self.notes)]
        if len(value) > MOST_OF_LIST:
            self.note("text_too_long", names[0])
        return [
            Fields(item, f"{self.pointer}/{names[0]}/{n}", self.notes) for n, item in enumerate(value[:MOST_OF_LIST])
        ]


def storable(text: str) -> str:
    """`text` without what cannot be stored or sent: NUL and half surrogates."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def strings_in(value: object) -> Iterator[str]:
    """Every string in a JSON value, depth first, without recursion; names of fields are not among them."""
    stack = [value]
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            yield top
        elif isinstance(top, dict):
            stack.extend(reversed(top.values()))
        elif isinstance(top, list):
            stack.extend(reversed(top))
