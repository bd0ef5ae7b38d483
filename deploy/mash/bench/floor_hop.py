"""One hop of the floor, as a program: what an experienced engineer would write by hand, and nothing of this project.

Reads a batch with plain aiokafka, writes two rows a message in one transaction with plain asyncpg, sends each message
on with acks=all, and commits its offsets when all of that is done. There is no domain work, no sealing, no retry.
"""

import asyncio
import sys
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

READY = "insert into floor.ready values ($1)"
HANDLED = "insert into floor.handled select $1, unnest($2::uuid[]) on conflict do nothing"
KEPT = "insert into floor.kept select $1, * from unnest($2::uuid[], $3::bytea[]) on conflict do nothing"
ID_BYTES = 16  # every body begins with the message's id


async def run(hop: int, dsn: str, bootstrap: str, topic: str, onward: str, batch: int) -> None:
    """Carry messages from `topic` to `onward` until the process is ended."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id=topic,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", max_batch_size=256 * 1024)
    connection = await asyncpg.connect(dsn)
    await consumer.start()
    await producer.start()
    while not consumer.assignment():
        await consumer.getmany(timeout_ms=50)
    await connection.execute(READY, hop)
    while True:
        found = await consumer.getmany(timeout_ms=1000, max_records=batch)
        records = [record for of_partition in found.values() for record in of_partition]
        if records:
            await _keep(connection, hop, records)
            await asyncio.gather(*[await producer.send(onward, value=r.value, key=r.key) for r in records])
            await consumer.commit()


async def _keep(connection: asyncpg.Connection, hop: int, records: list[ConsumerRecord[bytes, bytes]]) -> None:
    ids = [UUID(bytes=(record.value or b"")[:ID_BYTES]) for record in records]
    async with connection.transaction():
        await connection.execute(HANDLED, hop, ids)
        await connection.execute(KEPT, hop, ids, [record.value for record in records])


if __name__ == "__main__":
    _, number, dsn, bootstrap, topic, onward, batch = sys.argv
    asyncio.run(run(int(number), dsn, bootstrap, topic, onward, int(batch)))
