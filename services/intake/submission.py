"""A body on its way to being accepted: what arrived, from whom, and what was made of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.codes import codes
from shared.messages.contact import Defect

HEAVY_WEIGHT = 50  # contacts
HEAVY_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Agency:
    """A sender that is known. kind decides the format it may send."""

    agency_id: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """What makes a repeat of the whole body recognisable. value is a keyed hash; source: header or derived."""

    value: str
    source: str


@dataclass(slots=True, repr=False)
class PreparedContact:
    """One contact ready to be sealed: canonical JSON and, beside it, what travels in the open."""

    contact_id: UUID
    child_key: str
    subject: str
    subject_kind: str
    danger: tuple[str, ...]
    defects: tuple[Defect, ...]
    body: bytes
    restricted: bool = False

    @property
    def lane(self) -> str:
        """urgent where any danger criterion or prompt was met."""
        return "urgent" if self.danger else "routine"

    @property
    def asks_for_a_person(self) -> bool:
        """Whether any of its defects does."""
        return bool(asking(self.defects))


def asking(defects: Iterable[Defect]) -> tuple[Defect, ...]:
    """The defects that a person should act on; the others are notes."""
    graded = codes("defect")
    return tuple(defect for defect in defects if graded[defect.code].attributes.get("grade") == "person")


@dataclass(slots=True, repr=False)
class PreparedItem:
    """One item of the body. identity, thread and fingerprint are keyed hashes; held: why it goes to a person instead.

    fingerprint: of its content without the sender's reference; referenced: it has one, or a key of its own.
    recorded_at: as its sender says, and never later than it came.
    """

    pointer: str
    identity: str | None
    thread: str | None
    replaces: str | None
    version: int | None
    digest: bytes
    recorded_at: datetime | None = None
    passing: bool = False
    contacts: tuple[PreparedContact, ...] = ()
    held: tuple[Defect, ...] = ()
    content: bytes = b""
    danger: tuple[str, ...] = ()
    fingerprint: str | None = None
    referenced: bool = True

    @property
    def restricted(self) -> bool:
        """Whether any of its contacts is a restricted record."""
        return any(contact.restricted for contact in self.contacts)

    @property
    def contact_ids(self) -> tuple[UUID, ...]:
        """The ids of its contacts, in their order."""
        return tuple(contact.contact_id for contact in self.contacts)

    @property
    def dangers(self) -> tuple[str, ...]:
        """Criteria met by the item as a whole or by any of its contacts, each once."""
        return tuple(dict.fromkeys((*self.danger, *(code for contact in self.contacts for code in contact.danger))))


@dataclass(slots=True, repr=False)
class Submission:
    """One body of a known sender, read and prepared. received_at: when its last byte was here, server time."""

    receipt_id: UUID
    agency: Agency
    received_at: datetime
    content_type: str
    body: bytes
    body_sha256: bytes
    key: IdempotencyKey
    items: tuple[PreparedItem, ...] = ()
    trace: str = ""

    @property
    def weight(self) -> int:
        """How much work it is, in contacts."""
        return sum(max(1, len(item.contacts)) for item in self.items)

    @property
    def heavy(self) -> bool:
        """Whether it is so much work that others should not wait for it."""
        size = sum(len(contact.body) for item in self.items for contact in item.contacts)
        return self.weight > HEAVY_WEIGHT or len(self.body) + size > HEAVY_BYTES

    @property
    def urgent(self) -> bool:
        """Whether any of its contacts takes the urgent lane."""
        return any(item.dangers for item in self.items)


@dataclass(frozen=True, slots=True)
class Hint:
    """What the raw text gave away before anything was parsed: criteria whose words or flags were seen."""

    criteria: tuple[str, ...] = ()
    words: tuple[str, ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return bool(self.criteria)
