"""`case.moved` on the queue topics: a contact now waits for people, is placed with a service, or is closed.

It says whom the move concerns, so that a routine move needs no message beside it. Danger does not wait in one line with
routine moves: whoever must hear of it is told by `notice.requested` on the urgent lane.
"""

from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime

from shared.messages.envelope import Facets, Level, Message, Version


class CaseState(StrEnum):
    """Where an accepted contact is once the router holds it; before that it is in flight."""

    WAITING = "waiting"
    PLACED = "placed"
    CLOSED = "closed"


class CaseMovedFacets(Facets):
    """version counts the moves of one contact from 1, without gaps; a decision names the version it saw."""

    authority: str
    agency_id: str
    agency_kind: str
    receipt_id: str
    received_at: AwareDatetime
    version: Version
    state: CaseState
    queue: str  # queue id of the catalogue: mash-screening, one-point, families-first, tas, tac, vcs-alliance, ...
    suggested_queue: str | None = None
    level: Level
    rating: str
    statutory_flag: str
    danger: tuple[str, ...] = ()
    reason: str  # why here: a reason code of the catalogue
    outcome: str | None = None  # code of `shared/codes/contact_outcome.csv`, once decided
    decide_by: AwareDatetime | None = None
    decided_by: str | None = None  # staff id, where a person decided
    team: str | None = None
    catalogue_version: str
    alerts: tuple[str, ...] = ()  # routine: queues whose people the notifier tells of this move
    tells_referrer: bool = False  # routine: the notifier tells the agency the outcome


class CaseMoved(Message):
    """One move of one contact. It carries no personal part: content is fetched by an authenticated, audited read."""

    TYPE: ClassVar[str] = "case.moved"

    facets: CaseMovedFacets
