"""Watches the clocks: each alert point is recorded once, and from the noticed ones on the people of the queue are told.

Due times are compared with the database's clock. Several processes may watch at once: rows in hand are passed over.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import structlog

from services.router.announce import reminder
from services.router.domain.clocks import DECIDE_BY, TIME_LIMIT, Clocks
from services.router.domain.moves import Rules
from services.router.rows import RaisedAlert
from services.router.work import OpenUnit, rules_now
from shared.messages.case_moved import CaseState

log = structlog.get_logger()

BATCH = 500
BREACH = 100  # percent of a limit


@dataclass(frozen=True)
class ClockWatch:
    """Looks at the clocks in turns."""

    open_work: Callable[[], AbstractAsyncContextManager[OpenUnit]]
    clocks: Clocks
    pause_seconds: float

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            while await self.look() == BATCH:
                pass
            await asyncio.sleep(self.pause_seconds)

    async def look(self) -> int:
        """Raise what has come due for at most BATCH clocks; how many there were."""
        async with self.open_work() as work:
            percents, notice_from = self.clocks.alert_percents, self.clocks.notice_from_percent
            found = await work.clock_alerts.raise_due(percents, notice_from, BATCH)
            rules = rules_now(work)
            for one in found.raised:
                for queue in told(one, rules):
                    of_decision = one.clock == DECIDE_BY
                    work.outbox.add(*reminder(one.case, queue, one.due_at, work.now, of_decision=of_decision))
            await work.commit()
        if found.raised:
            log.info("clock_alerts_raised", count=len(found.raised))
            breached = sum(one.percent >= BREACH for one in found.raised)
            if breached:
                log.warning("clocks_breached", count=breached)
        return found.due


def told(raised: RaisedAlert, rules: Rules) -> tuple[str, ...]:
    """The queues that hear of an alert: the one that holds the case, and the gate of a service whose time is up."""
    position = raised.case.position
    entry = rules.policy.catalogue.entry(position.service or position.queue)
    gate = entry.gate if entry is not None else None
    if raised.clock == TIME_LIMIT and gate is not None and position.state is CaseState.PLACED:
        return position.queue, gate
    return (position.queue,)
