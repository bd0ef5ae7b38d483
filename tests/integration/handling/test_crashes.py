"""Processes die at the worst moment; nothing is lost and nothing happens twice."""

import asyncio
import signal

from tests.builders.messages import a_contact_received
from tests.integration.handling.conftest import Bench, running
from tests.integration.handling.probe import build, settings_for, topic


async def test_a_kill_after_commit_and_before_the_acknowledgement_repeats_nothing(bench: Bench) -> None:
    name = await bench.new_topic()
    messages = [a_contact_received(subject=f"s{n}") for n in range(20)]
    await bench.put(name, *messages)
    child = bench.start_process(name, PROBE_DIE="before-ack", PROBE_SLOT="0")
    assert await asyncio.to_thread(child.wait, 30) == -signal.SIGKILL
    assert len(await bench.effects()) > 0
    last = a_contact_received()
    await bench.put(name, last)
    bench.start_process(name, PROBE_SLOT="0")
    await bench.until_rows("select 1 from probe.effects", 21, seconds=60)
    assert sorted(await bench.effects()) == sorted([*(m.id for m in messages), last.id])


async def test_a_message_that_kills_the_interpreter_ends_in_quarantine_and_the_rest_flows(bench: Bench) -> None:
    name = await bench.new_topic()
    killer = a_contact_received(subject="k", defects=("die-in-handler",))
    good = [a_contact_received(subject=f"s{n}") for n in range(3)]
    await bench.put(name, good[0], killer, *good[1:])
    deaths = 0
    for _ in range(12):
        child = bench.start_process(name, PROBE_SLOT="0")
        while child.poll() is None and len(await bench.effects()) < 3:
            await asyncio.sleep(0.1)
        if child.poll() is None:
            break
        deaths += 1
    await bench.until_rows("select 1 from probe.effects", 3)
    await bench.until_rows("select 1 from probe.quarantine", 1)
    assert 0 < deaths <= 6
    assert sorted(await bench.effects()) == sorted(m.id for m in good)
    assert await bench.rows("select reason, contact_id from probe.quarantine") == [
        ("crashed-repeatedly", killer.contact_id)
    ]


async def test_a_group_reset_replays_everything_and_changes_nothing(bench: Bench) -> None:
    name = await bench.new_topic(partitions=3)
    messages = [a_contact_received(subject=f"s{n}") for n in range(50)]
    await bench.put(name, *messages)
    settings = settings_for(bench.url, bench.bootstrap)
    async with running(build(settings, topic(name))) as service:
        await bench.until_rows("select 1 from probe.effects", 50)
        group = next(iter(service.recipes))
    from aiokafka import AIOKafkaConsumer, TopicPartition

    consumer = AIOKafkaConsumer(bootstrap_servers=bench.bootstrap, group_id=group, enable_auto_commit=False)
    await consumer.start()
    partitions = [TopicPartition(name, p) for p in range(3)]
    consumer.assign(partitions)
    await consumer.commit(dict.fromkeys(partitions, 0))
    await consumer.stop()
    last = a_contact_received()
    await bench.put(name, last)
    async with running(build(settings, topic(name))):
        await bench.until_rows("select 1 from probe.effects", 51)
    assert sorted(await bench.effects()) == sorted([*(m.id for m in messages), last.id])


async def test_two_processes_that_come_and_go_share_the_work_and_repeat_nothing(bench: Bench) -> None:
    name = await bench.new_topic(partitions=4)
    sent = []
    first = bench.start_process(name)
    for wave in range(8):
        messages = [a_contact_received(subject=f"s{wave}-{n}") for n in range(100)]
        sent += [m.id for m in messages]
        await asyncio.gather(*(bench.put(name, m, key=m.subject.encode()) for m in messages))
        if wave == 1:
            second = bench.start_process(name)
        if wave == 4:
            second.terminate()
        await asyncio.sleep(0.4)
    first.terminate()
    bench.start_process(name)
    await bench.until_rows("select 1 from probe.effects", len(sent), seconds=90)
    assert sorted(await bench.effects()) == sorted(sent)
