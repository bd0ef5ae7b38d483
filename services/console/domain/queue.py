"""The read model of the queues: facets only, newest version wins, a missing move is shown and not hidden."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from shared.messages.case_moved import CaseMoved
from shared.messages.contact_assessed import ContactAssessed
from shared.messages.contact_received import ContactReceived
from shared.messages.envelope import Lane

IN_TRIAGE = "in_triage"
URGENT_QUEUE = "mash-urgent"
SUPERSEDED = "superseded"  # reason of the router: a newer version stands in the lists for this one


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One contact as the lists show it. version 0: triage and router have not moved it yet."""

    contact_id: UUID
    version: int
    moves_seen: int
    state: str  # in_triage | waiting | placed | closed
    queue: str
    urgent: bool
    agency_id: str
    agency_kind: str
    receipt_id: str
    received_at: datetime
    moved_at: datetime
    danger: tuple[str, ...] = ()
    suggested_queue: str | None = None
    level: int | None = None
    rating: str | None = None
    statutory_flag: str | None = None
    reason: str | None = None
    outcome: str | None = None
    decided_by: str | None = None
    team: str | None = None
    decide_by: datetime | None = None
    shown_at: datetime | None = field(default=None, compare=False)

    @property
    def has_gap(self) -> bool:
        """True while a move before this one has not arrived here."""
        return self.moves_seen < self.version


def item_of_move(move: CaseMoved) -> QueueItem:
    """The list entry that one move makes."""
    facets = move.facets
    return QueueItem(
        contact_id=move.contact_id,
        version=facets.version,
        moves_seen=1,
        state=facets.state.value,
        queue=facets.queue,
        urgent=move.lane is Lane.URGENT or bool(facets.danger) or facets.queue == URGENT_QUEUE,
        agency_id=facets.agency_id,
        agency_kind=facets.agency_kind,
        receipt_id=facets.receipt_id,
        received_at=facets.received_at,
        moved_at=move.occurred_at,
        danger=facets.danger,
        suggested_queue=facets.suggested_queue,
        level=facets.level,
        rating=facets.rating,
        statutory_flag=facets.statutory_flag,
        reason=facets.reason,
        outcome=facets.outcome,
        decided_by=facets.decided_by,
        team=facets.team,
        decide_by=facets.decide_by,
    )


def item_in_triage(contact: ContactReceived | ContactAssessed) -> QueueItem:
    """The list entry of a contact in danger before the router has placed it: known to intake, or found by triage."""
    facets = contact.facets
    assessed = contact.facets if isinstance(contact, ContactAssessed) else None
    received_at = contact.occurred_at if assessed is None else assessed.received_at
    return QueueItem(
        contact_id=contact.contact_id,
        version=0,
        moves_seen=0,
        state=IN_TRIAGE,
        queue=URGENT_QUEUE,
        urgent=True,
        agency_id=facets.agency_id,
        agency_kind=facets.agency_kind,
        receipt_id=facets.receipt_id,
        received_at=received_at,
        moved_at=contact.occurred_at,
        danger=facets.danger,
        level=assessed.level if assessed else None,
        rating=assessed.rating.value if assessed else None,
        statutory_flag=assessed.statutory_flag.value if assessed else None,
    )


def newest_of(moves: Iterable[CaseMoved]) -> list[QueueItem]:
    """One entry per contact: its newest move, with how many moves were seen; sorted, so that writers never deadlock."""
    newest: dict[UUID, CaseMoved] = {}
    seen: dict[UUID, int] = {}
    for move in moves:
        kept = newest.get(move.contact_id)
        if kept is None or move.facets.version > kept.facets.version:
            newest[move.contact_id] = move
        seen[move.contact_id] = seen.get(move.contact_id, 0) + 1
    return [replace(item_of_move(newest[id_]), moves_seen=seen[id_]) for id_ in sorted(newest)]


def merged(kept: QueueItem | None, arrived: QueueItem) -> QueueItem:
    """What the read model holds after `arrived`: a lower version never replaces a higher one, but its move counts.

    Of two entries from before the first move the one that triage made says more.
    """
    if kept is None:
        return arrived
    says_more = arrived.version == kept.version and kept.level is None
    newer = arrived if arrived.version > kept.version or says_more else kept
    return replace(newer, moves_seen=kept.moves_seen + arrived.moves_seen)


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """How long until a decision is due, in words. pressure: overdue, soon (under an hour), today, later, none."""

    words: str
    pressure: str


def time_left(decide_by: datetime | None, now: datetime) -> TimeLeft:
    """Time to `decide_by` in words a screener can act on; minutes are rounded down, so it never promises more."""
    if decide_by is None:
        return TimeLeft("no time limit", "none")
    left = decide_by - now
    if left < timedelta(0):
        return TimeLeft(f"overdue by {_in_words(-left)}", "overdue")
    if left < timedelta(hours=1):
        return TimeLeft(f"{_in_words(left)} left", "soon")
    return TimeLeft(f"{_in_words(left)} left", "today" if left < timedelta(hours=24) else "later")


def _in_words(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    day_word = "day" if days == 1 else "days"
    return f"{days} {day_word} {hours} h" if hours else f"{days} {day_word}"
