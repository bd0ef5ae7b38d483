"""From bytes to contacts that only need to be sealed and written. Costs processor time, touches nothing outside.

Every readable item becomes a contact for each child; danger is judged on codes and on words, per item.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from services.intake.domain.danger import Facts, Prompt, criteria_met, criterion_codes, prompts_in
from services.intake.domain.refusals import Refusal, Refused
from services.intake.policy import DangerPolicy
from services.intake.raw_check import raw_hint
from services.intake.sources.drafts import Context, Draft, Item, Reading
from services.intake.sources.notes import defect
from services.intake.sources.registry import CONNECTORS
from services.intake.submission import Agency, Hint, PreparedContact, PreparedItem
from shared.clock import london_date
from shared.ids import new_id
from shared.messages.contact import CanonicalContact, Child, Concern
from shared.sealing import keyed_hash

CHANNEL = "http"
MOST_CONTACTS = 2_000  # of one body
LARGEST_TEXT = 5 * 1024 * 1024  # bytes of one contact: sealed and in base64 it still fits into one message
LARGEST_BODY_OF_TEXTS = 32 * 1024 * 1024  # bytes of all contacts of one body
_ROUGHLY = 16_384
TEXT_PROMPT_SOURCE = "text_prompt"
UNREAD = Prompt("document_unread", "a document that could not be looked through")


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """A body with what is needed to read it. secret: for keyed hashes; explicit_key: the sender gave a key."""

    agency: Agency
    receipt_id: UUID
    received_at: datetime
    body: bytes
    charset: str | None
    explicit_key: bool
    secret: bytes


def prepare(letter: Letter, hint: Hint, policy: DangerPolicy) -> tuple[PreparedItem, ...]:
    """The items of a body. Raises Refused where nothing in it can be read."""
    context = Context(letter.agency.kind, letter.received_at, london_date(letter.received_at), letter.charset)
    reading = _read(letter, context)
    _fit(reading)
    prompts = _prompts(reading, hint, policy)
    groups: dict[str, list[UUID]] = defaultdict(list)
    numbered = [(item, tuple(new_id() for _ in item.drafts)) for item in reading.items]
    for item, ids in numbered:
        if item.group is not None:
            groups[item.group] += ids
    return tuple(
        _prepared(letter, item, ids, groups.get(item.group or "", ids), found, policy)
        for (item, ids), found in zip(numbered, prompts, strict=True)
    )


def _fit(reading: Reading) -> None:
    """Shorten texts that would not fit into messages, and note it; the raw message keeps them whole.

    One narrative stands in the contact of each child of its message, so many children multiply it.
    Raises Refused where a body holds more contacts than one answer can list.
    """
    drafts = [draft for item in reading.items for draft in item.drafts]
    if len(drafts) > MOST_CONTACTS:
        raise Refused(Refusal.TOO_MANY_ITEMS)
    sizes: dict[int, int] = {}  # By identity: the children of one message share its narrative.
    whole = sum(_text_bytes(draft, sizes) for draft in drafts)
    room = LARGEST_TEXT if whole <= LARGEST_BODY_OF_TEXTS else LARGEST_BODY_OF_TEXTS // len(drafts)
    for item in reading.items:
        for draft in item.drafts:
            if _text_bytes(draft, sizes) > room:
                _shorten(draft, room, item.pointer)


def _text_bytes(draft: Draft, sizes: dict[int, int]) -> int:
    """How large the long texts are in JSON at most; the usual short ones are only counted roughly."""
    texts = (draft.narrative, draft.voice_of_child, *(concern.text for concern in draft.concerns))
    return sum(_size(text, sizes) for text in texts if text)


def _size(text: str, sizes: dict[int, int]) -> int:
    if len(text) < _ROUGHLY:
        return len(text)
    if id(text) not in sizes:
        sizes[id(text)] = len(orjson.dumps(text))
    return sizes[id(text)]


def _shorten(draft: Draft, room: int, pointer: str) -> None:
    """Cut every long text to its share; a character takes at most six bytes in JSON."""
    share = max(1, room // (6 * (2 + len(draft.concerns))))
    draft.narrative = draft.narrative and draft.narrative[: room // 12]
    draft.voice_of_child = draft.voice_of_child and draft.voice_of_child[:share]
    draft.concerns = tuple(
        concern.model_copy(update={"text": concern.text[:share]}) if concern.text else concern
        for concern in draft.concerns
    )
    draft.defects += (defect("text_too_long", pointer or "/"),)


def _read(letter: Letter, context: Context) -> Reading:
    """What the connector reads; where the connector itself fails, the text goes to a person as it came."""
    try:
        return CONNECTORS[letter.agency.kind].read(letter.body, context)
    except Refused:
        raise
    except Exception:  # noqa: BLE001 - a fault of ours must not cost a contact; the text is kept for a person
        text = letter.body.decode("utf-8", "replace").replace("\x00", "")
        draft = Draft(Child(), narrative=text, defects=(defect("layout_not_understood", "/"),))
        return Reading((Item("", "", letter.body, drafts=(draft,), text=text),))


def _prompts(reading: Reading, hint: Hint, policy: DangerPolicy) -> list[tuple[Prompt, ...]]:
    """What prompts a person, for each item; what no item shows by itself and the raw look saw holds for all of them."""
    around = _from_hint(raw_hint(reading.around, policy)) if reading.around else ()
    found = [_item_prompts(item, hint, policy) or around for item in reading.items]
    structured = any(_structured(draft, policy) for item in reading.items for draft in item.drafts)
    if hint and not structured and not any(found):
        return [_from_hint(hint)] * len(reading.items)
    return found


def _item_prompts(item: Item, hint: Hint, policy: DangerPolicy) -> tuple[Prompt, ...]:
    """Not only where the raw look hinted: a format may escape words so that the raw bytes hide them."""
    prompts = prompts_in(item.text, policy.rules)
    if hint and not prompts and item.content[:1] == b"{" and not any(_structured(d, policy) for d in item.drafts):
        prompts = _from_hint(raw_hint(item.content, policy))
    return (*prompts, UNREAD) if item.unread else prompts


def _from_hint(hint: Hint) -> tuple[Prompt, ...]:
    words = (*hint.words, *("flagged by the sender",) * (len(hint.criteria) - len(hint.words)))
    return tuple(Prompt(criterion, word) for criterion, word in zip(hint.criteria, words, strict=True))


def _structured(draft: Draft, policy: DangerPolicy) -> tuple[str, ...]:
    themes = frozenset(concern.theme for concern in draft.concerns if concern.theme)
    return criteria_met(Facts(themes, draft.markers, draft.age_months), policy.rules)


def _prepared(
    letter: Letter,
    item: Item,
    ids: tuple[UUID, ...],
    together: Iterable[UUID],
    prompts: tuple[Prompt, ...],
    policy: DangerPolicy,
) -> PreparedItem:
    thread = item.thread or item.message_id
    digest = hashlib.sha256(item.content).digest()
    passing = item.identity is None and not (letter.explicit_key and item.pointer == "")
    identity = item.identity or (f"content|{digest.hex()}" if passing else None)
    contacts = tuple(
        _contact(
            letter, item, draft, contact_id, tuple(other for other in together if other != contact_id), prompts, policy
        )
        for draft, contact_id in zip(item.drafts, ids, strict=True)
    )
    return PreparedItem(
        pointer=item.pointer,
        identity=_hashed(letter, item, "identity", identity),
        thread=_hashed(letter, item, "thread", thread or identity),
        replaces=_hashed(letter, item, "thread", item.replaces),
        version=item.version,
        digest=digest,
        passing=passing,
        contacts=contacts,
        held=item.held,
        content=item.content if item.held or item.pointer else b"",
        danger=criterion_codes((), prompts) if item.held else (),
    )


def _hashed(letter: Letter, item: Item, kind: str, value: str | None) -> str | None:
    return keyed_hash(letter.secret, kind, letter.agency.agency_id, item.sender_org, value) if value else None


def _contact(
    letter: Letter,
    item: Item,
    draft: Draft,
    contact_id: UUID,
    siblings: tuple[UUID, ...],
    prompts: tuple[Prompt, ...],
    policy: DangerPolicy,
) -> PreparedContact:
    danger = criterion_codes(_structured(draft, policy), prompts)
    seen = tuple(_as_concern(prompt) for prompt in prompts)
    canonical = CanonicalContact(
        contact_id=contact_id,
        receipt_id=letter.receipt_id,
        agency_id=letter.agency.agency_id,
        agency_kind=letter.agency.kind,
        sender_org=item.sender_org or letter.agency.agency_id,
        message_id=item.message_id,
        message_version=item.version or 1,
        channel=CHANNEL,
        source_code=draft.source_code,
        received_at=letter.received_at,
        incident_at=draft.incident_at,
        incident_ref=draft.incident_ref,
        sender_refs=draft.sender_refs,
        subject=draft.subject,
        siblings=siblings,
        adults=draft.adults,
        household=draft.household,
        concerns=draft.concerns + seen,
        markers=tuple(sorted(draft.markers)),
        protective=tuple(sorted(draft.protective)),
        dash_ticks=draft.dash_ticks,
        narrative=draft.narrative,
        voice_of_child=draft.voice_of_child,
        consent=draft.consent,
        parents_informed=draft.parents_informed,
        parents_informed_reason=draft.parents_informed_reason,
        immediate_danger=bool(danger),
        danger_criteria=danger,
        requested_service=draft.requested_service,
        level_thought=draft.level_thought,
        known_agencies=draft.known_agencies,
        referrer=draft.referrer,
        protected_address=draft.protected_address,
        information_handling=draft.information_handling,
        attachments=draft.attachments,
        defects=draft.defects,
    )
    local = draft.subject.local_ref if isinstance(draft.subject, Child) else None
    child_key = keyed_hash(letter.secret, "child", letter.agency.agency_id, local or _described(draft))
    return PreparedContact(
        contact_id=contact_id,
        child_key=child_key,
        subject=keyed_hash(letter.secret, "subject", letter.agency.agency_id, local) if local else str(contact_id),
        subject_kind=draft.subject.kind,
        danger=danger,
        defects=draft.defects,
        body=canonical.model_dump_json().encode(),
    )


def _as_concern(prompt: Prompt) -> Concern:
    """The words of the pack that were seen, for the person who is prompted; it carries no indicator."""
    return Concern(text=prompt.phrase, source=f"{TEXT_PROMPT_SOURCE}/{prompt.criterion}")


def _described(draft: Draft) -> str:
    """What tells the children of one message apart where the sender gave them no reference."""
    subject = draft.subject
    if not isinstance(subject, Child):
        return f"place|{subject.name}|{subject.postcode or ''}"
    name = subject.names[0] if subject.names else None
    parts = ((name.forename or "", name.surname or "") if name else ("", ""), subject.born_on, subject.expected_on)
    return repr(parts)
