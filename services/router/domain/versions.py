"""A newer version of a contact takes the place of the one before it, and nothing is lowered without a person.

The earlier case follows the newer one: it stands where that one stands, is counted there, and ends with it. One that a
person decided stays as they left it. Until a person decides, danger and the earliest due time of every version hold.
Sources: timescales (a resent or merged duplicate keeps the first receipt; re-rating restarts nothing); continuum, risk
multipliers (raise, never lower) and rule 5 (a qualified person decides); that a case follows its newer version:
assumption, confirm with the authority.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.router.domain.catalogue import FLAGS
from services.router.domain.models import Case, Contact, Origin, Position, Reason
from services.router.domain.placement import PLACE, Placed, Policy, Waiting
from services.router.domain.selection import suggest
from services.router.domain.staff import RATINGS
from shared.messages.case_moved import CaseState


def is_decided(case: Case) -> bool:
    """True where a person decided where the case stands, or that of the version it follows: it stays there.

    Source: continuum, rule 5 (a qualified person decides).
    """
    return case.position.decided_by is not None


def is_same_thread(case: Case, origin: Origin, contact: Contact) -> bool:
    """True where two versions are of one agency and about one child, or both about a place.

    A version about somebody else takes nobody's place: both cases stand.
    Source: assumption, confirm with the authority.
    """
    if case.origin.agency_id != origin.agency_id:
        return False
    both_places = case.contact.subject_kind == PLACE == contact.subject_kind
    return both_places or case.origin.subject == origin.subject


def lowers(contact: Contact, before: Contact) -> bool:
    """True where a version says less than another in anything that counts: danger, level, flag, rating, restriction.

    Source: continuum, rule 1 and risk multipliers (the highest level, the fastest speed; raise, never lower).
    """
    return (
        (before.in_danger and not contact.in_danger)
        or contact.level < before.level
        or FLAGS.index(contact.flag) < FLAGS.index(before.flag)
        or RATINGS.index(contact.rating) > RATINGS.index(before.rating)
        or (Reason.RESTRICTED in before.markers and Reason.RESTRICTED not in contact.markers)
    )


def standing(contact: Contact, before: Sequence[Case]) -> tuple[Contact, datetime | None]:
    """The newer version with what holds until a person decides: danger, a restriction, the first receipt.

    Beside it the due time that the versions before it leave, or None. before: those versions, the nearest first, up to
    one that a person decided. Its clocks start at the first receipt of those nobody decided; danger that none of them
    brought starts them anew.
    Source: timescales (clock starts at the first receipt); a start of its own for new danger: assumption.
    """
    undecided = [case for case in before if not is_decided(case)]
    restricted = any(Reason.RESTRICTED in case.contact.markers for case in before)
    if restricted and Reason.RESTRICTED not in contact.markers:
        contact = replace(contact, markers=(*contact.markers, Reason.RESTRICTED.value))
    if not undecided:
        return contact, None
    first, no_later, in_danger = _clock_of(undecided)
    if contact.in_danger and not in_danger:
        waiting = [case.decide_by for case in undecided if _waits(case)]
        return contact, min(waiting, default=None)
    received_at = min(contact.received_at, first)
    return replace(contact, urgent=contact.urgent or in_danger, received_at=received_at), no_later


def among_versions(
    contact: Contact, before: Sequence[Case], decided: Waiting | Placed, policy: Policy
) -> Waiting | Placed:
    """Where a newer version goes. contact: as its agency sent it; decided: where it would go on its own.

    Nothing is placed behind a person who decided about a version before it (its open team excepted), and nothing that
    says less than a version nobody decided: it waits with what would have been done as the suggestion.
    Services and people that hold a version before it hear of it; of a restricted record only people do.
    Source: continuum, rule 5 (a qualified person decides); the rest: assumption, confirm with the authority.
    """
    says_less = any(lowers(contact, case.contact) for case in before if not is_decided(case))
    behind_a_person = any(is_decided(case) for case in before)
    if isinstance(decided, Placed) and (says_less or (behind_a_person and decided.reason != Reason.OPEN_CASE)):
        decided = _before_people(contact, before, decided, policy)
    elif isinstance(decided, Waiting) and says_less and not contact.in_danger:
        decided = replace(decided, reason=Reason.NEWER_VERSION)
    services = _services(before) if contact.services_may_hear else ()
    told = [queue for queue in (*decided.alerted, *services, *_handed_over(before)) if queue != decided.queue]
    return replace(decided, alerted=tuple(dict.fromkeys(told)))


def may_follow(earlier: Sequence[Contact], leader: Case) -> bool:
    """True where versions that come late may take the place of the newer one.

    They may not where a person decided about the newer one alone and one of them says more than that person saw.
    Source: continuum, rule 5 and "raise, never lower".
    """
    return not is_decided(leader) or not any(lowers(leader.contact, contact) for contact in earlier)


def following(leader: Case) -> Position:
    """Where an earlier version stands: with the newer one. Nothing is suggested: people decide about that one.

    Source: assumption, confirm with the authority.
    """
    return replace(
        leader.position, reason=Reason.SUPERSEDED, suggested_queue=None, suggested_service=None, alternatives=()
    )


def _clock_of(undecided: Sequence[Case]) -> tuple[datetime, datetime, bool]:
    """Start and due time that these versions leave, and whether danger stands. The nearest comes first, so go back."""
    oldest, *later = reversed(undecided)
    start, no_later, in_danger = oldest.contact.received_at, oldest.decide_by, oldest.contact.in_danger
    for case in later:
        if case.contact.in_danger and not in_danger:
            start, no_later, in_danger = case.contact.received_at, case.decide_by, True
        else:
            start, no_later = min(start, case.contact.received_at), min(no_later, case.decide_by)
    return start, no_later, in_danger


def _before_people(contact: Contact, before: Sequence[Case], placed: Placed, policy: Policy) -> Waiting:
    """Before the people to whom a person handed an earlier version, else the screening queue; the placement suggested.

    An undecided version's queue says nothing here: what it waited for may be settled by now.
    """
    handed_over = _handed_over(before)
    suggestion = suggest(contact, policy.catalogue)
    others = [one for one in (suggestion.service, *suggestion.alternatives) if one and one != placed.service]
    return Waiting(
        queue=handed_over[0] if handed_over else policy.catalogue.people.otherwise,
        reason=Reason.NEWER_VERSION,
        suggestion=replace(
            suggestion, queue=placed.queue, service=placed.service, alternatives=tuple(dict.fromkeys(others))
        ),
        alerted=(placed.queue,) if placed.reason == Reason.OPEN_CASE else (),
        team=placed.team if placed.reason == Reason.OPEN_CASE else None,
    )


def _services(before: Sequence[Case]) -> tuple[str, ...]:
    """Services that have an earlier version."""
    return tuple(case.position.queue for case in before if case.position.state is CaseState.PLACED)


def _handed_over(before: Sequence[Case]) -> tuple[str, ...]:
    """People to whom a person handed an earlier version over."""
    return tuple(case.position.queue for case in before if _waits(case) and is_decided(case))


def _waits(case: Case) -> bool:
    return case.position.state is CaseState.WAITING
