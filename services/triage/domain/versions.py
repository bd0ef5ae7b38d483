"""Versions of one contact: an agency that sends a newer version of its notice has got in touch once, not twice.

The newest version says what the contact is about. It never lowers what stands: while nobody has decided about it, the
highest level and a decided outcome of the versions before it stay, because raising is safe and lowering is a person's.
Sources: timescales (a resent or merged duplicate keeps the first receipt); continuum, risk multipliers (raise, never
lower); how versions are counted: assumption, confirm with the authority.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from services.triage.domain.history import REFERRAL, Entry


def counted_once(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """One entry for each contact, in place of one for each version of it; what has no newer version stays as it is.

    Only entries of one child are given: a version about somebody else takes nothing away from this child.
    """
    if all(entry.supersedes is None for entry in entries):
        return tuple(entries)
    by_contact = {entry.contact_id: entry for entry in entries if entry.contact_id is not None}
    replaced = {entry.supersedes for entry in entries if entry.supersedes is not None}
    return tuple(_whole(entry, by_contact) for entry in entries if entry.contact_id not in replaced)


def of_other_contacts(entries: Sequence[Entry], contact_id: UUID, supersedes: UUID | None = None) -> tuple[Entry, ...]:
    """The entries that are no version of this contact, earlier or later. supersedes: the version it follows."""
    thread = {contact_id, supersedes} - {None}
    grown = 0
    while len(thread) > grown:
        grown = len(thread)
        for entry in entries:
            if entry.contact_id in thread or entry.supersedes in thread:
                thread |= {one for one in (entry.contact_id, entry.supersedes) if one is not None}
    return tuple(entry for entry in entries if entry.contact_id is None or entry.contact_id not in thread)


def _whole(newest: Entry, by_contact: dict[UUID, Entry]) -> Entry:
    """The newest version with what the earlier ones leave standing, dated to the first of them."""
    whole, seen = newest, {newest.contact_id}
    earlier = _before(newest, by_contact)
    while earlier is not None and earlier.contact_id not in seen:
        seen.add(earlier.contact_id)
        whole = _onto(earlier, whole)
        earlier = _before(earlier, by_contact)
    return whole


def _before(entry: Entry, by_contact: dict[UUID, Entry]) -> Entry | None:
    return None if entry.supersedes is None else by_contact.get(entry.supersedes)


def _onto(earlier: Entry, newer: Entry) -> Entry:
    dated = replace(newer, on=min(earlier.on, newer.on))
    if newer.decided:
        return dated
    return replace(
        dated,
        level=max((level for level in (earlier.level, newer.level) if level is not None), default=None),
        outcome=newer.outcome or earlier.outcome,
        kind=REFERRAL if REFERRAL in (earlier.kind, newer.kind) else newer.kind,
        decided=earlier.decided,
    )
