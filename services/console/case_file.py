"""Everything known about one contact, composed on demand from the other services' views for one audited reader.

Invariant: nothing of a contact leaves this module before the audit entry of its reading has been committed.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from services.console.content import read_assessment, read_contact, read_reason
from services.console.domain.decisions import Recorded
from services.console.domain.history import Event, HistoryEntry, decided_entries, in_order
from services.console.domain.roles import Staff
from services.console.door import ClosedDoor, NoSuchContact, closed_door
from services.console.repository.audit import Act, Outcome
from services.console.repository.case_views import Accepted, Assessed, Case, Involvement, Notice, Placement, Sibling
from services.console.work import ConsoleWork
from shared.messages.assessment import Assessment
from shared.messages.contact import CanonicalContact, Child
from shared.sealing import DataKey


@dataclass(frozen=True, slots=True)
class Need:
    """Level of the continuum, rating and statutory flag as they stand; None before triage has said."""

    level: int | None = None
    rating: str | None = None
    statutory_flag: str | None = None


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What one reader was given. content: readable, destroyed (its key was shredded), or unreadable (a broken seal)."""

    accepted: Accepted
    content: str
    contact: CanonicalContact | None
    assessed: Assessed | None
    assessment: Assessment | None
    case: Case | None
    placements: tuple[Placement, ...]
    notices: tuple[Notice, ...]
    involvement: tuple[Involvement, ...]
    siblings: tuple[Sibling, ...]
    decisions: tuple[tuple[Recorded, str | None], ...]
    history: tuple[HistoryEntry, ...]

    @property
    def state(self) -> str:
        """in_flight, waiting, placed or closed."""
        return "in_flight" if self.case is None else self.case.state

    @property
    def need(self) -> Need:
        """As people left it, where they decided; what triage suggested otherwise."""
        found: Case | Assessed | None = self.case or self.assessed
        return Need() if found is None else Need(found.level, found.rating, found.statutory_flag)

    @property
    def protects_an_address(self) -> bool:
        """Whether the sender said that an address must not become known."""
        if self.contact is None:
            return False
        of_child = self.contact.subject.addresses if isinstance(self.contact.subject, Child) else ()
        of_adults = (adult.address for adult in self.contact.adults if adult.address is not None)
        return self.contact.protected_address or any(one.status == "protected" for one in (*of_child, *of_adults))

    @property
    def suggested_queue(self) -> str | None:
        """What the router suggests for the version shown."""
        return None if self.case is None else self.case.suggested_queue

    @property
    def standing_decision(self) -> Recorded | None:
        """A decision on the version shown that the router has not carried out yet."""
        return next((one for one in self._on_this_version if one.refusal is None), None)

    @property
    def refused_decision(self) -> Recorded | None:
        """The newest decision on the version shown that the router could not carry out, where none stands."""
        refused = [one for one in self._on_this_version if one.refusal is not None]
        return refused[-1] if refused and self.standing_decision is None else None

    @property
    def _on_this_version(self) -> list[Recorded]:
        version = None if self.case is None else self.case.version
        return [decision for decision, _ in self.decisions if decision.case_version == version]


async def open_case_file(
    contact_id: UUID, staff: Staff, work: ConsoleWork, *, purpose: str, client: str | None
) -> CaseFile | ClosedDoor | NoSuchContact:
    """The case file for this reader, or why not. Commits the audit entry in every case, before anything is returned."""
    accepted = await work.views.accepted(contact_id)
    found: CaseFile | ClosedDoor | NoSuchContact
    if accepted is None:
        found = NoSuchContact()
    else:
        found = await _compose(accepted, staff, work)
    outcome = {CaseFile: Outcome.ALLOWED, ClosedDoor: Outcome.DENIED, NoSuchContact: Outcome.FAILED}[type(found)]
    await work.audit.add(Act("contact.read", outcome, staff, str(contact_id), purpose, client=client))
    await work.commit()
    return found


async def _compose(accepted: Accepted, staff: Staff, work: ConsoleWork) -> CaseFile | ClosedDoor:
    contact_id = accepted.contact_id
    key = (await work.keys.of([contact_id])).get(contact_id)
    contact = None if key is None else read_contact(accepted, key)
    case = await work.views.case(contact_id)
    shut = await closed_door(accepted, staff, work, case=case, contact=contact)
    if shut is not None:
        return shut
    assessed = await work.views.assessed(contact_id)
    placements = await work.views.placements(contact_id)
    notices = await work.views.notices(contact_id)
    decisions = await _decisions(contact_id, key, work)
    return CaseFile(
        accepted=accepted,
        content="destroyed" if key is None else "readable" if contact is not None else "unreadable",
        contact=contact,
        assessed=assessed,
        assessment=None if assessed is None or key is None else read_assessment(assessed, key),
        case=case,
        placements=tuple(placements),
        notices=tuple(notices),
        involvement=tuple(await work.views.involvement(contact_id)),
        siblings=tuple(await work.views.siblings(contact_id, accepted.receipt_id)),
        decisions=tuple(decisions),
        history=_history(accepted, assessed, placements, notices, decisions),
    )


async def _decisions(contact_id: UUID, key: DataKey | None, work: ConsoleWork) -> list[tuple[Recorded, str | None]]:
    kept = await work.decisions.of(contact_id)
    refusals = await work.views.refusals(contact_id) if kept else {}
    return [
        (
            replace(decision, refusal=refusals.get(decision.decision_id)),
            None if key is None else read_reason(decision.decision_id, part, key),
        )
        for decision, part in kept
    ]


def _history(
    accepted: Accepted,
    assessed: Assessed | None,
    placements: list[Placement],
    notices: list[Notice],
    decisions: list[tuple[Recorded, str | None]],
) -> tuple[HistoryEntry, ...]:
    received = HistoryEntry(accepted.received_at, Event.RECEIVED, {"agency_id": accepted.agency_id})
    scored = [] if assessed is None else [_assessed_entry(assessed)]
    names = {str(decision.staff_id): decision.username for decision, _ in decisions}
    moved = [_moved_entry(placement, names) for placement in placements]
    told = [_notice_entry(notice) for notice in notices if notice.settled_at is not None]
    return in_order([received], scored, moved, told, decided_entries(decisions))


def _assessed_entry(assessed: Assessed) -> HistoryEntry:
    codes: dict[str, str | int | None] = {
        "level": assessed.level,
        "rating": assessed.rating,
        "needs_person": assessed.needs_person,
        "policy_version": assessed.policy_version,
    }
    return HistoryEntry(assessed.assessed_at, Event.ASSESSED, codes)


def _moved_entry(placement: Placement, names: dict[str, str]) -> HistoryEntry:
    codes: dict[str, str | int | None] = {
        "version": placement.version,
        "state": placement.state,
        "queue": placement.queue,
        "level": placement.level,
        "reason": placement.reason,
        "outcome": placement.outcome,
        "service": placement.service,
        "team": placement.team,
    }
    by = None if placement.decided_by is None else names.get(placement.decided_by, placement.decided_by)
    return HistoryEntry(placement.moved_at, Event.MOVED, codes, by=by)


def _notice_entry(notice: Notice) -> HistoryEntry:
    codes: dict[str, str | int | None] = {
        "kind": notice.kind,
        "channel": notice.channel,
        "recipient": notice.recipient,
        "status": notice.status,
        "attempts": notice.attempts,
    }
    assert notice.settled_at is not None
    return HistoryEntry(notice.settled_at, Event.NOTICE, codes)
