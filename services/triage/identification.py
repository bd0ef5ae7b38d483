"""Finds the person behind each child of a batch, or makes one. One child never becomes two, whoever is faster."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.triage.domain.identity import identity_of
from services.triage.domain.placing import Arrival, Placing, place_children
from services.triage.domain.register import Register
from services.triage.records import Told
from services.triage.work import People
from shared.errors import ReasonCode, TransientFailure
from shared.ids import new_id
from shared.messages.contact import Child

ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class ChildOfContact:
    """A child as one contact describes it. on: the London date of receipt."""

    contact_id: UUID
    child: Child = field(repr=False)
    on: date


async def identify(children: Sequence[ChildOfContact], authority: str, people: People) -> dict[UUID, Placing]:
    """The person of each contact, recorded with everything told about them, and held until the unit ends.

    Raises TransientFailure where other units keep claiming the same children first.
    """
    arrivals = [Arrival(one.contact_id, new_id(), identity_of(one.child, authority, one.on)) for one in children]
    placings = await _placed(arrivals, people)
    told = [
        Told(placing, one.child, arrival.identity, authority)
        for placing, one, arrival in zip(placings, children, arrivals, strict=True)
    ]
    await people.keep(told)
    await people.hold(placing.person_id for placing in placings if not placing.is_new_person)
    return {placing.contact_id: placing for placing in placings}


async def _placed(arrivals: Sequence[Arrival], people: People) -> tuple[Placing, ...]:
    keys = {key for arrival in arrivals for key in arrival.identity.keys}
    for _ in range(ATTEMPTS):
        placings = place_children(arrivals, Register(await people.who_hold(keys)))
        if not await people.claim(placings):
            return placings
    raise TransientFailure(ReasonCode.TRY_AGAIN)
