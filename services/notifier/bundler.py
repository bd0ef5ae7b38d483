"""Makes bundles of waiting notices, so that bulk becomes few messages and danger goes alone and at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.notifier.domain.bundle import Bundle, Recipients, bundle_up
from services.notifier.domain.directory import Directory
from services.notifier.domain.retry import Settled, Status
from services.notifier.settled import Ended, tell
from services.notifier.work import OpenUnit, OpenUnits
from shared.ids import new_id
from shared.messages.envelope import Lane

AT_ONCE = 2000  # notices in one transaction


@dataclass(frozen=True)
class Bundler:
    """Bundles the notices of one lane. pause: how long a recipient hears nothing more of one kind after a message."""

    open_work: OpenUnits
    directory: Directory
    lane: Lane
    pause: timedelta
    at_once: int = AT_ONCE

    async def run_once(self) -> int:
        """Bundle everything that may be told now; returns how many notices. Processes take turns."""
        recipients: Recipients | None = None
        count = 0
        while recipients is None or recipients:
            async with self.open_work() as work:
                await work.lock_subjects([f"notifier.bundles.{self.lane.value}"])
                if recipients is None:
                    recipients = await work.notices.recipients_due(self.lane, self.pause)
                taken = await self._bundle(work, recipients) if recipients else 0
                if taken:
                    await work.commit()
            count += taken
            if taken < self.at_once:
                break
        return count

    async def _bundle(self, work: OpenUnit, recipients: Recipients) -> int:
        waiting = await work.notices.take(self.lane, recipients, self.at_once)
        bundles = bundle_up(waiting, self.directory, new_id)
        await work.deliveries.add(bundles)
        await _tell_of_unlisted(work, [bundle for bundle in bundles if _is_unlisted(bundle)])
        return len(waiting)


def _is_unlisted(bundle: Bundle) -> bool:
    return any(planned.status is Status.FAILED for planned in bundle.deliveries)


async def _tell_of_unlisted(work: OpenUnit, bundles: Sequence[Bundle]) -> None:
    if not bundles:
        return
    notices = await work.notices.of_bundles([bundle.bundle_id for bundle in bundles])
    for bundle in bundles:
        for planned in bundle.deliveries:
            if planned.status is Status.FAILED:
                ended = Ended(bundle.recipient, planned.channel, 0, Settled(planned.status, planned.reason))
                tell(work, ended, notices[bundle.bundle_id])
