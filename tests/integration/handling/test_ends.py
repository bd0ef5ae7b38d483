"""Whatever is on a partition, every record ends somewhere, and what stands behind it flows."""

from tests.builders.messages import a_contact_received
from tests.integration.handling.conftest import Bench, running
from tests.integration.handling.probe import build, settings_for, topic

REASONS = "select reason from probe.quarantine order by kafka_offset"


async def test_a_poison_body_at_the_head_of_a_partition_is_quarantined_and_the_rest_flows(bench: Bench) -> None:
    name = await bench.new_topic()
    good = [a_contact_received() for _ in range(3)]
    await bench.put(name, b"", b"\xff\xfe not json", b"[" * 100_000, b'{"id":1}', b'{"type":"\\u0000"}', *good)
    async with running(build(settings_for(bench.url, bench.bootstrap), topic(name))):
        await bench.until_rows("select 1 from probe.effects", 3)
        await bench.until_rows("select 1 from probe.quarantine", 5)
    assert sorted(await bench.effects()) == sorted(m.id for m in good)
    assert await bench.rows(REASONS) == [("unreadable",)] * 5


async def test_a_header_that_is_not_utf8_neither_loses_nor_blocks_a_message(bench: Bench) -> None:
    name = await bench.new_topic()
    poisoned, good = a_contact_received(), a_contact_received()
    await bench.put(name, poisoned, headers=[("trace", b"\xff\xfe\x80")])
    await bench.put(name, good)
    async with running(build(settings_for(bench.url, bench.bootstrap), topic(name))):
        await bench.until_rows("select 1 from probe.effects", 1)
        await bench.until_rows("select 1 from probe.quarantine", 1)
    assert await bench.effects() == [good.id]
    assert await bench.rows("select reason, contact_id, headers from probe.quarantine") == [
        ("poison-header", poisoned.contact_id, ["mash-mark", "trace"])
    ]


async def test_a_reply_to_header_publishes_nothing_anywhere(bench: Bench) -> None:
    name, theirs = await bench.new_topic(), await bench.new_topic()
    await bench.put(name, a_contact_received(), headers=[("reply_to", theirs.encode()), ("correlation_id", b"x")])

    async def answer(messages: object, work: object) -> None:
        from tests.integration.handling.probe import record_effects

        await record_effects(messages, work)  # type: ignore[arg-type]
        return {"stolen": "answer"}  # type: ignore[return-value]

    async with running(build(settings_for(bench.url, bench.bootstrap), topic(name), handle=answer)):
        await bench.until_rows("select 1 from probe.effects", 1)
    partition = (await bench.producer.partitions_for(theirs)).pop()
    await bench.put(theirs, b"mark")
    from aiokafka import AIOKafkaConsumer, TopicPartition

    consumer = AIOKafkaConsumer(bootstrap_servers=bench.bootstrap)
    await consumer.start()
    ends = await consumer.end_offsets([TopicPartition(theirs, partition)])
    await consumer.stop()
    assert list(ends.values()) == [1]


async def test_an_unknown_major_version_waits_and_is_let_go_to_a_reader_that_knows_it(bench: Bench) -> None:
    name = await bench.new_topic()
    newer = a_contact_received().model_copy(update={"major": 2})
    await bench.put(name, newer)
    settings = settings_for(bench.url, bench.bootstrap)
    async with running(build(settings, topic(name))):
        await bench.until_rows("select 1 from probe.quarantine where reason = 'unsupported-version'", 1)
    assert await bench.effects() == []
    upgraded = build(settings, topic(name))
    kind = type("ContactReceivedV2", (upgraded.stages[0].message,), {"MAJOR": 2, "__module__": __name__})
    object.__setattr__(upgraded.stages[0], "message", kind)
    async with running(upgraded):
        await bench.until_rows("select 1 from probe.effects", 1)
    assert await bench.effects() == [newer.id]
    assert await bench.rows("select state from probe.quarantine") == [("released",)]


async def test_one_bad_message_of_a_batch_does_not_touch_the_others(bench: Bench) -> None:
    name = await bench.new_topic()
    good = [a_contact_received(subject=f"s{n}") for n in range(6)]
    bad = [a_contact_received(subject=f"b-{code}", defects=(code,)) for code in ("permanent", "transient", "bug")]
    await bench.put(name, *good[:3], *bad, *good[3:])
    async with running(build(settings_for(bench.url, bench.bootstrap), topic(name))):
        await bench.until_rows("select 1 from probe.effects", 6)
        await bench.until_rows("select 1 from probe.parked", 2)
    assert sorted(await bench.effects()) == sorted(m.id for m in good)
    assert await bench.rows("select reason, message_id from probe.quarantine") == [("unknown-code", bad[0].id)]
    parked = await bench.rows("select reason, message_id from probe.parked order by reason")
    assert parked == [("rule-failed", bad[2].id), ("try-again", bad[1].id)]


async def test_parked_work_is_tried_again_and_the_subjects_later_messages_follow_in_order(bench: Bench) -> None:
    name = await bench.new_topic()
    first = a_contact_received(subject="child", defects=("transient",))
    later = [a_contact_received(subject="child") for _ in range(3)]
    other = a_contact_received(subject="another child")
    await bench.put(name, first)
    settings = settings_for(bench.url, bench.bootstrap)
    async with running(build(settings, topic(name))):
        await bench.until_rows("select 1 from probe.parked", 1)
        await bench.put(name, *later, other)
        await bench.until_rows("select 1 from probe.parked", 4)
        await bench.until_rows("select 1 from probe.effects", 1)
    assert await bench.effects() == [other.id]
    async with running(build(settings, topic(name), handle=_forgiving)):
        await bench.until_rows("select 1 from probe.effects", 5)
    assert await bench.effects() == [other.id, first.id, *(m.id for m in later)]


async def _forgiving(messages: object, work: object) -> None:
    from tests.integration.handling.probe import record_effects

    whole = [m.model_copy(update={"facets": m.facets.model_copy(update={"defects": ()})}) for m in messages]  # type: ignore[attr-defined]
    await record_effects(whole, work)  # type: ignore[arg-type]


async def test_the_same_message_ten_times_has_one_effect(bench: Bench) -> None:
    name = await bench.new_topic()
    message = a_contact_received()
    await bench.put(name, *[message] * 5)
    async with running(build(settings_for(bench.url, bench.bootstrap), topic(name))):
        await bench.until_rows("select 1 from probe.effects", 1)
        last = a_contact_received()
        await bench.put(name, *[message] * 5, last)
        await bench.until_rows("select 1 from probe.effects", 2)
    assert await bench.effects() == [message.id, last.id]
