"""kill -9 of anything while contacts flow: all of them settle, none is lost, none is handled twice."""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.faults.oracle import assert_nothing_lost_and_nothing_twice, drained
from tests.faults.sender import send_all
from tests.faults.system import SERVICES, System

CONTACTS = 2000
SEED = int(os.environ.get("MASH_FAULT_SEED", "20261123"))


@pytest.fixture
async def system(tmp_path: Path) -> AsyncIterator[System]:
    system = System(tmp_path)
    try:
        await system.bring_up()
        yield system
    finally:
        system.take_down()


async def _kill_everything_twice(system: System, seed: int) -> list[str]:
    """Each part is killed twice, in an order and rhythm that the seed decides."""
    chance = random.Random(seed)
    victims = [*SERVICES, "kafka", "postgres"] * 2
    chance.shuffle(victims)
    for name in victims:
        await asyncio.sleep(chance.uniform(0.3, 1.5))
        await asyncio.to_thread(system.kill, name)
        await asyncio.sleep(chance.uniform(0.1, 0.8))
        system.start(name)
        system.restart_dead()
    return victims


@pytest.mark.timeout(420)
async def test_kill_9_of_any_part_while_2000_contacts_flow_loses_and_doubles_nothing(system: System) -> None:
    receipts: dict[str, list[str]] = {}
    killer = asyncio.create_task(_kill_everything_twice(system, SEED))
    await send_all(system, receipts, CONTACTS, SEED, pause=0.15)
    assert sorted(await killer) == sorted([*SERVICES, "kafka", "postgres"] * 2)
    await system.settled(CONTACTS, seconds=180)
    await assert_nothing_lost_and_nothing_twice(system, receipts)
    await drained(system, seconds=90)


@pytest.mark.timeout(420)
async def test_kafka_wiped_with_contacts_in_flight_is_rebuilt_from_postgresql(system: System) -> None:
    receipts: dict[str, list[str]] = {}
    system.kill("triage")
    system.kill("router")
    await send_all(system, receipts, CONTACTS, SEED, pause=0)
    system.start("triage")
    await asyncio.sleep(2)
    system.kafka.wipe()
    system.kafka.start()
    await system.apply_topics()
    system.start("router")
    await system.settled(CONTACTS, seconds=240)
    await assert_nothing_lost_and_nothing_twice(system, receipts)
    await drained(system, seconds=90)
