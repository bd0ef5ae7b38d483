"""From bytes to contacts that only need to be sealed and written. Costs processor time, touches nothing outside.

Every readable item becomes a contact for each child; danger is judged on codes and on words, per item.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from services.intake.domain.danger import Facts, Prompt, criteria_met, criterion_codes, prompts_in
from services.intake.domain.refusals import Refused
from services.intake.fit import MOST_SIBLINGS, contact_json, fit
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
TEXT_PROMPT_SOURCE = "text_prompt"
_RESTRICTED = "restricted"
AGE_UNKNOWN = "the age is not known"
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
    look = _Look(reading, hint, policy)  # Before anything is cut.
    room = fit(reading)
    groups: dict[str, list[UUID]] = defaultdict(list)
    numbered = [(item, tuple(new_id() for _ in item.drafts)) for item in reading.items]
    for item, ids in numbered:
        if item.group is not None:
            groups[item.group] += ids
    return tuple(
        _prepared(letter, item, ids, groups.get(item.group or "", ids), found, room)
        for (item, ids), found in zip(numbered, look.found, strict=True)
    )


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


@dataclass(slots=True, repr=False)
class Danger:
    """What one item shows: prompts from its words, and for each draft the criteria that its codes meet."""

    prompts: tuple[Prompt, ...]
    met: tuple[tuple[str, ...], ...]


class _Look:
    """The look for danger through everything that was read."""

    def __init__(self, reading: Reading, hint: Hint, policy: DangerPolicy) -> None:
        self._policy = policy
        around = _from_hint(raw_hint(reading.around, policy)) if reading.around else ()
        self.found = [self._item(item, hint) for item in reading.items]
        for found in self.found:
            found.prompts = found.prompts or around
        if hint and not any(found.prompts or any(found.met) for found in self.found):
            for found in self.found:  # No item shows by itself what the raw look saw: it holds for all of them.
                found.prompts = _from_hint(hint)

    def _item(self, item: Item, hint: Hint) -> Danger:
        """Not only where the raw look hinted: a format may escape words so that the raw bytes hide them."""
        met = tuple(_structured(draft, self._policy) for draft in item.drafts)
        prompts = prompts_in(item.text, self._policy.rules)
        prompts += tuple(prompt for draft in item.drafts for prompt in _if_very_young(draft, self._policy))
        if hint and not prompts and not any(met) and item.content[:1] == b"{":
            prompts = _from_hint(raw_hint(item.content, self._policy))
        return Danger((*prompts, UNREAD) if item.unread else prompts, met)


def _from_hint(hint: Hint) -> tuple[Prompt, ...]:
    words = (*hint.words, *("flagged by the sender",) * (len(hint.criteria) - len(hint.words)))
    return tuple(Prompt(criterion, word) for criterion, word in zip(hint.criteria, words, strict=True))


def _structured(draft: Draft, policy: DangerPolicy) -> tuple[str, ...]:
    return criteria_met(_facts(draft, draft.age_months), policy.rules)


def _facts(draft: Draft, age_months: int | None) -> Facts:
    themes = frozenset(concern.theme for concern in draft.concerns if concern.theme)
    return Facts(themes, draft.markers, age_months)


def _if_very_young(draft: Draft, policy: DangerPolicy) -> tuple[Prompt, ...]:
    """What would be danger if a child whose age nobody gave, or nobody can read, were as young as can be."""
    subject = draft.subject
    misdated = any(defect.code == "future_date" for defect in draft.defects)
    if draft.age_months is not None or not isinstance(subject, Child) or (subject.unborn and not misdated):
        return ()
    return tuple(Prompt(code, AGE_UNKNOWN) for code in criteria_met(_facts(draft, 0), policy.rules))


def _prepared(
    letter: Letter,
    item: Item,
    ids: tuple[UUID, ...],
    together: Sequence[UUID],
    danger: Danger,
    room: int,
) -> PreparedItem:
    thread = item.thread or item.message_id
    digest = hashlib.sha256(item.content).digest()
    passing = item.identity is None and not (letter.explicit_key and item.pointer == "")
    identity = item.identity or (f"content|{digest.hex()}" if passing else None)
    contacts = tuple(
        _contact(letter, item, draft, contact_id, _siblings(together, contact_id, draft), found, danger.prompts, room)
        for draft, contact_id, found in zip(item.drafts, ids, danger.met, strict=True)
    )
    return PreparedItem(
        pointer=item.pointer,
        identity=_hashed(letter, item, "identity", identity),
        thread=_hashed(letter, item, "thread", thread or identity),
        replaces=_hashed(letter, item, "thread", item.replaces),
        recorded_at=min(item.recorded_at, letter.received_at) if item.recorded_at else None,
        version=item.version,
        digest=digest,
        passing=passing,
        fingerprint=_hashed(
            letter, item, "content", hashlib.sha256(item.essence).hexdigest() if item.essence else None
        ),
        referenced=not passing,
        contacts=contacts,
        held=item.held,
        content=item.content if item.held or item.pointer else b"",
        danger=criterion_codes((), danger.prompts) if item.held else (),
    )


def _siblings(together: Sequence[UUID], contact_id: UUID, draft: Draft) -> tuple[UUID, ...]:
    """The other contacts of a message; where they are hundreds, the first of them, and that is noted."""
    if len(together) - 1 > MOST_SIBLINGS:
        draft.defects += (defect("links_cut", "/"),)
    return tuple(islice((other for other in together if other != contact_id), MOST_SIBLINGS))


def _hashed(letter: Letter, item: Item, kind: str, value: str | None) -> str | None:
    return keyed_hash(letter.secret, kind, letter.agency.agency_id, item.sender_org, value) if value else None


def _contact(
    letter: Letter,
    item: Item,
    draft: Draft,
    contact_id: UUID,
    siblings: tuple[UUID, ...],
    met: tuple[str, ...],
    prompts: tuple[Prompt, ...],
    room: int,
) -> PreparedContact:
    danger = criterion_codes(met, prompts)
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
        body=contact_json(canonical, room),
        restricted=_RESTRICTED in draft.markers,
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
