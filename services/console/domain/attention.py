"""What needs a person because the system could not go on: quarantined, parked beyond patience, unsent, or refused.

Every service keeps its own; the console lists them all, and a person lets the system try again or says why it is done.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.console.domain.decisions import LONGEST_REASON, SHORTEST_REASON, Fault

SCHEMAS = ("intake", "triage", "router", "notifier", "console")
OPEN = "open"
_HAS_CONTENT = frozenset({"quarantined", "refused"})
_NEVER_RELEASED = frozenset({"unproven"})  # Nobody vouches for where it came from.


class Settlement(StrEnum):
    """What a person can do about an item."""

    RELEASE = "release"
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True)
class AttentionItem:
    """One item of one service. reason: a code; urgent: it may be about a child in danger; agency_id: where known."""

    schema: str
    kind: str  # quarantined | parked | unsent | refused
    id: UUID
    consumer: str | None
    topic: str | None
    contact_id: UUID | None
    reason: str
    since: datetime
    attempts: int
    state: str  # open | released | resolved
    urgent: bool

    @property
    def is_open(self) -> bool:
        """Whether it still needs a person."""
        return self.state == OPEN

    @property
    def has_content(self) -> bool:
        """Whether its bytes are kept where a person with a reason can read them."""
        return self.kind in _HAS_CONTENT

    @property
    def name(self) -> str:
        """How the audit calls it."""
        return item_name(self.schema, self.id)

    @property
    def can_release(self) -> bool:
        """Whether the system can try it again: a refused body must be sent again by its sender."""
        return not self.is_submission and self.reason not in _NEVER_RELEASED

    @property
    def is_submission(self) -> bool:
        """Whether it is a body that an agency sent and intake did not accept: `consumer` is then the agency."""
        return self.schema == "intake" and self.kind in _HAS_CONTENT


@dataclass(frozen=True, slots=True)
class AttentionCount:
    """How many items are open, and how many of them may be about a child in danger."""

    open: int = 0
    urgent: int = 0


def item_name(schema: str, item_id: UUID) -> str:
    """`triage/0197…`: the object of an audit entry."""
    return f"{schema}/{item_id}"


def faults_in_reason(reason: str) -> tuple[Fault, ...]:
    """What is wrong with a reason in words; empty where it can be kept."""
    length = len(reason.strip())
    if length < SHORTEST_REASON:
        return (Fault("reason", "missing", "Write why: the reason is kept with your name and the time."),)
    if length > LONGEST_REASON:
        return (Fault("reason", "too-long", f"Keep the reason under {LONGEST_REASON} characters."),)
    return ()
