"""What no service of ours wrote is a person's task and is never handled, whatever it says."""

import dataclasses

from shared.marks import MARK, Marks
from shared.messages.build import to_bytes
from shared.sealing import KeyEncryption, new_kek_line
from tests.builders.messages import a_contact_received
from tests.integration.handling.conftest import Bench, running
from tests.integration.handling.probe import KEK, build, settings_for, topic
from tests.integration.handling.unfed import TOPIC, Unfed


async def test_a_record_that_anybody_wrote_to_kafka_is_not_handled_and_the_rest_flows(bench: Bench) -> None:
    name = await bench.new_topic()
    forged, good = a_contact_received(), a_contact_received()
    await bench.put(name, forged, marked=False)
    await bench.put(name, good)
    async with running(build(settings_for(bench.url, bench.bootstrap), topic(name))):
        await bench.until_rows("select 1 from probe.effects", 1)
        await bench.until_rows("select 1 from probe.quarantine", 1)
    assert await bench.effects() == [good.id]
    assert await bench.rows("select reason, message_id, contact_id, state from probe.quarantine") == [
        ("unproven", None, None, "open")
    ]


async def test_a_forged_copy_does_not_stand_in_the_way_of_the_true_message(unfed: Unfed) -> None:
    message = a_contact_received()
    true = unfed.record(message)
    await unfed.takes(dataclasses.replace(true, headers=()), true)
    assert await unfed.effects() == [message.id]
    assert await unfed.attention() == [("quarantined", "unproven", 1, "open")]


async def test_a_forged_record_can_only_be_resolved(unfed: Unfed) -> None:
    await unfed.takes(dataclasses.replace(unfed.record(a_contact_received()), headers=()))
    assert not await unfed.settles("release")
    await unfed.rows("update probe.quarantine set state = 'released'")  # Even where somebody wrote into the table.
    await unfed.works()
    assert await unfed.effects() == []
    assert await unfed.attention() == [("quarantined", "unproven", 2, "open")]
    assert await unfed.settles("resolve")


async def test_a_forged_record_with_a_poisoned_header_or_an_unknown_version_is_forged_first(unfed: Unfed) -> None:
    newer = a_contact_received().model_copy(update={"major": 2})
    poisoned = dataclasses.replace(unfed.record(newer), headers=(("trace", b"\xff"),), poisoned=True)
    await unfed.takes(poisoned, dataclasses.replace(unfed.record(b"not a message"), headers=()))
    assert await unfed.rows("select reason, type from probe.quarantine") == [("unproven", None), ("unproven", None)]


async def test_a_forged_record_that_killed_the_process_is_not_believed_either(unfed: Unfed) -> None:
    forged = dataclasses.replace(unfed.record(a_contact_received()), headers=())
    await unfed.rows(
        "insert into probe.crash_guard (consumer, topic, partition, kafka_offset, deaths) values "
        f"('{unfed.consumer}', '{TOPIC}', 0, {-1 - forged.offset}, 2), "
        f"('{unfed.consumer}', '{TOPIC}', 0, {forged.offset}, 2)"
    )
    await unfed.takes(forged)
    assert await unfed.rows("select reason, message_id from probe.quarantine") == [("unproven", None)]


async def test_a_mark_under_a_key_that_is_not_here_yet_waits_for_the_key(unfed: Unfed) -> None:
    message, newer = a_contact_received(), new_kek_line()
    mark = Marks(KeyEncryption(f"{newer}\n{KEK}")).mark("probe", TOPIC, to_bytes(message))
    await unfed.takes(dataclasses.replace(unfed.record(message), headers=((MARK, mark),)))
    assert await unfed.attention() == [("quarantined", "key-unknown", 1, "open")]
    await unfed.starts_again()
    assert await unfed.attention() == [("quarantined", "key-unknown", 2, "open")]
    await unfed.starts_again(kek=f"{newer}\n{KEK}")
    assert await unfed.effects() == [message.id]
