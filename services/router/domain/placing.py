"""Places the contacts of one batch in order, and keeps the versions of each contact together while it does.

Invariant: in whatever order versions arrive, each known one either leads its own case or follows a newer one, and
`settled` has moved every follower to where its leader stands.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.router.domain.clocks import decide_by
from services.router.domain.models import Assessed, Case, HeldCase, OpenCase, Reason
from services.router.domain.moves import Move, Rules, first_move, following_move, reassessed_move
from services.router.domain.open_cases import OpenCases
from services.router.domain.placement import Placed, Waiting, place
from services.router.domain.reassessment import Kept, Stays, is_same, reassess
from services.router.domain.threads import Threads
from services.router.domain.versions import among_versions, following, is_decided, may_follow, standing
from shared.messages.case_moved import CaseState
from shared.messages.envelope import Lane


class Placing:
    """The cases of a batch while it is decided. moves: in order; stayed: cases whose people must hear of something."""

    def __init__(self, known: Mapping[UUID, Case], held: Iterable[HeldCase], rules: Rules, at: datetime) -> None:
        """known: cases on record, with every version of these contacts; held: other open cases of the same subjects."""
        self.moves: list[Move] = []
        self.stayed: list[Case] = []
        self._rules, self._at = rules, at
        self._threads = Threads(known)
        self._assessed_again: set[UUID] = set()
        self._open_cases = OpenCases(held, rules.policy)
        for case in known.values():
            self._open_cases.note(case, case.assessed_at)

    def take(self, assessed: Assessed) -> None:
        """Place one contact, and let what it changes for the other versions of it take effect."""
        case = self._threads.find(assessed.origin.contact_id)
        if case is None:
            self._place_first(assessed)
        elif case.superseded_by is not None:
            self._place_superseded_again(case, assessed)
        else:
            self._place_again(case, assessed)

    def settled(self) -> None:
        """Move every earlier version that does not stand with its leader yet; once, at the end of the batch."""
        for case, leader in self._threads.following():
            stands_there = case.version > 0 and case.position == following(leader)
            if not stands_there or case.origin.contact_id in self._assessed_again:
                self._keep(following_move(case, leader, self._rules, self._at))

    def _place_first(self, assessed: Assessed) -> None:
        if not self._threads.has_other(assessed.origin):
            self._keep(self._first_move(assessed, ()))
            return
        before = self._threads.before(assessed.origin, assessed.contact)
        newer = self._threads.newer(assessed.origin, assessed.contact)
        leader = self._threads.leader(newer) if newer is not None else None
        if newer is None or leader is None:
            self._keep(self._first_move(assessed, before))
        elif not may_follow([assessed.contact], leader):
            self._keep(self._first_move(assessed, (*before, leader)))
        else:
            move = self._first_move(assessed, before)
            self._threads.keep(replace(move.case, version=0, superseded_by=newer.origin.contact_id))
            self.stayed += [leader] if is_decided(leader) else []
        self.stayed += self._threads.about_another(assessed)
        self._link_before(assessed)
        self._place_leader_anew(assessed)

    def _place_again(self, case: Case, assessed: Assessed) -> None:
        origin, contact = assessed.origin, assessed.contact
        before = self._threads.before(origin, contact)
        open_case = self._open_case(assessed, before)
        decision = reassess(case, contact, assessed.assessed_at, open_case, self._rules.policy, before)
        if isinstance(decision, Stays):
            self.stayed += [case] if decision.why is Kept.PERSON_DECIDED else []
            return
        self._keep(self._move_again(case, assessed, before, decision))
        self._link_before(assessed)
        self._place_leader_anew(assessed)

    def _place_superseded_again(self, case: Case, assessed: Assessed) -> None:
        """A version that follows keeps its new facts, and its leader is placed anew by them.

        Where a person decided about the leader it stays; danger nobody knew of takes this version away from it.
        """
        if assessed.assessed_at < case.assessed_at:
            return
        leader = self._threads.leader(case)
        before = self._threads.before(assessed.origin, assessed.contact)
        if not is_decided(leader):
            self._keep_facts(case, assessed, before)
            self._place_leader_anew(assessed)
        elif assessed.contact.in_danger and not (case.contact.in_danger or leader.contact.in_danger):
            alone = replace(case, superseded_by=None)
            self._keep(self._move_again(alone, assessed, before, self._decide(assessed, before)))
        else:
            self.stayed.append(leader)

    def _keep_facts(self, case: Case, assessed: Assessed, before: Sequence[Case]) -> None:
        contact, _ = standing(assessed.contact, before)
        if contact != case.contact:
            self._assessed_again.add(case.origin.contact_id)
            known = replace(case, contact=contact, assessed_at=assessed.assessed_at)
            self._threads.keep(replace(known, policy_version=assessed.policy_version))

    def _link_before(self, assessed: Assessed) -> None:
        linked = self._threads.link_before(assessed.origin, assessed.contact)
        if linked is not None:
            self._open_cases.note(linked, self._at)

    def _place_leader_anew(self, assessed: Assessed) -> None:
        """A newer version that is there already is placed by what the earlier one says too, unless a person decided."""
        newer = self._threads.newer(assessed.origin, assessed.contact)
        leader = self._threads.leader(newer) if newer is not None else None
        if newer is None or leader is None or is_decided(leader):
            return
        self._hold_to_the_first(newer)
        again = Assessed(leader.origin, leader.contact, leader.assessed_at, leader.policy_version)
        before = self._threads.before(leader.origin, leader.contact)
        decision = self._decide(again, before)
        if leader.position.reason == Reason.NEWER_VERSION and isinstance(decision, Waiting):
            decision = replace(decision, reason=Reason.NEWER_VERSION)  # What it lacks was taken from an earlier one.
        had_it = leader.position.state is CaseState.PLACED and leader.position.queue != decision.queue
        if had_it and standing(leader.contact, before)[0].services_may_hear:
            decision = replace(decision, alerted=(*decision.alerted, leader.position.queue))  # It had the case so far.
        move = self._move_again(leader, again, before, decision)
        if not (is_same(leader, move.case.contact, decision) and leader.decide_by == move.case.decide_by):
            self._keep(move)

    def _hold_to_the_first(self, newer: Case) -> None:
        """The versions between an earlier one and its leader count from the earlier one's receipt too."""
        while newer.superseded_by is not None:
            before = self._threads.before(newer.origin, newer.contact)
            contact, no_later = standing(newer.contact, before)
            due = min(decide_by(contact, self._rules.clocks), no_later or newer.decide_by, newer.decide_by)
            if (contact, due) != (newer.contact, newer.decide_by):
                self._assessed_again.add(newer.origin.contact_id)
                self._threads.keep(replace(newer, contact=contact, decide_by=due))
            newer = self._threads.named(newer.superseded_by)

    def _decide(self, assessed: Assessed, before: Sequence[Case]) -> Waiting | Placed:
        policy = self._rules.policy
        open_case = self._open_case(assessed, before)
        if not before:
            return place(assessed.contact, open_case, policy)
        contact, _ = standing(assessed.contact, before)
        alone = place(contact, open_case, policy)
        return among_versions(assessed.contact, before, alone, policy)

    def _first_move(self, assessed: Assessed, before: Sequence[Case]) -> Move:
        decision = self._decide(assessed, before)
        stands, no_later = _as_it_stands(assessed, before)
        return first_move(stands, decision, self._rules, self._at, no_later=no_later)

    def _move_again(self, case: Case, assessed: Assessed, before: Sequence[Case], decision: Waiting | Placed) -> Move:
        stands, no_later = _as_it_stands(assessed, before)
        return reassessed_move(case, stands, decision, self._rules, self._at, no_later=no_later)

    def _open_case(self, assessed: Assessed, before: Sequence[Case]) -> OpenCase | None:
        """An open case besides this one: a version of it that nobody decided is no case of its own."""
        own = {case.origin.contact_id for case in before if not is_decided(case)}
        return self._open_cases.of(assessed.origin.subject, besides=own | {assessed.origin.contact_id})

    def _keep(self, move: Move) -> None:
        self._threads.keep(move.case)
        self._open_cases.note(move.case, move.moved_at)
        self.moves.append(move)


def _as_it_stands(assessed: Assessed, before: Sequence[Case]) -> tuple[Assessed, datetime | None]:
    """The assessment with what the versions before it leave standing; danger keeps its lane."""
    if not before:
        return assessed, None
    contact, no_later = standing(assessed.contact, before)
    lane = Lane.URGENT if contact.urgent else assessed.origin.lane
    origin = assessed.origin if lane is assessed.origin.lane else replace(assessed.origin, lane=lane)
    return replace(assessed, origin=origin, contact=contact), no_later
