"""Versions of one contact, and a router in values alone: what it holds, batch by batch."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.router.domain.batch import place_all, rule_on_all
from services.router.domain.models import Assessed, Case
from services.router.domain.moves import Move, Ruled
from services.router.domain.staff import StaffDecision
from shared.messages.envelope import Lane
from tests.builders.router import MONDAY_10, TODAY, a_contact, an_origin, durham


def version_id(number: int) -> UUID:
    """The contact id of a version by its number from 1."""
    return UUID(int=0x0193A000_0000_7000_8000_00000000A000 + number)


def a_version(
    number: int,
    *,
    follows: int | None = None,
    subject: str = "subject-1",
    at: datetime | None = None,
    agency_id: str = "school-ferndale",
    **facts: Any,
) -> Assessed:
    """A version of one contact: received an hour after the one before, which it follows unless it is the first."""
    received_at = at or MONDAY_10 + timedelta(hours=number - 1)
    before = number - 1 if follows is None else follows
    contact = a_contact(**{"received_at": received_at, **facts})
    origin = an_origin(
        contact_id=version_id(number),
        subject=subject,
        agency_id=agency_id,
        supersedes=version_id(before) if before else None,
        lane=Lane.URGENT if contact.urgent else Lane.ROUTINE,
    )
    return Assessed(origin, contact, received_at, "county-durham/continuum@2026.1")


class ValueRouter:
    """The cases of one child and its versions, as batches leave them."""

    def __init__(self) -> None:
        self.cases: dict[UUID, Case] = {}
        self.moves: list[Move] = []
        self.stayed: list[Case] = []
        self.at = MONDAY_10
        self._rules = durham().rules_on(TODAY)

    def takes(self, *batch: Assessed) -> list[Move]:
        """What one batch moves."""
        moves, stayed = place_all(batch, self.cases, (), self._rules, self.at)
        self.stayed += stayed
        return self._keep(moves)

    def decides(self, number: int, decision: StaffDecision) -> list[Ruled]:
        """What becomes of a decision about one version; it names the version of the case that stands."""
        case = self.cases[version_id(number)]
        seen = replace(decision, case_version=case.version)
        ruled, followers = rule_on_all([(version_id(number), seen)], self.cases, self._rules, self.at)
        self._keep([one.move for one in ruled if one.move is not None] + followers)
        return ruled

    def _keep(self, moves: Sequence[Move]) -> list[Move]:
        for move in moves:
            before = self.cases.get(move.case.origin.contact_id)
            assert move.case.version == (1 if before is None else before.version + 1)  # No gap, no double.
            self.cases[move.case.origin.contact_id] = move.case
        self.moves += moves
        self.at += timedelta(minutes=1)
        return list(moves)

    def case(self, number: int) -> Case:
        """The case of one version."""
        return self.cases[version_id(number)]

    def stands(self, number: int) -> tuple[str, str, str]:
        """State, queue and reason of one version's case."""
        position = self.case(number).position
        return position.state.value, position.queue, str(position.reason)
