"""Whether an item of a sender is new, the same again, or the same reference with other content. Pure.

Source: message shapes, cross-connector rules: same key and content, same answer; same key, other content, to a person.
A newer item of the same thread is a contact of its own that supersedes the older one.

The same content within a day where one copy has neither a reference nor a key: a resend (assumption). Where both copies
have one, and not the same, the sender says that they are two messages, and they stay two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class KnownItem:
    """An item that was accepted before. child_keys: in the order of contact_ids; recorded_at: as its sender says."""

    identity: str
    version: int
    digest: bytes
    receipt_id: UUID
    contact_ids: tuple[UUID, ...]
    child_keys: tuple[str, ...]
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KnownContent:
    """A content that was accepted within a day. referenced: its sender gave it a reference or a key of its own."""

    receipt_id: UUID
    contact_ids: tuple[UUID, ...]
    referenced: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    """An item that has arrived. version None: newer than what is known of its thread, unless it was recorded before."""

    identity: str | None
    version: int | None
    digest: bytes
    child_keys: tuple[str, ...]
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class New:
    """To be accepted. supersedes: for each child the contact of the version before, where there is one."""

    version: int
    supersedes: tuple[UUID | None, ...]
    out_of_order: bool = False


@dataclass(frozen=True, slots=True)
class Again:
    """The same item with the same content: the first receipt stands."""

    known: KnownItem


@dataclass(frozen=True, slots=True)
class Conflict:
    """The same reference and version with other content: a person must look."""

    known: KnownItem


Verdict = New | Again | Conflict


def judge(arrival: Arrival, thread: Sequence[KnownItem], replaced: Sequence[KnownItem] = ()) -> Verdict:
    """What to do with an item, given every accepted item of its thread and of the thread it says it replaces.

    Versions count within a thread: the first item of a thread follows the latest of the one that it replaces.
    """
    for known in (*thread, *replaced):
        if arrival.identity is not None and known.identity == arrival.identity:
            return Again(known) if known.digest == arrival.digest else Conflict(known)
    latest = max(thread or replaced, key=_order, default=None)
    if latest is None:
        return New(arrival.version or 1, (None,) * len(arrival.child_keys))
    version = arrival.version if arrival.version is not None else max(k.version for k in thread or replaced) + 1
    if thread and _comes_late(arrival, latest):
        return New(version, (None,) * len(arrival.child_keys), out_of_order=True)
    return New(version, _earlier_contacts(arrival.child_keys, latest))


def _order(known: KnownItem) -> tuple[datetime, int]:
    return known.recorded_at or _LONG_AGO, known.version


def _comes_late(arrival: Arrival, latest: KnownItem) -> bool:
    """By the sender's version where it gives one, else by when it was recorded, else never."""
    if arrival.version is not None:
        return arrival.version < latest.version
    both = arrival.recorded_at is not None and latest.recorded_at is not None
    return both and (arrival.recorded_at or _LONG_AGO) < (latest.recorded_at or _LONG_AGO)


def is_resend(known: KnownContent, *, referenced: bool, new: New) -> bool:
    """Whether an item that is new by its reference is the content of `known` once more.

    What follows another version than that content is an update, whatever it says. Contents with another number of
    children were read by other rules and stay apart.
    """
    follows_another = any(e is not None for e in new.supersedes) and new.supersedes != known.contact_ids
    if follows_another or len(new.supersedes) != len(known.contact_ids):
        return False
    return not (known.referenced and referenced)


def _earlier_contacts(child_keys: tuple[str, ...], latest: KnownItem) -> tuple[UUID | None, ...]:
    """For each child the contact about the same child; an only child is the same child whatever its fields say now."""
    by_key = dict(zip(latest.child_keys, latest.contact_ids, strict=True))
    if len(child_keys) == len(latest.contact_ids) == 1:
        return latest.contact_ids
    return tuple(by_key.get(key) for key in child_keys)
