"""Decides a batch in order: what one contact or decision changes, the next one of the same child already sees."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.router.domain.catalogue import Catalogue
from services.router.domain.models import Assessed, Case, HeldCase, OpenCase
from services.router.domain.moves import Move, Ruled, Rules, decided_move, first_move, reassessed_move
from services.router.domain.placement import Policy, place
from services.router.domain.reassessment import Kept, Stays, reassess
from services.router.domain.staff import Refused, StaffDecision, Stale, rule_on
from shared.messages.case_moved import CaseState


def place_all(
    batch: Sequence[Assessed], known: Mapping[UUID, Case], held: Iterable[HeldCase], rules: Rules, at: datetime
) -> tuple[list[Move], list[Case]]:
    """The moves of a batch of assessments, and the cases a person decided whose queue must hear of a new assessment.

    known: cases these contacts already have; held: open cases of the same subjects.
    """
    cases = dict(known)
    open_cases = OpenCases(held, rules.policy)
    moves: list[Move] = []
    stayed: list[Case] = []
    for assessed in batch:
        contact_id = assessed.origin.contact_id
        case = cases.get(contact_id)
        open_case = open_cases.of(assessed.origin.subject, besides=contact_id)
        if case is None:
            move = first_move(assessed, place(assessed.contact, open_case, rules.policy), rules, at)
        else:
            decision = reassess(case, assessed.contact, assessed.assessed_at, open_case, rules.policy)
            if isinstance(decision, Stays):
                stayed += [case] if decision.why is Kept.PERSON_DECIDED else []
                continue
            move = reassessed_move(case, assessed, decision, rules, at)
        cases[contact_id] = move.case
        open_cases.note(move)
        moves.append(move)
    return moves, stayed


def rule_on_all(
    batch: Sequence[tuple[UUID, StaffDecision]], known: Mapping[UUID, Case], rules: Rules, at: datetime
) -> list[Ruled]:
    """What becomes of each decision, in order. Every contact of the batch must be in `known`."""
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
    return ruled


class OpenCases:
    """The open cases of the subjects of one batch, as they stand while it is decided."""

    def __init__(self, held: Iterable[HeldCase], policy: Policy) -> None:
        """held: what is on record before the batch."""
        self._catalogue = policy.catalogue
        self._by_subject: dict[str, dict[UUID, HeldCase]] = {}
        for one in held:
            self._by_subject.setdefault(one.subject, {})[one.contact_id] = one

    def of(self, subject: str, *, besides: UUID) -> OpenCase | None:
        """The strongest open case of a subject, leaving out one contact's own."""
        held = [one for one in self._by_subject.get(subject, {}).values() if one.contact_id != besides]
        return strongest(held, self._catalogue) if held else None

    def note(self, move: Move) -> None:
        """Take a move of this batch into account."""
        position, origin = move.case.position, move.case.origin
        service = position.service or position.queue
        entry = self._catalogue.entry(service)
        held = self._by_subject.setdefault(origin.subject, {})
        held.pop(origin.contact_id, None)
        if position.state is CaseState.PLACED and entry is not None and entry.holds_open_cases:
            open_case = OpenCase(position.queue, service, position.team)
            held[origin.contact_id] = HeldCase(origin.subject, origin.contact_id, open_case, move.moved_at)


def strongest(held: Sequence[HeldCase], catalogue: Catalogue) -> OpenCase:
    """The case whose service takes the highest level; among equals the one moved last."""

    def strength(one: HeldCase) -> tuple[int, datetime]:
        entry = catalogue.entry(one.held.service or one.held.queue)
        return (max(entry.open_case_levels, default=0) if entry is not None else 0, one.since)

    return max(held, key=strength).held
