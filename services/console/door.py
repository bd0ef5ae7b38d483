"""The door of a restricted record: closed, open, or open to a reason that is kept and audited.

Invariant: versions of one contact stand behind one door. A restriction or danger of any of them counts for all, so that
a version that leaves the marker out opens nothing.
"""

from dataclasses import dataclass
from uuid import UUID

from services.console.content import read_contact
from services.console.domain.roles import DANGER_FOUND, RESTRICTED_MARKER, Door, Permission, Staff, door_of
from services.console.repository.audit import Act, Outcome
from services.console.repository.case_views import Accepted, Case
from services.console.repository.reasons import OPEN_RESTRICTED
from services.console.work import ConsoleWork
from shared.ids import new_id
from shared.messages.contact import CanonicalContact


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
    accepted: Accepted, staff: Staff, work: ConsoleWork, *, case: Case | None, contact: CanonicalContact | None
) -> ClosedDoor | None:
    """The closed door this person stands before, or None where they may go in. contact: None where it does not open."""
    if staff.may(Permission.OPEN_RESTRICTED):
        return None
    markers, danger = await _of_all_versions(accepted, case, contact, work)
    door = door_of(staff, queue=case.queue if case else None, markers=markers, danger=danger)
    if door is Door.OPEN:
        return None
    if door is Door.CLOSED:
        return ClosedDoor()
    given = await work.reasons.was_given(OPEN_RESTRICTED, str(accepted.contact_id), staff.session_ref)
    return None if given else ClosedDoor(asks=True)


async def _of_all_versions(
    accepted: Accepted, case: Case | None, contact: CanonicalContact | None, work: ConsoleWork
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Markers and danger of the contact and its other versions; what it was ever held for counts as well."""
    versions = await work.views.versions(accepted.contact_id, _named_version(contact))
    markers = set(contact.markers if contact else ())
    danger = set(accepted.danger)
    keys = await work.keys.of(versions) if versions else {}
    for version_id in versions:
        other = await work.views.accepted(version_id)
        if other is None:
            continue
        danger.update(other.danger)
        content = read_contact(other, keys[version_id]) if version_id in keys else None
        markers.update(content.markers if content else ())
    held_for = await work.views.reasons([accepted.contact_id, *versions])
    markers.update(held_for & {RESTRICTED_MARKER})
    danger.update(held_for & {DANGER_FOUND})
    return tuple(sorted(markers)), tuple(sorted(danger))


def _named_version(contact: CanonicalContact | None) -> UUID | None:
    """The version this contact says it follows: known before the router has linked the two."""
    try:
        return UUID(contact.supersedes) if contact and contact.supersedes else None
    except ValueError:
        return None


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
    shut = await closed_door(accepted, staff, work, case=case, contact=contact)
    if shut is None:
        return Opened()
    if not shut.asks:
        return shut
    await work.reasons.give(new_id(), OPEN_RESTRICTED, str(contact_id), staff, reason)
    return Opened()
