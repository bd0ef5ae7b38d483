"""What is not dead but ill: frozen processes, connections cut in mid-work, two processes where one was."""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.faults.oracle import assert_nothing_lost_and_nothing_twice, drained
from tests.faults.sender import send_all
from tests.faults.system import System

CONTACTS = 2000
SEED = int(os.environ.get("MASH_FAULT_SEED", "20261123"))
TWINS = ("intake-1", "triage-1", "router-1", "notifier-1", "console-1")
_CUT = """
    select count(pg_terminate_backend(pid)) from pg_stat_activity
    where application_name like 'mash-%' and random() < 0.5
"""


@pytest.fixture
async def system(tmp_path: Path) -> AsyncIterator[System]:
    system = System(tmp_path)
    try:
        await system.bring_up()
        for name in TWINS:
            system.start(name)
        yield system
    finally:
        system.take_down()


async def _cut_connections(system: System, times: int) -> int:
    """Half of the services' connections end, wherever their transactions are."""
    cut = 0
    for _ in range(times):
        await asyncio.sleep(0.7)
        engine = system.engine()
        try:
            async with engine.connect() as connection:
                cut += (await connection.execute(text(_CUT))).scalar_one()
        except (DBAPIError, OSError):
            continue
        finally:
            await engine.dispose()
    return cut


async def _freeze(system: System, name: str, seconds: float) -> None:
    system.stand_still(name)
    await asyncio.sleep(seconds)
    system.go_on(name)


async def _freeze_each(system: System, seed: int) -> None:
    """One of two processes at a time stands still: its group goes on without it or waits, and takes it back."""
    chance = random.Random(seed)
    for name in ("triage", "router-1", "intake", "notifier", "console-1"):
        await asyncio.sleep(chance.uniform(0.2, 1.0))
        await _freeze(system, name, chance.uniform(2.0, 5.0))


@pytest.mark.timeout(420)
async def test_cut_connections_and_frozen_processes_lose_and_double_nothing(system: System) -> None:
    receipts: dict[str, list[str]] = {}
    cutting = asyncio.create_task(_cut_connections(system, 25))
    freezing = asyncio.create_task(_freeze_each(system, SEED))
    await send_all(system, receipts, CONTACTS, SEED, pause=0.1)
    assert await cutting > 20
    await freezing
    await system.settled(CONTACTS, seconds=180)
    await assert_nothing_lost_and_nothing_twice(system, receipts)
    await drained(system, seconds=90)


@pytest.mark.timeout(420)
async def test_a_kafka_that_stands_still_for_a_while_delays_and_loses_nothing(system: System) -> None:
    receipts: dict[str, list[str]] = {}
    sending = asyncio.create_task(send_all(system, receipts, CONTACTS, SEED, pause=0.05))
    await asyncio.sleep(2)
    system.stand_still("kafka")
    await asyncio.wait_for(sending, 60)  # Intake takes everything meanwhile: its word does not hang on Kafka.
    await asyncio.sleep(20)
    system.go_on("kafka")
    await system.settled(CONTACTS, seconds=180)
    await assert_nothing_lost_and_nothing_twice(system, receipts)
    await drained(system, seconds=120)
