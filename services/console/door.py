"""The door of a restricted record: closed, open, or open to a reason that is kept and audited."""

from dataclasses import dataclass
from uuid import UUID

from services.console.content import read_contact
from services.console.domain.roles import Door, Staff, door_of
from services.console.repository.audit import Act, Outcome
from services.console.repository.case_views import Accepted
from services.console.repository.reasons import OPEN_RESTRICTED
from services.console.work import ConsoleWork
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class NoSuchContact:
    """No accepted contact has this id."""


@dataclass(frozen=True, slots=True)
class ClosedDoor:
    """The record is restricted, and this person may only know that it exists. asks: a reason opens it to them."""

    asks: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """The door is open to this person for as long as their session lasts."""


async def closed_door(
    accepted: Accepted, staff: Staff, work: ConsoleWork, *, queue: str | None, markers: tuple[str, ...]
) -> ClosedDoor | None:
    """The closed door this person stands before, or None where they may go in."""
    door = door_of(staff, queue=queue, markers=markers, danger=accepted.danger)
    if door is Door.OPEN:
        return None
    if door is Door.CLOSED:
        return ClosedDoor()
    given = await work.reasons.was_given(OPEN_RESTRICTED, str(accepted.contact_id), staff.session_ref)
    return None if given else ClosedDoor(asks=True)


async def open_door(
    contact_id: UUID, reason: str, staff: Staff, work: ConsoleWork, *, client: str | None
) -> Opened | ClosedDoor | NoSuchContact:
    """Open the door with a reason, where it asks for one. Commits the audit entry in every case."""
    found = await _try_to_open(contact_id, reason, staff, work)
    outcome = {Opened: Outcome.ALLOWED, ClosedDoor: Outcome.DENIED, NoSuchContact: Outcome.FAILED}[type(found)]
    await work.audit.add(Act("contact.open-restricted", outcome, staff, str(contact_id), "triage", client=client))
    await work.commit()
    return found


async def _try_to_open(
    contact_id: UUID, reason: str, staff: Staff, work: ConsoleWork
) -> Opened | ClosedDoor | NoSuchContact:
    accepted = await work.views.accepted(contact_id)
    if accepted is None:
        return NoSuchContact()
    case = await work.views.case(contact_id)
    key = (await work.keys.of([contact_id])).get(contact_id)
    contact = None if key is None else read_contact(accepted, key)
    markers = () if contact is None else contact.markers
    shut = await closed_door(accepted, staff, work, queue=case.queue if case else None, markers=markers)
    if shut is None:
        return Opened()
    if not shut.asks:
        return shut
    await work.reasons.give(new_id(), OPEN_RESTRICTED, str(contact_id), staff, reason)
    return Opened()
