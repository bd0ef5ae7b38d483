"""The console's unit of work in memory, for tests of what its coroutines decide."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast
from uuid import UUID

from services.console.domain.decisions import Recorded
from services.console.domain.queue import SUPERSEDED, QueueItem, merged
from services.console.domain.roles import Staff
from services.console.domain.tasks import NoticeTask, TaskKey
from services.console.repository.audit import Act, AuditEntry
from services.console.repository.case_views import Accepted, Assessed, Case, Involvement, Notice, Placement, Sibling
from services.console.repository.queue_items import OPEN_STATES, PLACED_SHOWN_FOR
from services.console.repository.reasons import Reason
from services.console.work import ConsoleWork
from shared.messages.contact import CanonicalContact
from shared.messages.envelope import Message, SealedPart
from shared.sealing import DataKey, KeyEncryption
from shared.topics import Topic
from tests.builders.console import RECEIVED_AT
from tests.builders.console_contacts import a_contact
from tests.builders.console_desk import KEK_TEXT


class MemoryQueueItems:
    def __init__(self) -> None:
        self.rows: dict[UUID, QueueItem] = {}

    async def record(self, items: Sequence[QueueItem]) -> None:
        for item in items:
            self.rows[item.contact_id] = merged(self.rows.get(item.contact_id), item)

    async def find(self, contact_id: UUID) -> QueueItem | None:
        return self.rows.get(contact_id)

    async def by_reference(self, reference: str) -> list[QueueItem]:
        found = [
            item
            for item in self.rows.values()
            if reference in (str(item.contact_id), str(item.contact_id)[-8:], item.receipt_id)
        ]
        return sorted(found, key=lambda item: (item.received_at, item.contact_id))

    async def open_items(self, queues: Sequence[str] | None, limit: int, after: int = 0) -> list[QueueItem]:
        found = [
            item
            for item in self.rows.values()
            if item.state in OPEN_STATES and (queues is None or item.queue in queues) and item.reason != SUPERSEDED
        ]
        return sorted(found, key=_pressing)[after : after + limit]

    async def placed_items(self, queue: str, since: datetime, limit: int, after: int = 0) -> list[QueueItem]:
        placed = [i for i in self.rows.values() if (i.state, i.queue) == ("placed", queue) and i.reason != SUPERSEDED]
        found = [i for i in placed if i.moved_at > since]
        return sorted(found, key=lambda item: (-item.moved_at.timestamp(), item.contact_id))[after : after + limit]

    async def urgent(self, queue: str | None) -> int:
        return sum(item.urgent for item in await self.open_items(None if queue is None else [queue], len(self.rows)))

    async def counts(self, now: datetime) -> dict[str, int]:
        found: dict[str, int] = {}
        for item in self.rows.values():
            recent = item.state == "placed" and item.moved_at > now - PLACED_SHOWN_FOR
            if (item.state in OPEN_STATES or recent) and item.reason != SUPERSEDED:
                found[item.queue] = found.get(item.queue, 0) + 1
        return found


def _pressing(item: QueueItem) -> tuple[bool, bool, datetime, datetime, UUID]:
    due = item.decide_by
    return (not item.urgent, due is not None, due or item.received_at, item.received_at, item.contact_id)


class MemoryTasks:
    def __init__(self) -> None:
        self.rows: dict[TaskKey, NoticeTask] = {}
        self.settled_by: dict[TaskKey, str | None] = {}

    async def raise_all(self, tasks: Sequence[NoticeTask]) -> None:
        for task in tasks:
            kept = self.rows.get(task.key)
            self.rows[task.key] = task if kept is None else replace(kept, attempts=task.attempts, reason=task.reason)

    async def end(self, keys: Sequence[TaskKey], at: datetime, by: str | None) -> list[UUID]:
        ended = [task for task in self.rows.values() if task.key in keys and task.settled_at is None]
        for task in ended:
            self.rows[task.key] = replace(task, settled_at=at)
            self.settled_by[task.key] = by
        return [task.contact_id for task in ended]

    async def open_tasks(self, limit: int) -> list[NoticeTask]:
        found = [task for task in self.rows.values() if task.settled_at is None]
        return sorted(found, key=lambda task: (task.raised_at, task.notice_id))[:limit]


class MemoryDecisions:
    def __init__(self) -> None:
        self.rows: list[tuple[UUID, Recorded, SealedPart]] = []

    async def record(self, contact_id: UUID, decision: Recorded, reason: SealedPart) -> bool:
        if await self.find(contact_id, decision.case_version) is not None:
            return False
        self.rows.append((contact_id, decision, reason))
        return True

    async def find(self, contact_id: UUID, case_version: int) -> Recorded | None:
        standing = [
            decision
            for kept_id, decision, _ in self.rows
            if (kept_id, decision.case_version, decision.refusal) == (contact_id, case_version, None)
        ]
        return standing[0] if standing else None

    async def mark_refused(self, decision_id: UUID, refusal: str) -> None:
        self.rows = [
            (kept_id, replace(decision, refusal=refusal) if decision.decision_id == decision_id else decision, reason)
            for kept_id, decision, reason in self.rows
        ]

    async def of(self, contact_id: UUID) -> list[tuple[Recorded, SealedPart]]:
        found = [(decision, reason) for kept_id, decision, reason in self.rows if kept_id == contact_id]
        return sorted(found, key=lambda kept: kept[0].decided_at)


class MemoryAudit:
    def __init__(self) -> None:
        self.acts: list[Act] = []

    async def add(self, act: Act) -> None:
        self.acts.append(act)

    async def newest(self, limit: int, object_id: str | None = None) -> list[AuditEntry]:
        raise AssertionError("the audit in memory is only written to")


class MemoryReasons:
    def __init__(self) -> None:
        self.given: list[tuple[UUID, str, str, Staff, str]] = []

    async def give(self, reason_id: UUID, act: str, object_id: str, who: Staff, words: str) -> None:
        if all(kept_id != reason_id for kept_id, *_ in self.given):
            self.given.append((reason_id, act, object_id, who, words.strip()))

    async def was_given(self, act: str, object_id: str, session_ref: str) -> bool:
        return any((act, object_id, session_ref) == (a, o, who.session_ref) for _, a, o, who, _ in self.given)

    async def of(self, object_id: str) -> list[Reason]:
        return [
            Reason(kept_id, act, who.username, RECEIVED_AT, words)
            for kept_id, act, about, who, words in self.given
            if about == object_id
        ]


@dataclass
class MemoryViews:
    """What the other services show: one contact, in whatever state a test needs."""

    contact: Accepted | None = None
    routed: Case | None = None
    refused: dict[UUID, str] = field(default_factory=dict)

    async def accepted(self, contact_id: UUID) -> Accepted | None:
        return self.contact if self.contact is not None and self.contact.contact_id == contact_id else None

    async def assessed(self, contact_id: UUID) -> Assessed | None:
        return None

    async def involvement(self, contact_id: UUID) -> list[Involvement]:
        return []

    async def case(self, contact_id: UUID) -> Case | None:
        return self.routed

    async def refusals(self, contact_id: UUID) -> dict[UUID, str]:
        return self.refused

    async def placements(self, contact_id: UUID) -> list[Placement]:
        return []

    async def notices(self, contact_id: UUID) -> list[Notice]:
        return []

    async def siblings(self, contact_id: UUID, receipt_id: UUID) -> list[Sibling]:
        return []

    async def versions(self, contact_id: UUID, named: UUID | None) -> list[UUID]:
        return [] if named is None else [named]

    async def reasons(self, contact_ids: Sequence[UUID]) -> set[str]:
        return {self.routed.reason} if self.routed is not None and self.routed.reason else set()


class MemoryKeys:
    def __init__(self) -> None:
        self.kept: dict[UUID, DataKey] = {}

    def create(self, contact_id: UUID) -> DataKey:
        self.kept[contact_id], _ = KeyEncryption(KEK_TEXT).new_data_key(contact_id)
        return self.kept[contact_id]

    async def of(self, contact_ids: Sequence[UUID]) -> dict[UUID, DataKey]:
        return {contact_id: self.kept[contact_id] for contact_id in contact_ids if contact_id in self.kept}


class MemoryOutbox:
    def __init__(self) -> None:
        self.sent: list[tuple[Topic, Message]] = []

    def add(self, topic: Topic, message: Message) -> None:
        self.sent.append((topic, message))


@dataclass
class MemoryWork:
    """One unit of work; `committed` counts its commits."""

    queue_items: MemoryQueueItems = field(default_factory=MemoryQueueItems)
    tasks: MemoryTasks = field(default_factory=MemoryTasks)
    decisions: MemoryDecisions = field(default_factory=MemoryDecisions)
    audit: MemoryAudit = field(default_factory=MemoryAudit)
    views: MemoryViews = field(default_factory=MemoryViews)
    reasons: MemoryReasons = field(default_factory=MemoryReasons)
    keys: MemoryKeys = field(default_factory=MemoryKeys)
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    now: datetime = RECEIVED_AT
    committed: int = 0

    async def commit(self) -> None:
        self.committed += 1

    @property
    def as_work(self) -> ConsoleWork:
        """The unit under the type that coroutines take: only what the tests use is there."""
        return cast(ConsoleWork, self)

    def accept(
        self, contact_id: UUID, *, danger: tuple[str, ...] = (), content: CanonicalContact | None = None
    ) -> None:
        """Let intake have accepted a contact."""
        kept = content or a_contact(contact_id, danger=danger)
        self.views.contact = Accepted(
            contact_id=contact_id,
            receipt_id=kept.receipt_id,
            agency_id=kept.agency_id,
            agency_kind=kept.agency_kind,
            received_at=kept.received_at,
            lane="urgent" if danger else "routine",
            danger=danger,
            part=self.keys.create(contact_id).seal("contact", kept),
        )

    def route(
        self,
        contact_id: UUID,
        *,
        state: str = "waiting",
        queue: str = "mash-screening",
        version: int = 1,
        suggested_queue: str | None = "one-point",
    ) -> None:
        """Let the router hold it."""
        self.views.routed = Case(
            contact_id=contact_id,
            state=state,
            queue=queue,
            version=version,
            level=3,
            rating="GREEN",
            outcome=None,
            reason="consent_missing",
            decide_by=None,
            subject="person-1",
            updated_at=self.now,
            suggested_queue=suggested_queue,
            service=None,
            team=None,
            alternatives=(),
            notes=(),
        )
