"""The router's unit of work in memory: the same promises as the tables, for handler tests and the contract suite."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from services.router.domain.clocks import RunningClock, alert_at, next_alert
from services.router.domain.models import Case, HeldCase, OpenCase
from services.router.domain.moves import Ruled, Rules
from services.router.rows import Look, RaisedAlert, RecordedMove
from shared.messages.case_decided import CaseDecided
from shared.messages.case_moved import CaseMoved, CaseState
from shared.messages.envelope import Message
from shared.messages.notice_requested import NoticeKind, NoticeRequested
from shared.topics import Topic
from tests.builders.router import MONDAY_10, durham

Point = tuple[UUID, str, datetime, int]


@dataclass
class State:
    """Everything that was committed."""

    cases: dict[UUID, Case] = field(default_factory=dict)
    moved_at: dict[UUID, datetime] = field(default_factory=dict)
    history: list[RecordedMove] = field(default_factory=list)
    decisions: dict[str, Ruled] = field(default_factory=dict)
    clocks: dict[tuple[UUID, str], RunningClock] = field(default_factory=dict)
    points: set[Point] = field(default_factory=set)


class MemoryCases:
    def __init__(self, state: State) -> None:
        self._state = state

    async def versions_of(self, contact_ids: Collection[UUID]) -> Mapping[UUID, Case]:
        found: dict[UUID, Case] = {}
        wanted = set(contact_ids)
        while wanted:
            more = {id_: c for id_, c in self._state.cases.items() if id_ in wanted or c.origin.supersedes in wanted}
            fresh = more.keys() - found.keys()
            found |= more
            wanted = {*fresh, *(c.origin.supersedes for id_, c in more.items() if id_ in fresh and c.origin.supersedes)}
        return found

    async def open_of(
        self, subjects: Collection[str], services: Collection[str], besides: Collection[UUID]
    ) -> Sequence[HeldCase]:
        newest: dict[tuple[str, str | None], HeldCase] = {}
        for contact_id, case in self._state.cases.items():
            position, subject = case.position, case.origin.subject
            placed = position.state is CaseState.PLACED and position.service in services
            if placed and subject in subjects and contact_id not in besides and case.superseded_by is None:
                held = OpenCase(position.queue, position.service, position.team)
                one = HeldCase(subject, contact_id, held, self._state.moved_at[contact_id])
                before = newest.get((subject, position.service))
                if before is None or before.since < one.since:
                    newest[subject, position.service] = one
        return list(newest.values())

    async def record(self, moves: Sequence[RecordedMove], rules: Rules) -> None:
        for one in moves:
            contact_id = one.move.case.origin.contact_id
            self._state.cases[contact_id] = one.move.case
            self._state.moved_at[contact_id] = one.move.moved_at
            self._state.history.append(one)
            for key in [key for key in self._state.clocks if key[0] == contact_id]:
                del self._state.clocks[key]
            self._state.clocks.update({(contact_id, running.clock): running for running in one.move.clocks})


class MemoryDecisions:
    def __init__(self, state: State) -> None:
        self._state = state

    async def known(self, decision_ids: Collection[str]) -> Collection[str]:
        return set(decision_ids) & self._state.decisions.keys()

    async def record(self, ruled: Sequence[Ruled], at: datetime) -> None:
        self._state.decisions.update({one.decision.decision_id: one for one in ruled})


class MemoryClockAlerts:
    def __init__(self, state: State, now: datetime) -> None:
        self._state, self._now = state, now

    async def raise_due(self, percents: Sequence[int], notice_from: int, limit: int) -> Look:
        due = [(contact_id, running) for (contact_id, _), running in self._state.clocks.items()]
        due = [one for one in due if self._is_due(*one, percents)][:limit]
        raised = []
        for contact_id, running in due:
            fresh = [percent for percent in percents if self._raise(contact_id, running, percent)]
            if fresh and max(fresh) >= notice_from:
                case = self._state.cases[contact_id]
                raised.append(RaisedAlert(case, running.clock, running.due_at, max(fresh)))
        return Look(len(due), tuple(sorted(raised, key=lambda one: (one.due_at, one.case.origin.contact_id))))

    def _is_due(self, contact_id: UUID, running: RunningClock, percents: Sequence[int]) -> bool:
        passed = [point[3] for point in self._state.points if point[:3] == (contact_id, running.clock, running.due_at)]
        following = next_alert(running, passed, percents)
        return following is not None and following <= self._now

    def _raise(self, contact_id: UUID, running: RunningClock, percent: int) -> bool:
        point = (contact_id, running.clock, running.due_at, percent)
        if point in self._state.points or alert_at(running.starts_at, running.due_at, percent) > self._now:
            return False
        self._state.points.add(point)
        return True


class MemoryOutbox:
    def __init__(self) -> None:
        self.sent: list[tuple[str, Message]] = []

    def add(self, topic: Topic, message: Message) -> None:
        self.sent.append((topic.name, message))


class MemoryWork:
    """One unit: what it changes is kept only when it commits."""

    def __init__(self, units: "MemoryUnits") -> None:
        self._units = units
        self._state = deepcopy(units.state)
        self.now = units.now
        self.routing = durham()
        self.cases = MemoryCases(self._state)
        self.decisions = MemoryDecisions(self._state)
        self.clock_alerts = MemoryClockAlerts(self._state, self.now)
        self.outbox = MemoryOutbox()
        self.locked: list[str] = []

    async def lock_subjects(self, subjects: Iterable[str]) -> None:
        self.locked += sorted(subjects)

    async def commit(self) -> None:
        self._units.state = self._state
        self._units.sent += self.outbox.sent


class MemoryUnits:
    """Opens units over one state."""

    def __init__(self) -> None:
        self.state = State()
        self.now = MONDAY_10
        self.sent: list[tuple[str, Message]] = []

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[MemoryWork]:
        yield MemoryWork(self)

    def later(self, pause: timedelta) -> None:
        self.now += pause

    @property
    def moves(self) -> list[tuple[str, CaseMoved]]:
        """What was sent on the queue topics."""
        return [(topic, message) for topic, message in self.sent if isinstance(message, CaseMoved)]

    @property
    def decided(self) -> list[CaseDecided]:
        """What was told of decisions that were carried out."""
        return [message for _, message in self.sent if isinstance(message, CaseDecided)]

    @property
    def notices(self) -> list[tuple[str, str, str]]:
        """What was asked to be told, in moves and beside them: lane, kind, recipient."""
        return [told for _, message in self.sent for told in _told(message)]


def _told(message: Message) -> list[tuple[str, str, str]]:
    lane = message.lane.value
    match message:
        case NoticeRequested(facets=facets):
            return [(lane, facets.kind.value, facets.queue or facets.agency_id or "")]
        case CaseMoved(facets=moved):
            alerts = [(lane, NoticeKind.QUEUE_ALERT.value, queue) for queue in moved.alerts]
            return [*alerts, *([(lane, NoticeKind.OUTCOME.value, moved.agency_id)] if moved.tells_referrer else [])]
        case _:
            return []
