"""What the JSON connectors share: the list of messages in a body, and the fixed form of one message."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.intake.domain.plain_text import BREAK
from services.intake.domain.refusals import Refusal, Refused
from services.intake.sources.documents import with_documents
from services.intake.sources.drafts import Draft, Item, Looked, Reading, key_of
from services.intake.sources.fields import Fields, strings_in
from services.intake.sources.notes import Notes, defect
from services.intake.sources.unread import with_unread
from services.intake.sources.words import value
from shared.messages.contact import Child, Consent, Place

MOST_ITEMS = 2_000

ReadOne = Callable[[object, str], Item | None]


def fixed_form(message: object) -> bytes:
    """The message in one form, whatever the order of its fields and its spacing were."""
    return json.dumps(message, sort_keys=True, separators=(",", ":")).encode()


def essence(message: object, references: frozenset[str]) -> bytes:
    """The fixed form of a message without its fields `references`, given in the form of `key_of`."""
    if not isinstance(message, dict):
        return b""
    return fixed_form({name: value for name, value in message.items() if key_of(name) not in references})


def all_text(message: object) -> str:
    """Every string of the message, with breaks between them."""
    return BREAK.join(strings_in(message))


@dataclass(frozen=True, slots=True)
class Layout:
    """One format of JSON. name: the field that may hold a list of messages.

    references: the fields that only say which message it is; shown: fields that are agreed and have no place of their
    own; both in the form of `key_of`.
    """

    name: str
    references: frozenset[str]
    shown: frozenset[str]


def read_items(body: object, layout: Layout, looked: Looked, read: ReadOne) -> Reading:
    """The messages of a body: one, a list, or an object with a list in its field `name`.

    looked: what `read` asks for.
    What cannot be worked is held, and only where all are is the body refused.
    """
    messages, around = body if isinstance(body, list) else [body], b""
    if isinstance(body, dict) and isinstance(body.get(layout.name), list):
        messages = body[layout.name]
        beside = {key: value for key, value in body.items() if key != layout.name}
        around = fixed_form(beside) if beside else b""
    if len(messages) > MOST_ITEMS:
        raise Refused(Refusal.TOO_MANY_ITEMS)
    single = len(messages) == 1
    items = [_item(message, "" if single else f"/{n}", layout, looked, read) for n, message in enumerate(messages)]
    if not any(item.drafts for item in items):
        raise Refused(Refusal.NOTHING_READABLE, tuple(d for item in items for d in item.held)[:20])
    return Reading(tuple(items), around)


def _item(message: object, pointer: str, layout: Layout, looked: Looked, read: ReadOne) -> Item:
    content, text = fixed_form(message), all_text(message)
    item = read(message, pointer) if isinstance(message, dict) else None
    if item is None:
        held = (defect("layout_not_understood", pointer or "/"),)
        return with_documents(Item(pointer, "", content, held=held, text=text), message)
    whole = replace(item, content=content, text=text, essence=essence(message, layout.references))
    return with_documents(with_unread(whole, message, looked, known=layout.shown), message)


def says_nothing(drafts: Iterable[Draft]) -> bool:
    """Whether nobody could do anything with these: no story, no concern, and no child or place that could be found."""
    return not any(draft.narrative or draft.concerns or _is_somebody(draft.subject) for draft in drafts)


def _is_somebody(subject: Child | Place) -> bool:
    if isinstance(subject, Place):
        return bool(subject.name)
    known = (subject.names, subject.identifiers, subject.addresses, subject.born_on, subject.unborn, subject.age_years)
    return any(known)


def note_clock(sent_at: datetime | None, notes: Notes, pointer: str) -> None:
    """Note a sender's clock that is a day or more off; the time of receipt counts in any case."""
    if sent_at is not None and abs(sent_at - notes.context.received_at) > timedelta(days=1):
        notes.add("clock_skew", pointer)


def read_consent(fields: Fields) -> Consent:
    """Consent from `consent`: an object with given, by and reason, or one word."""
    raw = fields.raw("consent")
    if raw is None:
        return Consent()
    if isinstance(raw, bool):
        return Consent(status="given" if raw else "refused")
    if isinstance(raw, str):
        word = fields.text("consent") or ""
        return Consent(status=_status(word, fields))
    inner = fields.inside("consent")
    given = inner.plainly("given", "obtained")
    reason = inner.text("reasonIfNot", "reason")
    stated = inner.text("status")
    if stated:
        return Consent(status=_status(stated, inner), by=inner.text("by", "byWhom"), reason=reason)
    if given is True:
        return Consent(status="given", by=inner.text("by", "byWhom"), reason=reason)
    if given is None:
        return Consent(status="unknown", by=inner.text("by", "byWhom"), reason=reason)
    status = value("consent", reason) if reason else None
    if status in (None, "given", "unknown"):
        inner.note("consent_unclear", "reasonIfNot")
        status = "unknown"
    return Consent(status=status, by=inner.text("by", "byWhom"), reason=reason)


def _status(word: str, fields: Fields) -> str:
    status = value("consent", word)
    if status is None:
        fields.note("consent_unclear", "consent")
    return status or "unknown"


def read_services(fields: Fields, *names: str) -> str | None:
    """The first service asked for, as a queue id where its name is known, else in the sender's words."""
    asked = fields.texts(*names, separators=";|")
    known = (value("service", word) for word in asked)
    return next((queue for queue in known if queue), asked[0] if asked else None)


def adult_on(born: date | None, today: date) -> bool:
    """Whether a person of that date of birth is eighteen or older."""
    return born is not None and (today.year - born.year - ((today.month, today.day) < (born.month, born.day))) >= 18
