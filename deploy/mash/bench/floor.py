"""The floor: how fast this Kafka and this PostgreSQL carry messages over four hops when nothing else has to be done.

Every figure of the pipeline is quoted as a ratio to it, measured in the same run, so that it means the same on any
machine.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from aiokafka import AIOKafkaProducer

from deploy.mash.bench.children import Children, children
from deploy.mash.bench.floor_hop import ID_BYTES
from deploy.mash.bench.places import fresh_database, fresh_topics, plain_dsn
from shared.ids import new_id

HOPS = 4  # intake, triage, router, notifier
BATCH = 500
BODY_BYTES = 1_500  # about a sealed contact on the wire
_TABLES = """
create schema floor;
create table floor.ready (hop int primary key);
create table floor.handled (hop int, id uuid, primary key (hop, id));
create table floor.kept (hop int, id uuid, body bytea not null, primary key (hop, id));
"""

READY = "select count(*) from floor.ready"
LAST_KEPT = "select count(*) from floor.kept where hop = 3"


@dataclass(frozen=True, slots=True)
class Floor:
    """What was measured."""

    messages: int
    batch: int
    partitions: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Messages a second over all hops."""
        return self.messages / self.seconds


@dataclass(frozen=True, slots=True)
class _Places:
    connection: asyncpg.Connection
    bootstrap: str
    topics: list[str]


async def measure_floor(
    url: str, bootstrap: str, logs: Path, count: int, *, partitions: int, batch: int = BATCH
) -> Floor:
    """Send `count` messages over four hops in processes of their own, from the first sent to the last one kept.

    url: of a server where databases may be made; a fresh one is used and dropped, as are the topics.
    partitions: of each topic; as many as the pipeline's, for each one more makes both slower.
    """
    topics = [f"bench.{new_id()}.{n}" for n in range(HOPS + 1)]
    async with fresh_database(url) as database, fresh_topics(bootstrap, topics, partitions):
        connection = await asyncpg.connect(plain_dsn(database))
        await connection.execute(_TABLES)
        places = _Places(connection, bootstrap, topics)
        with children(logs) as hops:
            for hop in range(HOPS):
                arguments = (str(hop), plain_dsn(database), bootstrap, topics[hop], topics[hop + 1], str(batch))
                hops.start(f"floor-{hop}", ["deploy.mash.bench.floor_hop", *arguments])
            await _until(hops, places, READY, HOPS)
            started = time.perf_counter()
            await _send(places, count)
            await _until(hops, places, LAST_KEPT, count)
            seconds = time.perf_counter() - started
        await connection.close()
        return Floor(count, batch, partitions, seconds)


async def _until(hops: Children, places: _Places, query: str, wanted: int) -> None:
    while await places.connection.fetchval(query) < wanted:
        hops.check()
        await asyncio.sleep(0.03)


async def _send(places: _Places, count: int) -> None:
    async with _producer(places.bootstrap) as producer:
        body = os.urandom(BODY_BYTES)
        for first in range(0, count, BATCH):
            waiting = [
                await producer.send(places.topics[0], value=new_id().bytes + body[ID_BYTES:], key=str(n).encode())
                for n in range(first, min(first + BATCH, count))
            ]
            await asyncio.gather(*waiting)


@asynccontextmanager
async def _producer(bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", max_batch_size=256 * 1024)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()
