"""Settling what needs a person, and opening its bytes. Invariant: act, reason and audit entry commit together.

Only the first settlement of an item counts; every later one is told that it came second, and by whom.
"""

from dataclasses import dataclass
from uuid import UUID

from services.console.content import read_contact
from services.console.domain.attention import SCHEMAS, AttentionItem, Settlement
from services.console.domain.roles import Permission, Staff
from services.console.door import ClosedDoor, closed_door
from services.console.repository.attention import Content
from services.console.repository.audit import Act, Outcome
from services.console.repository.case_views import Accepted
from services.console.repository.reasons import OPEN_CONTENT, Reason
from services.console.work import ConsoleWork

_SETTLING = frozenset(Settlement)
_CONTRADICTING = frozenset({"version-conflict", "version_conflict", "idempotency-key-reused"})


@dataclass(frozen=True, slots=True)
class Settled:
    """It is done, in this person's name."""

    item: AttentionItem


@dataclass(frozen=True, slots=True)
class SettledBefore:
    """Somebody was faster, or the system is working on it at this moment. first: who it was, where that is known."""

    item: AttentionItem
    first: Reason | None


@dataclass(frozen=True, slots=True)
class NoSuchItem:
    """No service has an item with this id."""


@dataclass(frozen=True, slots=True)
class CannotRelease:
    """The system cannot try this one again: it can only be resolved."""

    item: AttentionItem


@dataclass(frozen=True, slots=True)
class Shown:
    """The item and its bytes, for one reader."""

    item: AttentionItem
    content: Content


SettleAnswer = Settled | SettledBefore | NoSuchItem | CannotRelease


async def find_item(schema: str, item_id: UUID, work: ConsoleWork) -> AttentionItem | None:
    """One item; None also for a schema that is none of ours."""
    return await work.attention.find(schema, item_id) if schema in SCHEMAS else None


async def settle(
    schema: str,
    item_id: UUID,
    action: Settlement,
    reason: str,
    staff: Staff,
    work: ConsoleWork,
    *,
    reason_id: UUID,
    client: str | None,
) -> SettleAnswer:
    """Release or resolve the item; commits either way, because a vain try is audited too.

    reason_id: made when the form was shown, so that the same form sent twice is one settlement. The owner's log names
    the person and this id; the words stay sealed here, for they may speak of a child.
    """
    answer = await _answer(schema, item_id, action, reason, staff, work, reason_id)
    outcome = Outcome.ALLOWED if isinstance(answer, Settled) else Outcome.FAILED
    detail: dict[str, str | int] = {"reason_id": str(reason_id)} if isinstance(answer, Settled) else {}
    act = Act(f"attention.{action.value}", outcome, staff, f"{schema}/{item_id}"[:200], None, detail, client)
    await work.audit.add(act)
    await work.commit()
    return answer


async def _answer(
    schema: str, item_id: UUID, action: Settlement, reason: str, staff: Staff, work: ConsoleWork, reason_id: UUID
) -> SettleAnswer:
    item = await find_item(schema, item_id, work)
    if item is None:
        return NoSuchItem()
    if action is Settlement.RELEASE and not item.can_release:
        return CannotRelease(item)
    if await work.attention.settle(schema, item_id, action, staff.username, f"console reason {reason_id}"):
        await work.reasons.give(reason_id, action.value, item.name, staff, reason)
        return Settled(item)
    given = [one for one in await work.reasons.of(item.name) if one.act in _SETTLING]
    if any(one.reason_id == reason_id for one in given):
        return Settled(item)
    now = await find_item(schema, item_id, work) or item
    return SettledBefore(now, given[-1] if given and not now.is_open else None)


async def open_content(
    schema: str, item_id: UUID, reason: str, staff: Staff, work: ConsoleWork, *, reason_id: UUID, client: str | None
) -> Shown | ClosedDoor | NoSuchItem:
    """The bytes of an item, after the reason and the audit entry of their reading have been committed.

    A body that is restricted, or contradicts what is, stands behind the door of an accepted record: what may be about a
    child in danger opens to this reason, the rest to managers.
    """
    item = await find_item(schema, item_id, work)
    found: Shown | ClosedDoor | NoSuchItem = NoSuchItem()
    if item is not None and item.has_content and await _is_shut(item, staff, work):
        found = ClosedDoor()
    elif item is not None and item.has_content:
        found = Shown(item, await work.attention.content(item))
        await work.reasons.give(reason_id, OPEN_CONTENT, item.name, staff, reason)
    outcome = {Shown: Outcome.ALLOWED, ClosedDoor: Outcome.DENIED, NoSuchItem: Outcome.FAILED}[type(found)]
    await work.audit.add(Act("attention.open", outcome, staff, f"{schema}/{item_id}"[:200], "triage", client=client))
    await work.commit()
    return found


async def _is_shut(item: AttentionItem, staff: Staff, work: ConsoleWork) -> bool:
    if item.urgent or staff.may(Permission.OPEN_RESTRICTED):
        return False
    whose = await work.attention.whose(item)
    if whose.restricted is None:
        return item.reason in _CONTRADICTING  # These could be read, and may be restricted.
    if whose.restricted or whose.original is None:
        return whose.restricted
    for contradicted in await work.views.siblings(item.id, whose.original):
        accepted = await work.views.accepted(contradicted.contact_id)
        if accepted is not None and await _closed(accepted, staff, work):
            return True
    return False


async def _closed(accepted: Accepted, staff: Staff, work: ConsoleWork) -> bool:
    key = (await work.keys.of([accepted.contact_id])).get(accepted.contact_id)
    contact = None if key is None else read_contact(accepted, key)
    case = await work.views.case(accepted.contact_id)
    return await closed_door(accepted, staff, work, case=case, contact=contact) is not None
