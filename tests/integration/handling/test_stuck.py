"""A consumer that is stuck in fetching on real Kafka is seen, although it knows of no message itself."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from shared import consumers, watchdog
from tests.builders.messages import a_contact_received
from tests.integration.handling.conftest import Bench, running
from tests.integration.handling.probe import build, settings_for, topic


async def test_a_consumer_stuck_in_fetching_is_not_ready_and_ends_its_process(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(*_: object, **__: object) -> None:
        await asyncio.sleep(3600)

    monkeypatch.setattr(consumers.AttentiveConsumer, "getmany", hang)
    monkeypatch.setattr(watchdog, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(watchdog, "UNREADY_SECONDS", 1.0)
    monkeypatch.setattr(watchdog, "STUCK_SECONDS", 4.0)
    name, ended = await bench.new_topic(), asyncio.Event()
    async with running(build(settings_for(bench.url, bench.bootstrap), topic(name))) as one:
        one.watchdog._on_stuck = ended.set
        await bench.until(lambda: _ready(one.faults), "the probe is ready")
        await bench.put(name, a_contact_received())

        async def stalled() -> bool:
            said = (await one.faults()).get("consumers", "")
            return said == f"behind and not moving: {one.stages[0].consumer}"

        await bench.until(stalled, "it says that it does not move")
        await asyncio.wait_for(ended.wait(), 20)


async def test_what_can_be_recorded_nowhere_is_not_taken_for_a_database_that_is_away(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(watchdog, "UNREADY_SECONDS", 1.0)
    monkeypatch.setattr(watchdog, "STUCK_SECONDS", 4.0)
    await bench.execute("alter table probe.quarantine add constraint broken check (false) not valid")
    name, ended = await bench.new_topic(), asyncio.Event()
    async with running(build(settings_for(bench.url, bench.bootstrap), topic(name))) as one:
        one.watchdog._on_stuck = ended.set
        await bench.put(name, b"not json")

        async def stalled() -> bool:
            return (await one.faults()).get("consumers", "").startswith("behind and not moving")

        await bench.until(stalled, "it says that it does not move")
        assert not one.recipes[one.stages[0].consumer].waiting_for_database
        await asyncio.wait_for(ended.wait(), 20)
    await bench.execute("alter table probe.quarantine drop constraint broken")
    async with running(build(settings_for(bench.url, bench.bootstrap), topic(name))):
        await bench.until_rows("select 1 from probe.quarantine", 1)


async def test_a_consumer_that_has_read_everything_stays_ready(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(watchdog, "UNREADY_SECONDS", 1.0)
    monkeypatch.setattr(watchdog, "STUCK_SECONDS", 2.0)
    name, ended = await bench.new_topic(partitions=3), asyncio.Event()
    async with running(build(settings_for(bench.url, bench.bootstrap), topic(name, partitions=3))) as one:
        one.watchdog._on_stuck = ended.set
        await bench.put(name, a_contact_received(), a_contact_received())
        await bench.until_rows("select 1 from probe.effects", 2)
        await asyncio.sleep(4)
        assert await one.faults() == {}
    assert not ended.is_set()


async def _ready(faults: Callable[[], Awaitable[dict[str, str]]]) -> bool:
    return not await faults()
