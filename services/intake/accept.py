"""The accept unit: judges repeats, seals and writes contacts, and adds what must be sent. One transaction, no parsing.

It takes several submissions at once so that concurrent senders share a commit. It never commits itself.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.intake.answers import ItemVerdict, answer_json
from services.intake.domain.refusals import Refusal
from services.intake.domain.repeats import KnownContent
from services.intake.fingerprints import ContentClaim
from services.intake.messages import contact_received, receipt_notice, refusal_alert
from services.intake.policy import Advice
from services.intake.refused_store import Unaccepted
from services.intake.repository import Answered, Claim
from services.intake.submission import PreparedContact, Submission
from services.intake.verdicts import ACCEPTED, ALREADY, QUARANTINED, Known, item_row, judge_items
from services.intake.work import IntakeWork
from shared.messages.contact import PART
from shared.messages.envelope import Lane
from shared.topics import CONTACT_RECEIVED, NOTICE_REQUESTED

DERIVED_KEY_LASTS = timedelta(hours=24)  # bad-input matrix, row 26
SENT_KEY_LASTS = timedelta(days=30)  # assumption: as long as a refused body is kept
RAW_PART = "raw"
_BREATHE_CONTACTS = 25  # sealing and packing takes the processor, others must get their turn
_BREATHE_BYTES = 131_072


@dataclass(frozen=True, slots=True)
class Accepted:
    """An answer to give. fresh: it was made now; else it is the first answer again."""

    receipt_id: UUID
    status: int
    answer: Mapping[str, Any]
    fresh: bool


@dataclass(frozen=True, slots=True)
class Held:
    """Not accepted: a person must look. refused_id: where it is kept; original: the receipt it contradicts."""

    reason: Refusal
    refused_id: UUID
    original: UUID | None
    danger: bool = False


Outcome = Accepted | Held


class AcceptUnit:
    """Accepts batches of submissions for one authority."""

    def __init__(self, authority: str, advice: Advice) -> None:
        """advice: what senders are told."""
        self._authority = authority
        self._advice = advice

    async def __call__(self, work: IntakeWork, batch: Sequence[Submission]) -> list[Outcome]:
        """An outcome for each submission, in order. No two of them have the same idempotency key."""
        ours = await work.repeats.claim([_claim(work.now, submission) for submission in batch])
        earlier = await work.repeats.answered([s.key.value for s in batch if s.key.value not in ours])
        fresh = [submission for submission in batch if submission.key.value in ours]
        unit = _Unit(self._authority, self._advice, work, await _known(work, fresh))
        outcomes: list[Outcome] = []
        for submission in batch:
            first = earlier.get(submission.key.value)
            outcomes.append(await (unit.accept(submission) if first is None else unit.repeat(submission, first)))
        await unit.write()
        return outcomes


def _claim(now: datetime, submission: Submission) -> Claim:
    lasts = SENT_KEY_LASTS if submission.key.source == "header" else DERIVED_KEY_LASTS
    return Claim(
        submission.key.value, submission.key.source, submission.body_sha256, submission.receipt_id, now + lasts
    )


async def _known(work: IntakeWork, fresh: Sequence[Submission]) -> Known:
    """What is known of the contents and threads of these submissions, held until the unit ends."""
    items = [item for submission in fresh for item in submission.items if not item.held]
    contents = await work.fingerprints.claim(_content_claims(fresh), work.now + DERIVED_KEY_LASTS)
    threads = {thread for item in items for thread in (item.thread, item.replaces) if thread}
    await work.repeats.hold(sorted(threads))
    return Known(await work.repeats.items_of(sorted(threads)), contents)


def _content_claims(fresh: Sequence[Submission]) -> list[ContentClaim]:
    return [
        ContentClaim(item.fingerprint, submission.receipt_id, item.contact_ids, item.referenced)
        for submission in fresh
        for item in submission.items
        if item.fingerprint is not None and not item.held
    ]


class _Unit:
    """What one batch has decided so far and will write."""

    def __init__(self, authority: str, advice: Advice, work: IntakeWork, known: Known) -> None:
        self._authority = authority
        self._advice = advice
        self._work = work
        self._known = known
        self._claimed_before = frozenset(known.contents)
        self._contents: dict[str, KnownContent | None] = {}
        self._submissions: list[dict[str, Any]] = []
        self._raw: list[dict[str, Any]] = []
        self._contacts: list[dict[str, Any]] = []
        self._items: list[dict[str, Any]] = []
        self._repointed: dict[str, UUID] = {}
        self._released: list[str] = []
        self._answers: dict[UUID, Answered] = {}

    async def accept(self, submission: Submission) -> Outcome:
        """Accept what is new; give the first answer where nothing is; hold what contradicts."""
        verdicts = judge_items(submission, self._known)
        self._settle_contents(verdicts)
        if not any(verdict.verdict != QUARANTINED for verdict in verdicts):
            self._released.append(submission.key.value)
            return await self._hold(submission, Refusal.VERSION_CONFLICT, verdicts[0].original)
        receipts = {verdict.receipt_id for verdict in verdicts}
        if len(receipts) == 1 and submission.receipt_id not in receipts:
            return await self._point(submission, receipts.pop())
        await self._hold_items(submission, verdicts)
        await self._add_contacts(submission, verdicts)
        return self._answer(submission, verdicts)

    async def repeat(self, submission: Submission, first: Answered) -> Outcome:
        """The first answer again, or a conflict where the key came with another body."""
        if first.body_sha256 == submission.body_sha256:
            return Accepted(first.receipt_id, first.status, first.answer, fresh=False)
        return await self._hold(submission, Refusal.KEY_REUSED, first.receipt_id)

    def _settle_contents(self, verdicts: Sequence[ItemVerdict]) -> None:
        """A content claimed for an item that is not accepted leads to what it is, or to nothing.

        A reference that was new for a content that is known leads to the first receipt from now on.
        """
        for verdict in verdicts:
            mark = verdict.item.fingerprint
            if mark is not None and mark not in self._claimed_before:
                known = KnownContent(verdict.receipt_id, verdict.contacts, verdict.item.referenced)
                self._contents[mark] = known if verdict.verdict == ALREADY else None
            if verdict.resent and verdict.item.identity is not None:
                self._items.append(item_row(verdict, self._work.now + DERIVED_KEY_LASTS))

    async def _point(self, submission: Submission, receipt_id: UUID) -> Outcome:
        """Everything in it is known from one receipt: that receipt is the answer, also under this key."""
        self._repointed[submission.key.value] = receipt_id
        first = self._answers.get(receipt_id) or (await self._work.receipts.answers([receipt_id]))[receipt_id]
        return Accepted(receipt_id, first.status, first.answer, fresh=False)

    async def _hold(self, submission: Submission, reason: Refusal, original: UUID | None) -> Held:
        danger = tuple(dict.fromkeys(code for item in submission.items for code in item.dangers))
        kept = await self._work.refused.keep(
            [
                Unaccepted(
                    agency_id=submission.agency.agency_id,
                    verdict=QUARANTINED,
                    reason=reason.value,
                    pointer="",
                    danger=danger,
                    size=len(submission.body),
                    body_sha256=submission.body_sha256,
                    body=submission.body,
                    restricted=any(item.restricted for item in submission.items),
                    original=original,
                )
            ]
        )
        if danger and kept[0].first:
            self._alert(submission, kept[0].refused_id)
        return Held(reason, kept[0].refused_id, original, bool(danger))

    async def _hold_items(self, submission: Submission, verdicts: Sequence[ItemVerdict]) -> None:
        """Keep the items that a person must look at, each by itself."""
        held = [verdict for verdict in verdicts if verdict.verdict == QUARANTINED]
        kept = await self._work.refused.keep(
            [
                Unaccepted(
                    agency_id=submission.agency.agency_id,
                    verdict=QUARANTINED,
                    reason=verdict.defects[0].code,
                    pointer=verdict.item.pointer,
                    danger=verdict.item.dangers,
                    size=len(verdict.item.content),
                    body_sha256=verdict.item.digest,
                    body=verdict.item.content,
                    restricted=verdict.item.restricted,
                    original=verdict.original,
                )
                for verdict in held
            ]
        )
        for verdict, place in zip(held, kept, strict=True):
            if verdict.item.dangers and place.first:
                self._alert(submission, place.refused_id)

    def _alert(self, submission: Submission, refused_id: UUID) -> None:
        self._work.outbox.add(NOTICE_REQUESTED[Lane.URGENT], refusal_alert(refused_id, submission.received_at))

    async def _add_contacts(self, submission: Submission, verdicts: Sequence[ItemVerdict]) -> None:
        new = [verdict for verdict in verdicts if verdict.verdict in ACCEPTED]
        added = since = size = 0
        for verdict in new:
            for place, contact in enumerate(verdict.item.contacts):
                self._add(submission, contact, verdict.supersedes[place])
                added, since, size = added + 1, since + 1, size + len(contact.body)
                if since >= _BREATHE_CONTACTS or size >= _BREATHE_BYTES:
                    since = size = 0
                    await asyncio.sleep(0)
            if verdict.item.identity is not None:
                self._items.append(item_row(verdict, self._work.now + DERIVED_KEY_LASTS))
        if added:
            first = new[0].item.contacts[0].contact_id
            notice = receipt_notice(submission, first)
            self._work.outbox.add(NOTICE_REQUESTED[notice.lane], notice)

    def _add(self, submission: Submission, contact: PreparedContact, supersedes: UUID | None) -> None:
        sealed = self._work.keys.create(contact.contact_id).seal(PART, contact.body)
        message = contact_received(self._authority, submission, contact, sealed)
        self._work.outbox.add(CONTACT_RECEIVED[message.lane], message)
        self._contacts.append(
            {
                "contact_id": contact.contact_id,
                "receipt_id": submission.receipt_id,
                "agency_id": submission.agency.agency_id,
                "received_at": submission.received_at,
                "lane": contact.lane,
                "danger": list(contact.danger),
                "defects": sorted({defect.code for defect in contact.defects}),
                "supersedes": supersedes,
                "scheme": sealed.scheme,
                "nonce": sealed.nonce,
                "ciphertext": sealed.ciphertext,
            }
        )

    def _answer(self, submission: Submission, verdicts: Sequence[ItemVerdict]) -> Accepted:
        until = _claim(self._work.now, submission).expires_at
        status, body = answer_json(submission, verdicts, self._advice, until)
        sealed = self._work.keys.create(submission.receipt_id).seal(RAW_PART, submission.body)
        self._submissions.append(
            {
                "receipt_id": submission.receipt_id,
                "agency_id": submission.agency.agency_id,
                "received_at": submission.received_at,
                "content_type": submission.content_type,
                "size": len(submission.body),
                "body_sha256": submission.body_sha256,
                "lane": body["lane"],
                "status": status,
                "answer": body,
            }
        )
        raw = {"scheme": sealed.scheme, "nonce": sealed.nonce, "ciphertext": sealed.ciphertext}
        self._raw.append({"receipt_id": submission.receipt_id, **raw})
        self._answers[submission.receipt_id] = Answered(submission.receipt_id, submission.body_sha256, status, body)
        return Accepted(submission.receipt_id, status, body, fresh=True)

    async def write(self) -> None:
        """Write everything that was decided, one statement per table."""
        await self._work.receipts.keep(self._submissions, self._raw, self._contacts, self._items)
        unsettled = {mark: known for mark, known in self._contents.items() if mark not in self._known.contents}
        await self._work.fingerprints.point({mark: known for mark, known in unsettled.items() if known})
        await self._work.fingerprints.forget([mark for mark, known in unsettled.items() if known is None])
        await self._work.repeats.point(self._repointed)
        await self._work.repeats.release(self._released)
