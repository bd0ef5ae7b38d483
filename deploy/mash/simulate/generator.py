"""The seeded stream of messages: `generate` is the way in.

Invariants: the counts of the plan are met exactly at the end of the run; a contact is known exactly where the child was
met earlier in the run or has a history row within the 12 months before; one seed, the same bytes; memory stays flat.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count as counting
from random import Random

from deploy.mash.simulate.arrivals import HOURS, Calendar
from deploy.mash.simulate.contacts import Maker
from deploy.mash.simulate.message import Draft, GeneratedMessage, HistoryRow
from deploy.mash.simulate.plan import make_plan
from deploy.mash.simulate.quota import Quota
from deploy.mash.simulate.render import Renderer
from deploy.mash.simulate.workload import read_places, read_workload

START = date(2025, 12, 1)

Waiting = tuple[datetime, int, Callable[[], GeneratedMessage]]


def generate(authority: str, count: int, seed: int, start: date = START) -> Iterator[GeneratedMessage]:
    """A year of messages holding `count` contacts, in the order of their times.

    count: contacts, one per child and receipt; resends and new versions come on top. start: first day of the year.
    Raises KeyError for an authority without a table of places, ValueError for a count below 1.
    """
    if count < 1:
        raise ValueError(count)
    return _Run(authority, count, seed, start).messages()


class _Run:
    """One pass over the hours of the year. What lies ahead waits in a heap: at most the 72 hours to come."""

    def __init__(self, authority: str, count: int, seed: int, start: date) -> None:
        workload, places = read_workload(), read_places(authority)
        self._random = Random(f"{authority}/{count}/{seed}/times")  # noqa: S311 - repeatable on purpose
        self._maker = Maker(make_plan(workload, places, count), places, seed)
        self._calendar = Calendar(workload.arrivals, start)
        self._renderer = Renderer(seed)
        self._resends = Quota(round(count * workload.copies.resend / 100), count)
        self._versions = Quota(round(count * workload.copies.version / 100), count)
        self._waiting: list[Waiting] = []
        self._order = counting()

    def messages(self) -> Iterator[GeneratedMessage]:
        senders = read_workload().senders
        profiles = {sender.profile: self._calendar.shares(sender.profile) for sender in senders.values()}
        totals = self._maker.plan.senders
        for hour in range(HOURS):
            at = self._calendar.start + timedelta(hours=hour)
            yield from self._due(at)
            for name, sender in senders.items():
                wanted = round(totals[name] * profiles[sender.profile][hour])
                while self._maker.made[name] < wanted:
                    self._new_incident(name, at)
        yield from self._due(datetime.max)

    def _new_incident(self, sender: str, hour: datetime) -> None:
        at = hour + timedelta(seconds=int(self._random.random() * 3600))
        for draft, history in self._maker.incident(sender, at):
            self._later(draft.at, partial(self._first_sent, draft, history))

    def _later(self, at: datetime, send: Callable[[], GeneratedMessage]) -> None:
        heappush(self._waiting, (at, next(self._order), send))

    def _due(self, until: datetime) -> Iterator[GeneratedMessage]:
        waiting = self._waiting
        while waiting and waiting[0][0] < until:
            yield heappop(waiting)[2]()

    def _first_sent(self, draft: Draft, history: tuple[HistoryRow, ...]) -> GeneratedMessage:
        """The message, with its copies planned: sent again within two hours, corrected within two days."""
        message = self._renderer.first_sent(draft, history)
        random, contacts = self._random.random, len(draft.subjects)
        if self._resends.offer(contacts, random()):
            again = draft.at + timedelta(seconds=20 + int(random() * 7200))
            self._later(again, partial(self._renderer.sent_again, message, again))
        if self._versions.offer(contacts, random()):
            later = self._maker.next_version(draft, draft.at + timedelta(hours=2 + int(random() * 46)))
            self._later(later.at, partial(self._renderer.corrected, later, message))
        return message
