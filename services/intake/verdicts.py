"""Judges the items of a submission against what is known, and fits the new contacts to what they follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from services.intake.answers import ItemVerdict
from services.intake.domain.repeats import Again, Arrival, Conflict, KnownContent, KnownItem, New, is_resend, judge
from services.intake.sources.notes import defect
from services.intake.submission import PreparedContact, PreparedItem, Submission

QUARANTINED = "quarantined"
ALREADY = "already"
ACCEPTED = frozenset({"accepted", "accepted_with_defects"})


@dataclass(slots=True)
class Known:
    """What is known of earlier items: by thread, and by content. Items that are judged new are added."""

    threads: dict[str, list[KnownItem]]
    contents: dict[str, KnownContent]


def judge_items(submission: Submission, known: Known) -> list[ItemVerdict]:
    """A verdict for each item, in order. New items are added to `known`, so that later ones see them.

    They are judged as they were recorded: an export may begin with the newest row.
    """
    items = submission.items
    in_time = sorted(range(len(items)), key=lambda place: _recorded(items[place]))
    judged = {place: _judged(submission, items[place], known) for place in in_time}
    verdicts = [judged[place] for place in range(len(items))]
    known_instead = _known_instead(verdicts)
    if known_instead:
        for verdict in verdicts:
            if verdict.verdict in ACCEPTED:
                for contact in verdict.item.contacts:
                    _relink(contact, known_instead)
    return verdicts


def _recorded(item: PreparedItem) -> datetime:
    return item.recorded_at or datetime.min.replace(tzinfo=UTC)


def _judged(submission: Submission, item: PreparedItem, known: Known) -> ItemVerdict:
    if item.held:
        return ItemVerdict(item, QUARANTINED, (), submission.receipt_id, item.held)
    child_keys = tuple(contact.child_key for contact in item.contacts)
    thread, replaced = (known.threads.get(name or "", []) for name in (item.thread, item.replaces))
    arrival = Arrival(item.identity, item.version, item.digest, child_keys, item.recorded_at)
    match judge(arrival, thread, replaced):
        case Again(earlier):
            return ItemVerdict(item, ALREADY, earlier.contact_ids, earlier.receipt_id)
        case Conflict(earlier):
            conflict = (defect("version_conflict", item.pointer or "/"),)
            return ItemVerdict(item, QUARANTINED, (), submission.receipt_id, conflict, original=earlier.receipt_id)
        case New() as new:
            content = known.contents.get(item.fingerprint or "")
            if content is not None and is_resend(content, referenced=item.referenced, new=new):
                return _resent(item, new, content, known, child_keys)
            return _accepted(submission, item, new, known, child_keys)


def _resent(
    item: PreparedItem, new: New, content: KnownContent, known: Known, child_keys: tuple[str, ...]
) -> ItemVerdict:
    """The first receipt stands; a reference that came only now leads to it too, so that its next version is linked."""
    if item.identity is not None:
        again = KnownItem(
            item.identity,
            new.version,
            item.digest,
            content.receipt_id,
            content.contact_ids,
            child_keys,
            item.recorded_at,
        )
        known.threads.setdefault(item.thread or "", []).append(again)
    return ItemVerdict(item, ALREADY, content.contact_ids, content.receipt_id, version=new.version, resent=True)


def _accepted(
    submission: Submission,
    item: PreparedItem,
    new: New,
    known: Known,
    child_keys: tuple[str, ...],
) -> ItemVerdict:
    ids = tuple(contact.contact_id for contact in item.contacts)
    for contact, earlier in zip(item.contacts, new.supersedes, strict=True):
        late = defect("version_out_of_order", item.pointer or "/")
        if new.out_of_order and late not in contact.defects:
            contact.defects += (late,)
        if earlier is not None or new.version != (item.version or 1) or new.out_of_order:
            _follow(contact, new.version, earlier)
    if item.identity is not None:
        kept = KnownItem(
            item.identity, new.version, item.digest, submission.receipt_id, ids, child_keys, item.recorded_at
        )
        known.threads.setdefault(item.thread or "", []).append(kept)
    if item.fingerprint is not None:
        known.contents.setdefault(item.fingerprint, KnownContent(submission.receipt_id, ids, item.referenced))
    wanting = any(contact.asks_for_a_person for contact in item.contacts)
    verdict = "accepted_with_defects" if wanting else "accepted"
    return ItemVerdict(item, verdict, ids, submission.receipt_id, version=new.version, supersedes=new.supersedes)


def _follow(contact: PreparedContact, version: int, earlier: UUID | None) -> None:
    """Write into the canonical contact which version it is and which contact it supersedes."""
    canonical = orjson.loads(contact.body)
    canonical["message_version"] = version
    canonical["supersedes"] = str(earlier) if earlier else None
    canonical["defects"] = [d.model_dump() for d in contact.defects]
    contact.body = orjson.dumps(canonical)


def _known_instead(verdicts: list[ItemVerdict]) -> Mapping[str, str]:
    """For contacts that were prepared and turned out to be known: the id under which they are known."""
    return {
        str(contact.contact_id): str(earlier)
        for verdict in verdicts
        if verdict.verdict == ALREADY
        for contact, earlier in zip(verdict.item.contacts, verdict.contacts, strict=False)
    }


def _relink(contact: PreparedContact, known_instead: Mapping[str, str]) -> None:
    canonical = orjson.loads(contact.body)
    siblings = [known_instead.get(sibling, sibling) for sibling in canonical["siblings"]]
    if siblings != canonical["siblings"]:
        canonical["siblings"] = siblings
        contact.body = orjson.dumps(canonical)


def item_row(verdict: ItemVerdict, passing_until: datetime) -> dict[str, Any]:
    """The row by which this item is recognised again. Without a reference of the sender's it is forgotten in time."""
    item = verdict.item
    return {
        "identity": item.identity,
        "thread": item.thread,
        "version": verdict.version,
        "digest": item.digest,
        "receipt_id": verdict.receipt_id,
        "contact_ids": list(verdict.contacts),
        "child_keys": [contact.child_key for contact in item.contacts],
        "recorded_at": item.recorded_at,
        "expires_at": passing_until if item.passing else None,
    }
