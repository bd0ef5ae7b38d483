"""Who may see and do what. Invariant: what is not granted here is denied, and a new role starts with nothing.

Source: security requirements, table of roles and sight: ops never sees content, the auditor sees audit and ledger.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

RESTRICTED_QUEUE = "mash-restricted"
RESTRICTED_MARKER = "restricted"
DANGER_FOUND = "danger"  # why the router held it: triage, which knows more, may find what intake could not
TEXT_PROMPT = "text_prompt"  # danger seen in words alone: a person must read them


class Role(StrEnum):
    """The four kinds of staff account."""

    SCREENER = "screener"
    MANAGER = "manager"
    OPS = "ops"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """One thing an endpoint may ask for."""

    SEE_QUEUES = "see-queues"
    READ_CONTACT = "read-contact"
    OPEN_RESTRICTED = "open-restricted"
    DECIDE = "decide"
    SETTLE_TASK = "settle-task"
    READ_MAILBOX = "read-mailbox"
    SEE_OPERATIONS = "see-operations"
    SEE_LEDGER = "see-ledger"
    SEE_AUDIT = "see-audit"
    SEE_ATTENTION = "see-attention"
    READ_REASONS = "read-reasons"
    SETTLE_ATTENTION = "settle-attention"


_SCREENER = frozenset({
    Permission.SEE_QUEUES,
    Permission.READ_CONTACT,
    Permission.DECIDE,
    Permission.SETTLE_TASK,
    Permission.READ_MAILBOX,
    Permission.SEE_ATTENTION,
    Permission.READ_REASONS,
    Permission.SETTLE_ATTENTION,
})  # fmt: skip

GRANTED: dict[Role, frozenset[Permission]] = {
    Role.SCREENER: _SCREENER,
    Role.MANAGER: _SCREENER | {Permission.OPEN_RESTRICTED},
    Role.OPS: frozenset(
        {
            Permission.SEE_OPERATIONS,
            Permission.SEE_LEDGER,
            Permission.READ_MAILBOX,
            Permission.SEE_ATTENTION,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            Permission.SEE_LEDGER,
            Permission.SEE_AUDIT,
            Permission.SEE_ATTENTION,
            Permission.READ_REASONS,
        }
    ),
}


@dataclass(frozen=True, slots=True)
class Staff:
    """A signed-in member of staff, as every route gets it. session_ref tells sessions apart in the audit."""

    staff_id: UUID
    username: str
    role: Role
    session_ref: str

    def may(self, permission: Permission) -> bool:
        """Whether the role grants it."""
        return permission in GRANTED[self.role]


class Door(StrEnum):
    """How a record meets one reader."""

    OPEN = "open"
    ASKS = "asks"  # opens to a reason in words, which is audited
    CLOSED = "closed"


def door_of(staff: Staff, *, queue: str | None, markers: tuple[str, ...], danger: tuple[str, ...]) -> Door:
    """Whether this person may open the record; behind a closed door they only know that it exists.

    queue: where the router holds it; markers, danger: of the contact itself. A child in danger is never behind a
    closed door: whoever is at the screen may act, and the audit shows it. Words in the text that may mean danger are
    no danger yet, and too many texts have such words to let all in: then the door asks why
    (assumption: confirm with the authority).
    Source: security requirements, "restricted flag as a closed door" for screeners.
    """
    restricted = queue == RESTRICTED_QUEUE or RESTRICTED_MARKER in markers
    if not restricted or staff.may(Permission.OPEN_RESTRICTED) or set(danger) - {TEXT_PROMPT}:
        return Door.OPEN
    return Door.ASKS if danger else Door.CLOSED
