"""Runs the whole system on one machine: servers, services, and whatever dies started again.

Order: PostgreSQL and Kafka together, migrations and topics, access, services; stopped the other way round. Every child
dies with this process, however it ends, and what a killed one left is cleared by the next.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from deploy.mash.access import register_all
from deploy.mash.children import Child, end_leftovers
from deploy.mash.embedded.errors import EmbeddedError
from deploy.mash.embedded.ports import why_not
from deploy.mash.embedded.secrets import read_access, write_privately
from deploy.mash.external import ExternalServers, external_link
from deploy.mash.layout import Layout, Mistake
from deploy.mash.plan import CATCHER, PARTITIONS, Address, catcher, embedded_environment, external_environment, services
from deploy.mash.schema import apply_migrations, create_topics, wanted_partitions
from deploy.mash.servers import EmbeddedServers, Startable, start
from shared.kafka_link import KafkaLink

READY_SECONDS = 90.0
LEFTOVER_SECONDS = 30.0
_LOOK_SECONDS = 0.25

Say = Callable[[str], None]


class Supervisor:
    """One running system. `up`, then `watch` for as long as it should run, then `down`; `down` is safe at any point."""

    def __init__(self, layout: Layout, address: Address, say: Say, external: ExternalServers | None = None) -> None:
        """external: servers that are not ours; None for the embedded pair. say: gets one line at a time."""
        self.layout = layout
        self.address = address
        self._say = say
        self._servers = external or EmbeddedServers(layout, say)
        self._children: list[Child] = []
        self._stopping = False

    @property
    def database_url(self) -> str:
        """Where the system keeps its record."""
        return self._servers.database_url

    async def up(self) -> None:
        """Start everything and return when it is ready. Raises EmbeddedError or Mistake with one line for a person."""
        self.layout.credentials.unlink(missing_ok=True)
        if left := await asyncio.to_thread(end_leftovers, self.layout.run, seconds=LEFTOVER_SECONDS):
            self._say(f"ended what an earlier run left behind: {', '.join(left)}")
        if fault := why_not(self.address.port, self.address.host):
            raise Mistake(fault)
        environment = await self._prepare()
        self._children += services(self.layout, self.address, environment)
        self._say("starting intake, triage, router, notifier and console")
        for child in self._children:
            if not child.running:
                child.start()
        await _together(*(self._until_ready(child) for child in self._children))
        if isinstance(self._servers, EmbeddedServers):
            access = read_access(self.layout.secrets)
            write_privately(self.layout.credentials, access.credentials(self.address.base_url))

    async def watch(self) -> None:
        """Start again what dies, until cancelled."""
        watches: list[Coroutine[Any, Any, None]] = [self._watch_child(child) for child in self._children]
        if isinstance(self._servers, EmbeddedServers):
            watches.append(self._watch_server("PostgreSQL", self._servers.postgres))
            watches.append(self._watch_server("Kafka", self._servers.kafka))
        await _together(*watches)

    async def down(self) -> None:
        """Stop services, then Kafka, then PostgreSQL. Each has its time to finish what it is doing."""
        self._stopping = True
        started = time.monotonic()
        if not self._anything_runs():
            return
        self._say("stopping")
        for child in self._children:
            if child.name != CATCHER:  # Letters that are being sent still arrive.
                child.ask_to_stop()
        for child in reversed(self._children):
            if not await asyncio.to_thread(child.stop):
                self._say(f"{child.name} did not stop in time and was killed")
        if isinstance(self._servers, EmbeddedServers):
            await asyncio.to_thread(self._servers.kafka.stop)
            await asyncio.to_thread(self._servers.postgres.stop)
        self._say(f"stopped after {time.monotonic() - started:.1f} s")

    def _anything_runs(self) -> bool:
        servers = self._servers
        own = (servers.postgres, servers.kafka) if isinstance(servers, EmbeddedServers) else ()
        return any(part.running for part in (*self._children, *own))

    async def _prepare(self) -> dict[str, str]:
        """Servers, schema, topics and access; returns the environment of the services."""
        if isinstance(self._servers, ExternalServers):
            environment = external_environment(self.layout, self.address)  # First: a mistake in it changes nothing.
            await apply_migrations(self._servers.database_url)
            await create_topics(external_link(), wanted_partitions())
            return environment
        mailbox = catcher(self.layout)
        environment = embedded_environment(self.layout, self.address, mailbox)
        self._children.append(mailbox.child)
        mailbox.child.start()
        await _together(self._start_postgres(self._servers), self._start_kafka(self._servers))
        return environment | {
            "MASH_DATABASE_URL": self._servers.database_url,
            "MASH_KAFKA_BOOTSTRAP": self._servers.kafka_bootstrap,
        }

    async def _start_postgres(self, servers: EmbeddedServers) -> None:
        self._say(f"PostgreSQL 18 is ready after {await start(servers.postgres):.1f} s")
        await apply_migrations(servers.database_url)
        await register_all(servers.database_url, read_access(self.layout.secrets))
        self._say("schemas, agencies and staff are in place")

    async def _start_kafka(self, servers: EmbeddedServers) -> None:
        self._say(f"Apache Kafka 4.3 is ready after {await start(servers.kafka):.1f} s")
        await create_topics(KafkaLink(servers.kafka_bootstrap), PARTITIONS)

    async def _until_ready(self, child: Child) -> None:
        deadline = asyncio.get_running_loop().time() + READY_SECONDS
        while not await asyncio.to_thread(child.is_ready):
            child.check_alive()
            if asyncio.get_running_loop().time() > deadline:
                raise EmbeddedError(f"{child.name} was not ready within {READY_SECONDS:.0f} seconds (log: {child.log})")
            await asyncio.sleep(_LOOK_SECONDS / 2)

    async def _watch_child(self, child: Child) -> None:
        while not self._stopping:
            await asyncio.sleep(_LOOK_SECONDS)
            if child.running or self._stopping:
                continue
            pause = child.pause_before_restart()
            self._say(f"{child.name} ended (exit {child.exit_code}): starting it again in {pause:.1f} s")
            await asyncio.sleep(pause)
            try:
                child.start()
            except OSError as error:  # No memory or no process to be had now: tried again.
                self._say(f"{child.name} could not be started: {error.strerror}")

    async def _watch_server(self, name: str, server: Startable) -> None:
        pause = 0.0
        while not self._stopping:
            await asyncio.sleep(_LOOK_SECONDS)
            if server.running or self._stopping:
                pause = 0.0
                continue
            self._say(f"{name} ended: starting it again")
            await asyncio.sleep(pause)
            pause = min(pause * 2 + 1, 30.0)
            try:
                await start(server)
                if isinstance(self._servers, EmbeddedServers) and server is self._servers.kafka:
                    await create_topics(KafkaLink(self._servers.kafka_bootstrap), PARTITIONS)
            except (EmbeddedError, Mistake, OSError) as error:
                self._say(str(error))
                with suppress(EmbeddedError):
                    await asyncio.to_thread(server.stop)


async def _together(*work: Coroutine[Any, Any, None]) -> None:
    """Do everything at once; where one fails the rest is cancelled, so that nothing starts after a failure."""
    try:
        async with asyncio.TaskGroup() as group:
            for one in work:
                group.create_task(one)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
