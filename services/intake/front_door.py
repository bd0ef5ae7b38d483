"""What happens to a body behind HTTP: checked for danger, read, accepted, or kept as refused.

Processor time over a few milliseconds is spent in a thread of its own, so that the event loop keeps answering.
"""

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import ParamSpec, TypeVar
from uuid import UUID

from services.intake.accept import AcceptUnit, Outcome
from services.intake.desk import Desk
from services.intake.domain.refusals import Refusal
from services.intake.messages import refusal_alert
from services.intake.policy import DangerPolicy
from services.intake.prepare import Letter, prepare
from services.intake.raw_check import raw_hint
from services.intake.raw_text import LARGEST_UNPACKED, is_packed
from services.intake.refused_store import Kept, Unaccepted
from services.intake.settings import IntakeSettings
from services.intake.submission import Agency, Hint, IdempotencyKey, Submission
from services.intake.work import IntakeWork
from shared.ids import new_id
from shared.messages.envelope import Lane
from shared.sealing import KeyEncryption, keyed_hash
from shared.topics import NOTICE_REQUESTED
from shared.work import OpenWork, uninterrupted

_HEAVY_BYTES = 256 * 1024
P = ParamSpec("P")
T = TypeVar("T")


class FrontDoor:
    """Takes bodies of known senders. Everything it takes ends accepted, quarantined or kept as refused."""

    def __init__(
        self, open_work: OpenWork[IntakeWork], kek: KeyEncryption, policy: DangerPolicy, settings: IntakeSettings
    ) -> None:
        """kek: for the keyed hashes of references; policy: danger criteria and advice."""
        self.policy = policy
        self._open_work = open_work
        self._settings = settings
        self._secret = kek.derive("intake.references")
        unit = AcceptUnit(settings.authority, policy.advice)
        self._desks = {(urgent, heavy): Desk(open_work, unit) for urgent in (True, False) for heavy in (True, False)}
        self._aside = {heavy: ThreadPoolExecutor(1, thread_name_prefix="intake-read") for heavy in (False, True)}
        self._keeping: set[asyncio.Task[Kept]] = set()

    async def look_for_danger(self, body: bytes, encoding: str = "") -> Hint:
        """What the raw bytes give away, before anything is parsed. encoding: their Content-Encoding."""
        size = LARGEST_UNPACKED if encoding or is_packed(body) else len(body)
        return await self._spend(size, raw_hint, body, self.policy, encoding)

    def key_for(self, agency: Agency, sent: str | None, body_sha256: bytes) -> IdempotencyKey:
        """The idempotency key of a body: the sender's, else one derived from agency and content."""
        source, words = ("header", sent) if sent is not None else ("derived", body_sha256.hex())
        return IdempotencyKey(keyed_hash(self._secret, "key", source, agency.agency_id, words), source)

    async def accept(
        self,
        agency: Agency,
        body: bytes,
        hint: Hint,
        *,
        received_at: datetime,
        content_type: str,
        charset: str | None,
        sent_key: str | None,
    ) -> Outcome:
        """Read a body and accept it. Raises Refused where nothing can be read, else what the database says."""
        digest = hashlib.sha256(body).digest()
        receipt_id = new_id()
        letter = Letter(agency, receipt_id, received_at, body, charset, sent_key is not None, self._secret)
        items = await self._spend(effort_of(body), prepare, letter, hint, self.policy)
        submission = Submission(
            receipt_id=receipt_id,
            agency=agency,
            received_at=received_at,
            content_type=content_type,
            body=body,
            body_sha256=digest,
            key=self.key_for(agency, sent_key, digest),
            items=items,
            trace=receipt_id.hex,
        )
        return await self._desks[submission.urgent, submission.heavy].take(submission)

    async def keep_refused(
        self, agency: Agency, reason: Refusal, body: bytes, hint: Hint, *, verdict: str = "refused", whole: bool = True
    ) -> UUID:
        """Keep a refused body sealed and count it; with danger in it, alert the urgent queue. Returns its reference.

        whole False: only that it was refused is kept. Runs to its end even when the caller is cancelled.
        """
        unaccepted = Unaccepted(
            agency_id=agency.agency_id,
            verdict=verdict,
            reason=reason.value,
            pointer="",
            danger=hint.criteria,
            size=len(body),
            body_sha256=hashlib.sha256(body).digest(),
            body=body if whole else None,
        )
        task = asyncio.create_task(self._keep(unaccepted))
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)
        return (await uninterrupted(task)).refused_id

    async def _keep(self, unaccepted: Unaccepted) -> Kept:
        async with self._open_work() as work:
            kept = (await work.refused.keep([unaccepted]))[0]
            if unaccepted.danger and kept.first:
                work.outbox.add(NOTICE_REQUESTED[Lane.URGENT], refusal_alert(kept.refused_id, work.now))
            await work.commit()
        return kept

    async def expire_refused(self) -> None:
        """Forget refused bodies and contents whose time is over, as long as the process runs."""
        while True:
            async with self._open_work() as work:
                expired = await work.refused.expire() + await work.fingerprints.expire()
                await work.commit()
            await asyncio.sleep(5 if expired else 600)

    async def finish(self) -> None:
        """Wait for what was taken, then let the reading thread go."""
        for desk in self._desks.values():
            await desk.finish()
        if self._keeping:
            await asyncio.wait(set(self._keeping))
        for threads in self._aside.values():
            threads.shutdown(wait=False)

    async def _spend(self, size: int, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if size <= self._settings.parse_aside_bytes:
            return function(*args, **kwargs)
        loop = asyncio.get_running_loop()
        threads = self._aside[size > _HEAVY_BYTES]  # What takes long has a thread of its own, others pass it by.
        return await loop.run_in_executor(threads, lambda: function(*args, **kwargs))


def effort_of(body: bytes) -> int:
    """How much work a body may be, in bytes of plain text: each object or line may become a contact with all of it."""
    parts = body.count(b"{") + body.count(b"\n")
    return len(body) * max(1, parts // 16)
