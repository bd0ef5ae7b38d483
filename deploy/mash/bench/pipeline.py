"""The real thing: the services in the processes of `mash up`, with its settings, on a fresh database."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

import psutil
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from deploy.mash.access import register_all
from deploy.mash.bench.failure import BenchFailed
from deploy.mash.bench.pair import Pair
from deploy.mash.bench.places import fresh_database
from deploy.mash.children import Child
from deploy.mash.embedded.ports import LOOPBACK, free_port
from deploy.mash.embedded.secrets import read_access
from deploy.mash.layout import Layout
from deploy.mash.plan import Address, catcher, embedded_environment, services
from deploy.mash.schema import apply_migrations, create_topics
from shared.kafka_link import KafkaLink

READY_SECONDS = 90.0


@dataclass(frozen=True)
class Pipeline:
    """A running pipeline: where to submit, with which tokens, its database, and its processes."""

    base_url: str
    tokens: Mapping[str, str]
    engine: AsyncEngine
    children: list[Child]
    layout: Layout

    def check(self) -> None:
        """Raises EmbeddedError with the last words of a process that has ended."""
        for child in self.children:
            child.check_alive()

    def pids(self) -> dict[str, int]:
        """Process ids by name."""
        found = {}
        for child in self.children:
            with suppress(OSError, ValueError, IndexError):
                found[child.name] = int(child.pid_file.read_text().split()[0])
        return found

    @contextmanager
    def paused(self, name: str) -> Iterator[None]:
        """A process stands still meanwhile."""
        pid = self.pids()[name]
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            with suppress(ProcessLookupError, psutil.Error):
                os.kill(pid, signal.SIGCONT)


@asynccontextmanager
async def running_pipeline(pair: Pair, layout: Layout, partitions: int) -> AsyncIterator[Pipeline]:
    """All services ready on a fresh database and the catalogue's topics; everything stops at the end.

    partitions: the most a topic gets. The Kafka must be nobody else's: topics and consumer groups have the names of the
    product. Raises BenchFailed or EmbeddedError where a service does not become ready.
    """
    async with fresh_database(pair.url) as url:
        access = read_access(layout.secrets)
        await apply_migrations(url)
        await create_topics(KafkaLink(pair.bootstrap), partitions)
        await register_all(url, access)
        address = Address(LOOPBACK, free_port())
        mailbox = catcher(layout)
        settings = embedded_environment(layout, address, mailbox) | {
            "MASH_DATABASE_URL": url,
            "MASH_KAFKA_BOOTSTRAP": pair.bootstrap,
            "MASH_TOPIC_PARTITIONS": str(partitions),
        }
        engine = create_async_engine(url, pool_size=3)
        running = [mailbox.child, *services(layout, address, settings)]
        try:
            for child in running:
                child.start()
            await _until_ready(running)
            yield Pipeline(address.base_url, access.tokens, engine, running, layout)
        finally:
            await engine.dispose()
            await asyncio.to_thread(_stop, running)


async def _until_ready(running: list[Child]) -> None:
    limit = time.monotonic() + READY_SECONDS
    for child in running:
        while not await asyncio.to_thread(child.is_ready):
            child.check_alive()
            if time.monotonic() > limit:
                raise BenchFailed(f"{child.name} was not ready within {READY_SECONDS:.0f} seconds (log: {child.log})")
            await asyncio.sleep(0.1)


def _stop(running: list[Child]) -> None:
    for child in running:
        child.ask_to_stop()
    for child in running:
        child.stop()
