"""The watch over the clocks: recorded once at half the limit, told from four fifths on, silent once decided."""

from datetime import timedelta
from typing import Any

from services.router.clock_watch import ClockWatch
from services.router.handlers import apply_decisions, place_contacts
from shared.messages.staff_decided import DecisionAction
from tests.builders.router import a_decided_message, an_assessed_message, durham
from tests.builders.router_memory import MemoryUnits

RED: dict[str, Any] = {"level": 5, "rating": "RED", "statutory_flag": "s47", "indicators": ("PH2",)}


async def a_contact_waits(units: MemoryUnits, **facets: Any) -> Any:
    message = an_assessed_message(**facets)
    async with units() as work:
        await place_contacts([message], work)
        await work.commit()
    units.sent.clear()
    return message.contact_id


async def look(units: MemoryUnits) -> list[tuple[str, str, str]]:
    units.sent.clear()
    await ClockWatch(units, durham().clocks, pause_seconds=1).look()
    return units.notices


async def test_alerts_are_raised_once_each_and_told_from_four_fifths_on() -> None:
    units = MemoryUnits()
    await a_contact_waits(units, **RED)
    seen = []
    for _ in range(10):
        units.later(timedelta(minutes=30))
        seen.append(len(await look(units)))
    assert seen == [0, 0, 0, 0, 0, 0, 1, 1, 0, 0]
    assert sorted(point[3] for point in units.state.points) == [50, 80, 100]


async def test_an_alert_goes_to_the_people_of_the_queue() -> None:
    units = MemoryUnits()
    await a_contact_waits(units, **RED)
    units.later(timedelta(hours=3, minutes=15))
    assert await look(units) == [("routine", "queue-alert", "mash-screening")]


async def test_danger_alerts_go_out_urgently() -> None:
    units = MemoryUnits()
    await a_contact_waits(units, danger=("hurt_now",), **RED)
    units.later(timedelta(hours=5))
    assert await look(units) == [("urgent", "danger-alert", "mash-urgent")]


async def test_danger_that_a_person_has_decided_rings_no_more_when_clocks_of_the_work_come_round() -> None:
    units = MemoryUnits()
    contact_id = await a_contact_waits(units, danger=("hurt_now",), **RED)
    async with units() as work:
        placed = a_decided_message(contact_id, DecisionAction.CHANGE, queue="families-first")
        await apply_decisions([placed], work)
        await work.commit()
    units.later(timedelta(days=60))
    told = await look(units)
    assert told
    assert {(lane, kind) for lane, kind, _ in told} == {("urgent", "queue-alert")}


async def test_a_decided_case_raises_no_alert() -> None:
    units = MemoryUnits()
    contact_id = await a_contact_waits(units, **RED)
    async with units() as work:
        await apply_decisions([a_decided_message(contact_id, DecisionAction.CLOSE, outcome="ADVICE")], work)
        await work.commit()
    units.later(timedelta(days=2))
    assert await look(units) == []


async def test_tac_is_flagged_at_twelve_weeks_to_its_team_and_to_maps() -> None:
    units = MemoryUnits()
    contact_id = await a_contact_waits(units, subject_kind="place", indicators=("AS1",))
    async with units() as work:
        await apply_decisions([a_decided_message(contact_id, DecisionAction.CONFIRM)], work)
        await work.commit()
    units.later(timedelta(weeks=9))
    assert await look(units) == []
    units.later(timedelta(weeks=3))
    assert await look(units) == [("routine", "queue-alert", "tac"), ("routine", "queue-alert", "maps")]
