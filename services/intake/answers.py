"""What a sender is told: one shape for a fresh answer and its replay. It holds ids, codes and field paths, no value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.intake.policy import Advice
from services.intake.submission import PreparedContact, PreparedItem, Submission, asking
from shared.messages.contact import Defect


@dataclass(frozen=True, slots=True)
class ItemVerdict:
    """What became of one item. verdict: accepted, accepted_with_defects, already, quarantined.

    original: the receipt that a quarantined item contradicts. supersedes: for each contact the one it follows.
    resent: known by its content only, while its reference, if it has one, is new.
    """

    item: PreparedItem
    verdict: str
    contacts: tuple[UUID, ...]
    receipt_id: UUID
    defects: tuple[Defect, ...] = ()
    original: UUID | None = None
    version: int = 1
    supersedes: tuple[UUID | None, ...] = ()
    resent: bool = False


def status_url(receipt_id: UUID) -> str:
    """Where the sender asks what became of it."""
    return f"/v1/receipts/{receipt_id}"


def defects_json(defects: Sequence[Defect]) -> list[dict[str, str]]:
    """Defects as the sender sees them."""
    return [{"code": d.code, "pointer": d.pointer, "message": d.message} for d in defects]


def contact_json(contact: PreparedContact, pointer: str, several: bool) -> dict[str, Any]:
    """One accepted contact. defects ask for a person; notes do not."""
    wanting = asking(contact.defects)
    entry: dict[str, Any] = {"contact_id": str(contact.contact_id), "defects": defects_json(wanting)}
    notes = [defect for defect in contact.defects if defect not in wanting]
    if notes:
        entry["notes"] = defects_json(notes)
    if several:
        entry["item"] = pointer
    return entry


def answer_json(
    submission: Submission, accepted: Sequence[ItemVerdict], advice: Advice, recognised_until: datetime
) -> tuple[int, dict[str, Any]]:
    """Status and body of the answer to a submission with something new in it."""
    several = len(submission.items) > 1
    contacts = [
        contact_json(contact, verdict.item.pointer, several)
        for verdict in accepted
        if verdict.verdict.startswith("accepted")
        for contact in verdict.item.contacts
    ]
    body: dict[str, Any] = {
        "receipt_id": str(submission.receipt_id),
        "lane": "urgent" if submission.urgent else "routine",
        "contacts": contacts,
        "status_url": status_url(submission.receipt_id),
        "advice": advice.danger if submission.urgent else advice.urgent_line,
        "idempotency": {"key": submission.key.source, "recognised_until": recognised_until.isoformat()},
    }
    if several:
        body["items"] = [_item_json(verdict) for verdict in accepted]
    clean = all(not entry["defects"] for entry in contacts) and all(v.verdict != "quarantined" for v in accepted)
    return 201 if clean else 202, body


def _item_json(verdict: ItemVerdict) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "item": verdict.item.pointer,
        "verdict": verdict.verdict,
        "contacts": [str(contact_id) for contact_id in verdict.contacts],
        "receipt_id": str(verdict.receipt_id),
    }
    if verdict.defects:
        entry["defects"] = defects_json(verdict.defects)
    return entry
