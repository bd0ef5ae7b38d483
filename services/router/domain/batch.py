"""Decides a batch in order: what one contact or decision changes, the next one of the same child already sees."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.router.domain.models import Assessed, Case, HeldCase
from services.router.domain.moves import Move, Ruled, Rules, decided_move, following_move
from services.router.domain.placing import Placing
from services.router.domain.staff import Refused, StaffDecision, Stale, rule_on
from services.router.domain.threads import Threads
from services.router.domain.versions import following


def place_all(
    batch: Sequence[Assessed], known: Mapping[UUID, Case], held: Iterable[HeldCase], rules: Rules, at: datetime
) -> tuple[list[Move], list[Case]]:
    """The moves of a batch of assessments, and the cases whose people must hear of something that did not move them.

    known: cases these contacts already have, and those of every other version of them; held: open cases of the same
    subjects besides those.
    """
    placing = Placing(known, held, rules, at)
    for assessed in earlier_first(batch):
        placing.take(assessed)
    placing.settled()
    return placing.moves, placing.stayed


def earlier_first(batch: Sequence[Assessed]) -> list[Assessed]:
    """The batch in its order, but each version after the one it follows."""
    by_contact = {one.origin.contact_id: one for one in batch}
    if not any(one.origin.supersedes in by_contact for one in batch):
        return list(batch)
    depths: dict[UUID, int] = {}

    def depth(one: Assessed) -> int:
        chain: list[UUID] = []
        at: Assessed | None = one
        while at is not None and at.origin.contact_id not in depths and at.origin.contact_id not in chain:
            chain.append(at.origin.contact_id)
            at = None if at.origin.supersedes is None else by_contact.get(at.origin.supersedes)
        below = depths.get(at.origin.contact_id, 0) if at is not None else -1
        for contact_id in reversed(chain):
            below += 1
            depths[contact_id] = below
        return depths[one.origin.contact_id]

    return sorted(batch, key=depth)


def rule_on_all(
    batch: Sequence[tuple[UUID, StaffDecision]], known: Mapping[UUID, Case], rules: Rules, at: datetime
) -> tuple[list[Ruled], list[Move]]:
    """What becomes of each decision, in order, and the moves of earlier versions that follow what was decided.

    Every contact of the batch must be in `known`, with every other version of it.
    """
    cases = dict(known)
    ruled: list[Ruled] = []
    for contact_id, decision in batch:
        case = cases[contact_id]
        ruling = rule_on(decision, case, rules.policy)
        move = None
        if not isinstance(ruling, Stale | Refused):
            move = decided_move(case, decision, ruling, rules, at)
            cases[contact_id] = move.case
        ruled.append(Ruled(decision, case, ruling, move))
    followers = [
        following_move(case, leader, rules, at)
        for case, leader in Threads(cases).following()
        if case.position != following(leader)
    ]
    return ruled, followers
