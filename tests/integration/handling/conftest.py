"""A probe service on real Kafka and real PostgreSQL, with a fresh topic and a fresh database for each test."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.ids import new_id
from shared.marks import Marks
from shared.messages.build import to_bytes
from shared.messages.contact_received import ContactReceived
from shared.runtime import RunningService
from shared.sealing import KeyEncryption
from shared.service import Service
from tests.builders.records import mark_headers
from tests.integration.handling import probe
from tests.integration.handling.unfed import Unfed, unfed_probe


@dataclass
class Bench:
    """What a handling test works with."""

    url: str
    bootstrap: str
    engine: AsyncEngine
    producer: AIOKafkaProducer
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    async def new_topic(
        self, partitions: int = 1, name: str | None = None, configs: dict[str, str] | None = None
    ) -> str:
        """Create a topic of a fresh name; returns the name."""
        name = name or f"probe.{new_id()}"
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            await admin.create_topics([NewTopic(name, partitions, 1, topic_configs=configs)])
        finally:
            await admin.close()
        return name

    async def put(
        self,
        topic: str,
        *messages: ContactReceived | bytes,
        headers: Sequence[tuple[str, bytes]] = (),
        key: bytes | None = None,
        marked: bool = True,
    ) -> None:
        """Write messages, or raw bytes, to a topic; marked: as the probe itself would."""
        marks = Marks(KeyEncryption(probe.KEK))
        for message in messages:
            body = message if isinstance(message, bytes) else to_bytes(message)
            mark = mark_headers(marks, probe.topic(topic), body) if marked else ()
            await self.producer.send_and_wait(topic, body, key=key, headers=[*mark, *headers])

    async def rows(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        """The rows of a query."""
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(statement), values)]

    async def execute(self, statement: str) -> None:
        """Run a statement and commit."""
        async with self.engine.begin() as connection:
            await connection.execute(text(statement))

    async def effects(self) -> list[UUID]:
        """Ids of messages that had an effect, one for each time they had it."""
        return [row[0] for row in await self.rows("select message_id from probe.effects")]  # type: ignore[misc]

    async def until(self, condition: Callable[[], Awaitable[bool]], what: str, seconds: float = 30) -> None:
        """Wait for a condition; fails naming it."""
        limit = time.monotonic() + seconds
        while not await condition():
            assert time.monotonic() < limit, f"not within {seconds} s: {what}"
            await asyncio.sleep(0.05)

    async def until_rows(self, statement: str, count: int, seconds: float = 30) -> None:
        """Wait until a query gives `count` rows."""

        async def there() -> bool:
            return len(await self.rows(statement)) >= count

        await self.until(there, f"{count} rows of: {statement}", seconds)

    def start_process(self, topic: str, **environ: str) -> subprocess.Popen[bytes]:
        """A probe in a process of its own."""
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.handling.probe"],
            env={
                **os.environ,
                "PROBE_DATABASE": self.url,
                "PROBE_KAFKA": self.bootstrap,
                "PROBE_TOPIC": topic,
                **environ,
            },
        )
        self.children.append(child)
        return child


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[RunningService]:
    """A service of this process, started, and stopped in order at the end."""
    one = RunningService(service)
    await one.start()
    try:
        yield one
    finally:
        await one.stop()


@pytest.fixture
async def bench(unmigrated_database: str, kafka_bootstrap: str) -> AsyncIterator[Bench]:
    """A fresh probe schema and a producer."""
    await probe.create_schema(unmigrated_database)
    engine = create_async_engine(unmigrated_database)
    producer = AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, acks="all")
    await producer.start()
    bench = Bench(unmigrated_database, kafka_bootstrap, engine, producer)
    yield bench
    for child in bench.children:
        child.kill()
        child.wait()
    await producer.stop()
    await engine.dispose()


@pytest.fixture
async def unfed(unmigrated_database: str) -> AsyncIterator[Unfed]:
    """The probe without Kafka."""
    async with unfed_probe(unmigrated_database) as probe_without_kafka:
        yield probe_without_kafka
