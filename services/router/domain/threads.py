"""The versions of each contact as they stand while a batch is decided: which came before, which leads.

A version is superseded by the next newer one that is known; the one at the end of that chain leads. Versions may arrive
in any order, so links are made from either side.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from uuid import UUID

from services.router.domain.models import Assessed, Case, Contact, Origin
from services.router.domain.versions import is_decided, is_same_thread, may_follow


class Threads:
    """Every known case of the versions that a batch touches."""

    def __init__(self, known: Mapping[UUID, Case]) -> None:
        """known: the cases on record, whole chains of versions."""
        self._cases: dict[UUID, Case] = {}
        self._newer: dict[UUID, list[UUID]] = {}
        for case in known.values():
            self.keep(case)

    def find(self, contact_id: UUID) -> Case | None:
        """The case of a contact, or None while it has none."""
        return self._cases.get(contact_id)

    def named(self, contact_id: UUID) -> Case:
        """The case that another one names as the version it follows."""
        return self._cases[contact_id]

    def keep(self, case: Case) -> None:
        """Take a case as it stands from now on."""
        contact_id, supersedes = case.origin.contact_id, case.origin.supersedes
        if supersedes is not None and contact_id not in self._newer.get(supersedes, ()):
            self._newer.setdefault(supersedes, []).append(contact_id)
        self._cases[contact_id] = case

    def has_other(self, origin: Origin) -> bool:
        """True where this contact names an earlier version, or a known one names it; most contacts have no other."""
        return origin.supersedes is not None or origin.contact_id in self._newer

    def before(self, origin: Origin, contact: Contact) -> tuple[Case, ...]:
        """The versions before this one, the nearest first, up to and with the first that a person decided.

        Source: continuum, rule 5 (what a person decided stands); the rest: assumption, confirm with the authority.
        """
        found: list[Case] = []
        seen = {origin.contact_id}
        at = origin.supersedes
        while at is not None and at not in seen:
            seen.add(at)
            case = self._cases.get(at)
            if case is None or not is_same_thread(case, origin, contact):
                break
            found.append(case)
            at = None if is_decided(case) else case.origin.supersedes
        return tuple(found)

    def newer(self, origin: Origin, contact: Contact) -> Case | None:
        """The version that says it follows this one; of several the one received last.

        Source: assumption, confirm with the authority.
        """
        found = [self._cases[one] for one in self._newer.get(origin.contact_id, ()) if one != origin.contact_id]
        same = [case for case in found if is_same_thread(case, origin, contact)]
        return max(same, key=lambda case: (case.contact.received_at, case.origin.contact_id), default=None)

    def about_another(self, assessed: Assessed) -> tuple[Case, ...]:
        """The case that this contact, or that a newer one of it, names as its earlier version although it is no such.

        Either the child or the agency is another one, so nobody's place is taken and its people must look.
        """
        origin, contact = assessed.origin, assessed.contact
        earlier = self._cases.get(origin.supersedes) if origin.supersedes is not None else None
        others = [] if earlier is None or is_same_thread(earlier, origin, contact) else [earlier]
        newer = [self._cases[one] for one in self._newer.get(origin.contact_id, ())]
        return (*others, *(case for case in newer if not is_same_thread(case, origin, contact)))

    def leader(self, case: Case) -> Case:
        """The version that leads: the case itself unless a newer one has taken its place."""
        while case.superseded_by is not None:
            case = self.named(case.superseded_by)
        return case

    def link_before(self, origin: Origin, contact: Contact) -> Case | None:
        """Let the version before this one follow it, unless a person decided about it or it already follows another.

        Returns that version where it follows from now on.
        Source: continuum, rule 5; that a case follows its newer version: assumption, confirm with the authority.
        """
        earlier = self._cases.get(origin.supersedes) if origin.supersedes is not None else None
        if earlier is None or earlier.superseded_by is not None or is_decided(earlier):
            return None
        leader = self.leader(self._cases[origin.contact_id])
        if leader.origin.contact_id == earlier.origin.contact_id or not is_same_thread(earlier, origin, contact):
            return None
        come_along = (earlier, *self.before(earlier.origin, earlier.contact))
        if not may_follow([case.contact for case in come_along if not is_decided(case)], leader):
            return None
        linked = replace(earlier, superseded_by=origin.contact_id)
        self.keep(linked)
        return linked

    def following(self) -> Iterator[tuple[Case, Case]]:
        """Every version that follows another, with the one that leads it."""
        for case in list(self._cases.values()):
            if case.superseded_by is not None:
                yield case, self.leader(case)
