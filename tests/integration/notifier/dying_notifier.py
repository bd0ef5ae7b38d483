"""A notifier process that dies, unable to tidy up, after its first message was taken and before it is recorded."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from services.notifier.app import build
from services.notifier.delivery import DeliveryWorker
from services.notifier.dispatch import Dispatcher
from services.notifier.domain.delivery import Claimed
from services.notifier.domain.notice import Notice
from services.notifier.domain.retry import Result
from tests.integration.notifier.post import settings_for


class DyingDispatcher(Dispatcher):
    """Sends, then dies."""

    async def send(self, claimed: Claimed, notices: Sequence[Notice]) -> Result:
        """Never returns."""
        await super().send(claimed, notices)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("unreachable")


async def main(database: str, folder: Path, mail_port: int) -> None:
    """Deliver until death."""
    service = build(settings_for(database, folder, mail_port))
    for run in service.background:
        worker = run.__self__  # type: ignore[attr-defined]
        assert isinstance(worker, DeliveryWorker)
        was = worker._dispatcher
        worker._dispatcher = DyingDispatcher(was.directory, was.links, was.mail, was.hooks)
    await asyncio.gather(*(run() for run in service.background))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
