"""PostgreSQL and Kafka as child processes of a running system: the embedded pair."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from deploy.mash.embedded.kafka import EmbeddedKafka
from deploy.mash.embedded.postgres import EmbeddedPostgres
from deploy.mash.layout import Layout


class Startable(Protocol):
    """A server in three steps: only `launch` has to run on the main thread, which its process lives by."""

    @property
    def running(self) -> bool:
        """Whether its process lives."""

    def prepare(self) -> None:
        """Everything before the process; may take seconds."""

    def launch(self) -> None:
        """Start the process."""

    def wait_ready(self) -> None:
        """Block until it answers."""

    def stop(self) -> None:
        """End it in order."""


async def start(server: Startable) -> float:
    """Start a server without blocking the loop; returns how many seconds it took. Raises EmbeddedError."""
    started = time.monotonic()
    await asyncio.to_thread(server.prepare)
    server.launch()
    await asyncio.to_thread(server.wait_ready)
    return time.monotonic() - started


@dataclass
class EmbeddedServers:
    """The pair as child processes, with data in the data directory."""

    layout: Layout
    say: Callable[[str], None]
    postgres: EmbeddedPostgres = field(init=False)
    kafka: EmbeddedKafka = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is started yet."""
        layout, say = self.layout, self.say
        self.postgres = EmbeddedPostgres(layout.postgres, log=layout.log("postgres"), progress=say)
        self.kafka = EmbeddedKafka(layout.kafka, log=layout.log("kafka"), progress=say)

    @property
    def database_url(self) -> str:
        """Of the running PostgreSQL."""
        return self.postgres.url

    @property
    def kafka_bootstrap(self) -> str:
        """Of the running Kafka."""
        return self.kafka.bootstrap
