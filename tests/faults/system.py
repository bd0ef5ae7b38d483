"""The whole system as processes of its own that a test can kill: Kafka, PostgreSQL and the five services."""

import asyncio
import base64
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from deploy.mash.embedded.kafka import EmbeddedKafka
from deploy.mash.embedded.postgres import EmbeddedPostgres
from services.intake.access import register_agency
from shared.kafka_link import KafkaLink
from shared.ledger import Ledger, read_ledger
from shared.migrations import migrate
from shared.topic_admin import apply_topics

SERVICES = ("intake", "triage", "router", "notifier", "console")
AGENCY = "school-ferndale"
PARTITIONS = 3


def free_port() -> int:
    """A port on loopback that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class System:
    """Everything that runs, by name; `kill` and `start` take the name of a service, `kafka` or `postgres`.

    `triage-1` is a second process of triage beside the first, in a slot of its own; and so on.
    """

    directory: Path
    environment: dict[str, str] = field(default_factory=dict)
    token: str = ""
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in SERVICES})

    def __post_init__(self) -> None:
        self.postgres = EmbeddedPostgres(self.directory / "postgres")
        self.kafka = EmbeddedKafka(self.directory / "kafka", port=free_port())  # The same address after a wipe.

    async def bring_up(self) -> None:
        """Start everything and wait until intake takes contacts."""
        self.postgres.start()
        self.kafka.start()
        url = self.postgres.url
        await migrate(url)
        await self.apply_topics()
        self.environment = {
            **os.environ,
            "MASH_DATABASE_URL": url,
            "MASH_KAFKA_BOOTSTRAP": self.kafka.bootstrap,
            "MASH_KEK": base64.b64encode(os.urandom(32)).decode(),
            "MASH_DATA_DIR": str(self.directory),
            "MASH_SLOT": "0",
            "MASH_SMTP_HOST": "127.0.0.1",
            "MASH_SMTP_PORT": "1",
            "MASH_RELAY_AFTER_SECONDS": "1",
            "MASH_RECONCILE_EVERY_SECONDS": "5",
            "MASH_RECONCILE_AFTER_SECONDS": "5",
            **self.more_environment(),
        }
        engine = self.engine()
        self.token = await register_agency(engine, agency_id=AGENCY, kind="school", name="Ferndale School")
        await engine.dispose()
        for name in SERVICES:
            self.start(name)
        await until(self._accepting, "intake is ready", 60)

    async def apply_topics(self) -> None:
        """Create the topics that are missing, as `mash topics` does."""
        await apply_topics(KafkaLink(self.kafka.bootstrap), most_partitions=PARTITIONS)

    def more_environment(self) -> dict[str, str]:
        """Files the services want beside addresses."""
        secrets = self.directory / "webhook-secrets"
        secrets.mkdir(exist_ok=True)
        return {"MASH_WEBHOOK_SECRETS_DIR": str(secrets)}

    def engine(self) -> AsyncEngine:
        """Connections of the test's own."""
        return create_async_engine(self.postgres.url, poolclass=NullPool, connect_args={"timeout": 5})

    def start(self, name: str) -> None:
        """Start one part again after a kill."""
        if name == "postgres":
            self.postgres.start()
        elif name == "kafka":
            self.kafka.start()
        else:
            service, _, slot = name.partition("-")
            port = self.ports.setdefault(name, free_port())
            with (self.directory / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    [sys.executable, "-m", "deploy.mash.cli", "serve", service, "--port", str(port)],
                    env=self.environment | {"MASH_SLOT": slot or "0"},
                    stdout=log,
                    stderr=log,
                    stdin=subprocess.DEVNULL,
                )

    def kill(self, name: str) -> None:
        """kill -9, as a power cut would."""
        if name == "postgres":
            self.postgres.kill()
        elif name == "kafka":
            self.kafka.kill()
        else:
            self.processes[name].send_signal(signal.SIGKILL)
            self.processes[name].wait()

    def stand_still(self, name: str) -> None:
        """Freeze a process: it holds its connections and answers nothing, as on a machine that swaps."""
        os.kill(self._pid(name), signal.SIGSTOP)

    def go_on(self, name: str) -> None:
        """Let a frozen process run on as if nothing had been."""
        with suppress(ProcessLookupError):
            os.kill(self._pid(name), signal.SIGCONT)

    def _pid(self, name: str) -> int:
        pid = self.kafka.pid if name == "kafka" else self.processes[name].pid
        if pid is None:
            raise ProcessLookupError(name)
        return pid

    def restart_dead(self) -> list[str]:
        """Start services that ended by themselves, as a supervisor would; returns their names."""
        dead = [name for name, process in self.processes.items() if process.poll() is not None]
        for name in dead:
            self.start(name)
        return dead

    def take_down(self) -> None:
        """End everything."""
        for process in self.processes.values():
            process.kill()
            process.wait()
        self.go_on("kafka")
        self.kafka.kill()
        self.postgres.kill()

    @property
    def intake(self) -> str:
        """Where agencies send."""
        return f"http://127.0.0.1:{self.ports['intake']}"

    async def _accepting(self) -> bool:
        async with httpx.AsyncClient(timeout=2) as client:
            try:
                return (await client.get(f"{self.intake}/readyz")).status_code == 200
            except httpx.HTTPError:
                return False

    async def send_until_answered(self, client: httpx.AsyncClient, body: bytes, key: str) -> dict[str, object]:
        """Send a school export, again and again under the same key, until intake answers; returns the receipt."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "text/csv",
            "Idempotency-Key": key,
        }
        for _ in range(300):
            try:
                answer = await client.post(f"{self.intake}/v1/contacts/school", content=body, headers=headers)
            except httpx.HTTPError:
                await asyncio.sleep(0.2)
                continue
            if answer.status_code in (201, 202, 200):
                return dict(answer.json())
            assert answer.status_code in (429, 500, 503), answer.text
            await asyncio.sleep(0.2)
        raise AssertionError("intake never answered")

    async def ledger(self) -> Ledger:
        """The ledger, read as `mash ledger` reads it."""
        engine = self.engine()
        try:
            async with engine.connect() as connection:
                return await read_ledger(connection)
        finally:
            await engine.dispose()

    async def rows(self, statement: str) -> list[tuple[object, ...]]:
        """The rows of a query."""
        engine = self.engine()
        try:
            async with engine.connect() as connection:
                return [tuple(row) for row in await connection.execute(text(statement))]
        finally:
            await engine.dispose()

    async def settled(self, count: int, seconds: float) -> None:
        """Wait until `count` contacts were accepted and none is in flight; services that end are started again."""

        async def there() -> bool:
            self.restart_dead()
            ledger = await self.ledger()
            return ledger.total.accepted == count and ledger.total.in_flight == 0

        await until(there, f"{count} contacts settled", seconds)


async def until(condition: Callable[[], Awaitable[bool]], what: str, seconds: float) -> None:
    """Wait for a condition; fails naming it."""
    limit = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < limit, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.25)
