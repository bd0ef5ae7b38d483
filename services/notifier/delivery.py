"""The delivery worker: claims what is due, sends it outside any transaction, and records how it went.

A crash between sending and recording lets the lease run out; the next attempt carries the same reference. Each lane has
a worker and slots of its own, so a slow mail server under bulk load never stands in front of danger.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from services.notifier import meters
from services.notifier.bundler import Bundler
from services.notifier.dispatch import Dispatcher
from services.notifier.domain.delivery import AttemptRecord, Claimed
from services.notifier.domain.notice import Notice
from services.notifier.domain.retry import (
    DeliveryReason,
    Next,
    NotSent,
    Result,
    Settled,
    Status,
    TryAgain,
    has_crashed_repeatedly,
    what_follows,
)
from services.notifier.settled import Ended, tell
from services.notifier.work import OpenUnits
from shared.database import is_database_away, is_worth_repeating
from shared.ids import new_id
from shared.messages.envelope import Lane

log = structlog.get_logger()

LEASE = timedelta(seconds=30)  # More than the longest attempt (15 s) and the time to record it.
LOOK_SECONDS = 1.0
STOP_SECONDS = 8.0
_RECORD_TRIES = 10


class DeliveryWorker:
    """Bundles and delivers the notices of one lane, `slots` at once."""

    def __init__(
        self,
        open_work: OpenUnits,
        bundler: Bundler,
        dispatcher: Dispatcher,
        lane: Lane,
        slots: int,
        *,
        lease: timedelta = LEASE,
        rest_seconds: float = 0.0,
    ) -> None:
        """lease: how long a claimed delivery is left alone when nobody records it; rest_seconds: between two looks."""
        self._open_work = open_work
        self._bundler = bundler
        self._dispatcher = dispatcher
        self._lane = lane
        self._slots = slots
        self._lease = lease
        self._rest_seconds = rest_seconds
        self._woken = asyncio.Event()
        self._stopping = False
        self._in_hand: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Look at once instead of at the next second."""
        self._woken.set()

    async def run(self) -> None:
        """Bundle and deliver until cancelled; look each second even when nobody wakes it."""
        while not self._stopping:
            self._woken.clear()
            try:
                await self._bundler.run_once()
                await self._begin(await self.claim(self._slots - len(self._in_hand)))
            except Exception as error:
                if not (is_database_away(error) or is_worth_repeating(error)):
                    raise
                log.warning("deliveries_wait_for_database", lane=self._lane.value, exc_info=error)
            await self._rest()

    async def stop(self) -> None:
        """Claim nothing more and let what is in hand be recorded; what takes longer is sent again later."""
        self._stopping = True
        self._woken.set()
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=STOP_SECONDS)

    async def _rest(self) -> None:
        if not self._stopping:
            await asyncio.sleep(self._rest_seconds)
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return

    async def claim(self, limit: int) -> Sequence[tuple[Claimed, Sequence[Notice]]]:
        """Up to `limit` due deliveries with their notices; each attempt has begun and is counted."""
        if limit <= 0 or self._stopping:
            return []
        async with self._open_work() as work:
            claimed = await work.deliveries.claim(self._lane, limit=limit, lease=self._lease, token=new_id())
            if not claimed:
                return []
            notices = await work.notices.of_bundles([one.bundle_id for one in claimed])
            await work.commit()
        return [(one, notices[one.bundle_id]) for one in claimed]

    async def _begin(self, claimed: Sequence[tuple[Claimed, Sequence[Notice]]]) -> None:
        for one, notices in claimed:
            task = asyncio.create_task(self.deliver(one, notices))
            self._in_hand.add(task)
            task.add_done_callback(self._let_go)

    def _let_go(self, task: asyncio.Task[None]) -> None:
        self._in_hand.discard(task)
        self._woken.set()  # A free slot may have something due.
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("delivery_crashed", lane=self._lane.value, exc_info=error)

    async def deliver(self, claimed: Claimed, notices: Sequence[Notice]) -> None:
        """Send one claimed delivery and record how it went."""
        if has_crashed_repeatedly(attempt=claimed.tries, lane=claimed.lane):
            result: Result = NotSent(DeliveryReason.CRASHED_REPEATEDLY, lasting=True)
        else:
            result = await self._dispatcher.send(claimed, notices)
        follows = what_follows(result, attempt=claimed.tries, lane=claimed.lane)
        for tried in range(1, _RECORD_TRIES + 1):
            try:
                await self._record(claimed, notices, result, follows)
            except Exception as error:
                if tried == _RECORD_TRIES or not (is_database_away(error) or is_worth_repeating(error)):
                    raise
                await asyncio.sleep(LOOK_SECONDS)
            else:
                return

    async def _record(self, claimed: Claimed, notices: Sequence[Notice], result: Result, follows: Next) -> None:
        async with self._open_work() as work:
            pause = follows.pause if isinstance(follows, TryAgain) else None
            record = AttemptRecord(
                delivery_id=claimed.delivery_id,
                lease_token=claimed.lease_token,
                attempt=claimed.attempt,
                status=follows.status if isinstance(follows, Settled) else Status.WAITING,
                reason=follows.reason,
                code=result.code,
                directory_version=self._dispatcher.directory.version,
                next_attempt_at=work.now + pause if pause is not None else None,
            )
            if not await work.deliveries.record(record):
                log.info("delivery_taken_over", lane=self._lane.value, channel=claimed.channel)
                return
            if isinstance(follows, Settled):
                tell(work, Ended(claimed.recipient, claimed.channel, claimed.attempt, follows), notices)
            await work.commit()
        meters.ATTEMPTS.labels(claimed.channel, record.status.value).inc()
        if record.status is not Status.DELIVERED:
            log.warning(
                "delivery_not_made",
                lane=claimed.lane.value,
                channel=claimed.channel,
                kind=claimed.kind.value,
                status=record.status.value,
                reason=record.reason.value if record.reason else None,
                attempts=claimed.attempt,
            )
