"""What a connector hands over: items as the sender sent them, each with one draft per child or place."""

import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from shared.messages.contact import (
    Adult,
    Child,
    Concern,
    Consent,
    Defect,
    Place,
    Referrer,
    SenderRef,
)


def key_of(name: str) -> str:
    """The form in which field names are compared: case, accents, blanks, hyphens and underscores do not count."""
    if not name.isascii():
        name = _without_marks(name)
    return name.replace("_", "").replace("-", "").replace(" ", "").lower()


@lru_cache(maxsize=1_000)
def _without_marks(name: str) -> str:
    """The name without accents and without characters that nobody sees, such as a byte order mark."""
    return "".join(c for c in unicodedata.normalize("NFKD", name) if unicodedata.category(c) not in ("Mn", "Cf"))


class Looked:
    """Which fields of a message a connector has asked for. It holds only as long as the message lives."""

    __slots__ = ("_fields",)

    def __init__(self) -> None:
        self._fields: set[tuple[int, str]] = set()

    def note(self, holder: int, key: str) -> None:
        """The field `key` of the object with the id `holder` was asked for."""
        self._fields.add((holder, key))

    def forget(self, holder: int, *keys: str) -> None:
        """Fields were asked for, but what they hold could not be taken."""
        self._fields.difference_update((holder, key) for key in keys)

    def clear(self) -> None:
        """Forget everything: the objects it was about are gone."""
        self._fields.clear()

    def at(self, holder: object, key: str) -> bool:
        """Whether a field was asked for."""
        return (id(holder), key) in self._fields


@dataclass(frozen=True, slots=True)
class Context:
    """What a connector knows beside the bytes. today: the London date of receipt; charset: as declared, if it was.

    looked: what the connector has asked for.
    """

    agency_kind: str
    received_at: datetime
    today: date
    charset: str | None = None
    looked: Looked = field(default_factory=Looked, compare=False, repr=False)


@dataclass(slots=True, repr=False)
class Draft:
    """A canonical contact without what only the receipt knows. Field names are those of CanonicalContact.

    age_months: the lowest possible age, known for a child with a date of birth or an age.
    """

    subject: Child | Place
    age_months: int | None = None
    source_code: str = "10"
    incident_at: datetime | None = None
    incident_ref: str | None = None
    sender_refs: tuple[SenderRef, ...] = ()
    adults: tuple[Adult, ...] = ()
    household: tuple[str, ...] = ()
    concerns: tuple[Concern, ...] = ()
    markers: frozenset[str] = frozenset()
    protective: frozenset[str] = frozenset()
    dash_ticks: int | None = None
    narrative: str | None = None
    voice_of_child: str | None = None
    consent: Consent = field(default_factory=Consent)
    parents_informed: bool | None = None
    parents_informed_reason: str | None = None
    requested_service: str | None = None
    level_thought: int | None = None
    known_agencies: tuple[str, ...] = ()
    referrer: Referrer = field(default_factory=Referrer)
    protected_address: bool = False
    information_handling: str | None = None
    attachments: tuple[str, ...] = ()
    defects: tuple[Defect, ...] = ()


@dataclass(slots=True, repr=False)
class Item:
    """One message of the sender: a notice, a row, a bundle, a form. pointer: where it stands in the body.

    identity: the sender's own reference with its version; the same one is the same item. None: only its content tells.
    thread: a newer item of the same thread replaces the older; replaces: a further thread that this one continues.
    version None: newer than what is known. group: items of one group belong together (rows of one incident).
    content: the item in one fixed form, for its digest. text: every string in it, for the danger check.
    held: why it cannot be worked; then it has no drafts and is quarantined.
    essence: the same without the sender's own reference, by which a resend without one is recognised.
    unread: where it carries documents that could not be looked through.
    recorded_at: when the sender says it was written: what tells the newer of two without a version.
    """

    pointer: str
    sender_org: str
    content: bytes
    drafts: tuple[Draft, ...] = ()
    message_id: str | None = None
    identity: str | None = None
    version: int | None = 1
    thread: str | None = None
    replaces: str | None = None
    group: str | None = None
    held: tuple[Defect, ...] = ()
    text: str = ""
    essence: bytes = b""
    unread: tuple[str, ...] = ()
    recorded_at: datetime | None = None


@dataclass(slots=True)
class Reading:
    """A whole body read: at least one item. around: what stood beside the list of items, in one fixed form."""

    items: tuple[Item, ...]
    around: bytes = b""
