"""Contacts about a child somebody works with already: what goes to the open team, what waits, and who is told."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.router.domain.models import Position
from services.router.handlers import apply_decisions
from shared.messages.staff_decided import DecisionAction
from tests.builders.router import a_decided_message, an_assessed_message
from tests.builders.router_memory import MemoryUnits
from tests.handlers.router.test_place_contacts import IN_DANGER, handle

AT_LEVEL_4: dict[str, Any] = {"level": 4, "rating": "AMBER", "statutory_flag": "s17", "indicators": ("NE2",)}
AT_LEVEL_5: dict[str, Any] = {"level": 5, "rating": "RED", "statutory_flag": "s47", "indicators": ("PH2",)}
FLAGGED: dict[str, Any] = {"level": 3, "statutory_flag": "s17"}


def position_of(units: MemoryUnits, contact_id: UUID) -> Position:
    return units.state.cases[contact_id].position


async def decide(units: MemoryUnits, contact_id: UUID, action: DecisionAction, **facets: Any) -> None:
    async with units() as work:
        await apply_decisions([a_decided_message(contact_id, action, **facets)], work)
        await work.commit()


async def with_open_families_first_case(units: MemoryUnits) -> None:
    first = an_assessed_message(district="SR8", **AT_LEVEL_4)
    await handle(units, first)
    await decide(units, first.contact_id, DecisionAction.CONFIRM)
    units.sent.clear()
    units.later(timedelta(days=1))


async def test_danger_about_a_child_with_an_open_case_alerts_the_team_too() -> None:
    units = MemoryUnits()
    await handle(units, an_assessed_message(open_team="families-first", **IN_DANGER))
    assert units.notices == [
        ("urgent", "danger-alert", "mash-urgent"),
        ("urgent", "danger-alert", "families-first"),
    ]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [(AT_LEVEL_4, "level_4_5"), (AT_LEVEL_5, "level_4_5"), (FLAGGED, "statutory_flag")],
    ids=["level 4", "level 5", "a flag at level 3"],
)
async def test_what_points_at_a_statutory_threshold_waits_at_the_mash_and_the_open_team_hears_at_once(
    facts: dict[str, Any], reason: str
) -> None:
    units = MemoryUnits()
    await with_open_families_first_case(units)
    message = an_assessed_message(**facts)
    await handle(units, message)
    position = position_of(units, message.contact_id)
    assert (position.state.value, position.queue, position.reason) == ("waiting", "mash-screening", reason)
    assert (position.suggested_queue, position.suggested_service) == ("families-first", "families-first")
    assert units.notices == [
        ("routine", "queue-alert", "mash-screening"),
        ("routine", "queue-alert", "families-first"),
    ]


async def test_a_person_who_confirms_gives_it_to_the_team_that_holds_the_case_wherever_the_child_lives_now() -> None:
    units = MemoryUnits()
    await with_open_families_first_case(units)
    message = an_assessed_message(district="DH1", **AT_LEVEL_4)
    await handle(units, message)
    await decide(units, message.contact_id, DecisionAction.CONFIRM)
    position = position_of(units, message.contact_id)
    assert (position.state.value, position.queue, position.team) == ("placed", "families-first", "ff-peterlee")


async def test_a_second_contact_about_a_placed_child_goes_to_the_open_team() -> None:
    units = MemoryUnits()
    first = an_assessed_message(level=3, indicators=("BE2",))
    second = an_assessed_message(consent="not_sought", agency_id="police-durham", agency_kind="police")
    await handle(units, first)
    await handle(units, second)
    position = position_of(units, second.contact_id)
    assert (position.queue, position.reason, position.team) == ("one-point", "open_case", "hub-durham")
    assert position.outcome == "EXISTING"


async def test_the_open_case_is_seen_within_one_batch() -> None:
    units = MemoryUnits()
    first = an_assessed_message(level=3, indicators=("BE2",))
    second = an_assessed_message(consent="not_sought")
    other = an_assessed_message(consent="not_sought", subject="subject-2")
    await handle(units, first, second, other)
    assert [position_of(units, one.contact_id).reason for one in (first, second, other)] == [
        "auto_early_help",
        "open_case",
        "consent_missing",
    ]


async def test_the_strongest_open_case_takes_the_contact() -> None:
    units = MemoryUnits()
    await with_open_families_first_case(units)
    early_help = an_assessed_message(level=3, indicators=("BE2",))
    await handle(units, early_help)
    await decide(units, early_help.contact_id, DecisionAction.CHANGE, queue="one-point")
    units.later(timedelta(days=1))
    third = an_assessed_message()
    await handle(units, third)
    assert position_of(units, third.contact_id).queue == "families-first"


async def test_help_that_the_family_refuses_waits_for_a_person_and_the_open_team_hears() -> None:
    units = MemoryUnits()
    message = an_assessed_message(open_team="hub-durham", consent="refused")
    await handle(units, message)
    position = position_of(units, message.contact_id)
    assert (position.state.value, position.queue, position.reason) == ("waiting", "mash-screening", "consent_missing")
    assert units.notices == [
        ("routine", "queue-alert", "mash-screening"),
        ("routine", "queue-alert", "one-point"),
    ]
