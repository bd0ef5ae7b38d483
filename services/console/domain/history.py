"""What happened to one contact, in the order it happened, from the records of every service."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.console.domain.decisions import Recorded


class Event(StrEnum):
    """The kinds of entry, in the order in which they stand when two have the same instant."""

    RECEIVED = "received"
    ASSESSED = "assessed"
    DECIDED = "decided"
    MOVED = "moved"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One entry. codes: what it was about; by: who, where a person did it; words: theirs, and personal."""

    at: datetime
    event: Event
    codes: dict[str, str | int | None]
    by: str | None = None
    words: str | None = None


_ORDER = {event: number for number, event in enumerate(Event)}


def decided_entries(decisions: Iterable[tuple[Recorded, str | None]]) -> list[HistoryEntry]:
    """One entry per decision of a person; the reason in words where it could be opened."""
    return [
        HistoryEntry(
            at=decision.decided_at,
            event=Event.DECIDED,
            codes={
                "action": decision.action.value,
                "queue": decision.queue,
                "level": decision.level,
                "statutory_flag": decision.statutory_flag,
                "outcome": decision.outcome,
                "reason_code": decision.reason_code,
                "case_version": decision.case_version,
                "refusal": decision.refusal,
            },
            by=decision.username,
            words=reason,
        )
        for decision, reason in decisions
    ]


def in_order(*entries: Sequence[HistoryEntry]) -> tuple[HistoryEntry, ...]:
    """All entries by time; at the same instant a decision stands before the move it caused."""
    flat = (entry for some in entries for entry in some)
    return tuple(sorted(flat, key=lambda entry: (entry.at, _ORDER[entry.event])))
