"""A header whose name is no text: Kafka's clients read names as UTF-8 and would stop for ever before such a record."""

from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from shared.marks import Marks
from shared.messages.build import to_bytes
from shared.messages.contact_received import ContactReceived
from shared.sealing import KeyEncryption
from tests.builders.messages import a_contact_received
from tests.builders.records import mark_headers
from tests.integration.handling.conftest import Bench, running
from tests.integration.handling.probe import KEK, build, settings_for, topic


class _NoText(str):
    """A header name that a client of another make wrote: bytes that are not UTF-8."""

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return b"\xfftrace\xfe"


async def _put(producer: AIOKafkaProducer, name: str, *messages: ContactReceived, poisoned: int) -> None:
    """All of `messages` in one batch, as a producer under load writes them; `poisoned` has the header."""
    batch = producer.create_batch()
    batch._builder = _DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, 0, 1_000_000)
    for place, message in enumerate(messages):
        body = to_bytes(message)
        headers = mark_headers(Marks(KeyEncryption(KEK)), topic(name), body)
        if place == poisoned:
            headers = [*headers, (_NoText("x"), b"\xfd")]
        batch.append(key=b"k", value=body, timestamp=None, headers=headers)
    batch.close()
    await (await producer.send_batch(batch, name, partition=0))


async def test_a_header_name_that_is_not_utf8_neither_loses_nor_blocks_a_message(bench: Bench) -> None:
    name = await bench.new_topic()
    sent = [a_contact_received() for _ in range(5)]
    await _put(bench.producer, name, *sent, poisoned=2)
    await bench.put(name, after := a_contact_received())
    async with running(build(settings_for(bench.url, bench.bootstrap), topic(name))):
        await bench.until_rows("select 1 from probe.effects", 5)
        await bench.until_rows("select 1 from probe.quarantine", 1)
    assert sorted(await bench.effects()) == sorted(m.id for m in (*sent[:2], *sent[3:], after))
    (row,) = await bench.rows("select reason, kafka_offset, contact_id, headers from probe.quarantine")
    assert row == ("poison-header", 2, sent[2].contact_id, ["mash-mark", "?trace?"])
