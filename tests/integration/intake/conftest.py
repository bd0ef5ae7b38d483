"""The real intake application over HTTP in memory, on a real PostgreSQL; Kafka is not there and not needed."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import NullPool, QueuePool, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.intake.access import register_agency
from services.intake.app import build
from services.intake.settings import IntakeSettings
from shared.runtime import application
from shared.sealing import new_kek_line
from shared.service import Service
from tests.backends.databases import Databases

KINDS = {"police": "police-durham", "school": "school-ferndale", "health": "health-cddft", "vcs": "vcs-brightwater"}
TYPES = {
    "police": "application/json",
    "school": "text/csv",
    "health": "application/fhir+json",
    "vcs": "application/json",
}
LEFT_BEHIND = (
    *(
        f"intake.{name}"
        for name in ("contacts", "raw_messages", "submissions", "items", "threads", "idempotency", "fingerprints")
    ),
    *(f"intake.{name}" for name in ("refused", "agencies", "outbox")),
    "keyring.data_keys",
)
NO_KAFKA = "127.0.0.1:9"


@dataclass
class Door:
    """What a test sends to and looks into."""

    client: httpx.AsyncClient
    service: Service
    tokens: dict[str, str]

    @property
    def engine(self) -> AsyncEngine:
        return self.service.foundation.engine

    async def send(self, kind: str, body: bytes, *, key: str | None = None, **headers: str) -> httpx.Response:
        """POST a body as the agency of that kind."""
        sent = {"Authorization": f"Bearer {self.tokens[kind]}", "Content-Type": TYPES[kind]}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            sent["Idempotency-Key"] = key
        return await self.client.post(f"/v1/contacts/{kind}", content=body, headers=sent)

    async def receipt(self, receipt_id: str, kind: str) -> httpx.Response:
        """GET a receipt as the agency of that kind."""
        headers = {"Authorization": f"Bearer {self.tokens[kind]}"}
        return await self.client.get(f"/v1/receipts/{receipt_id}", headers=headers)

    async def rows(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(statement), values)]

    async def age_by_a_day(self) -> None:
        """Let everything that expires after a day have expired."""
        async with self.engine.begin() as connection:
            for table in ("idempotency", "items", "fingerprints"):
                await connection.execute(
                    text(f"update intake.{table} set expires_at = now() where expires_at < now() + interval '25 hours'")
                )

    async def become_cases(self, states: dict[str, tuple[str, str]]) -> None:
        """Let the router hold contacts in a state with an outcome, to be decided by 17:00 on 24 November 2026."""
        columns = "contact_id uuid, state text, outcome text, decide_by timestamptz"
        async with self.engine.begin() as connection:
            await connection.execute(text("drop view router.v_case"))
            await connection.execute(text(f"create table router.v_case ({columns})"))
            for contact_id, (state, outcome) in states.items():
                await connection.execute(
                    text("insert into router.v_case values (:id, :state, :outcome, '2026-11-24 17:00+00')"),
                    {"id": contact_id, "state": state, "outcome": outcome},
                )

    async def count(self, table: str) -> int:
        """How many rows a table of intake has."""
        return int((await self.rows(f"select count(*) from intake.{table}"))[0][0])


def settings_for(database: str, **changes: Any) -> IntakeSettings:
    """Settings of a test's own."""
    values: dict[str, Any] = {"database_url": database, "kafka_bootstrap": NO_KAFKA, "kek": new_kek_line(), **changes}
    return IntakeSettings(**values)


@pytest.fixture
def limits() -> dict[str, Any]:
    """Settings that a test module changes."""
    return {}


@asynccontextmanager
async def opened(settings: IntakeSettings) -> AsyncIterator[Door]:
    """The running application with one registered agency of each kind; at the end no connection may be left out."""
    service = build(settings)
    engine = service.foundation.engine
    tokens = {kind: await register_agency(engine, agency_id=name, kind=kind, name=name) for kind, name in KINDS.items()}
    transport = httpx.ASGITransport(app=application([service]), raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://intake.test") as client:
        yield Door(client, service, tokens)
    await service.on_stop[0]()
    assert isinstance(engine.pool, QueuePool)
    assert engine.pool.checkedout() == 0
    await engine.dispose()


@pytest.fixture(scope="session")
def intake_database(databases: Databases) -> Iterator[str]:
    """One database for all of these tests: making one for each would take longer than the tests."""
    url = databases.create(migrated=True)
    yield url
    databases.drop(url)


@pytest.fixture
def settings(intake_database: str, limits: dict[str, Any]) -> IntakeSettings:
    """The settings of the application under test."""
    return settings_for(intake_database, **limits)


@pytest.fixture
async def door(settings: IntakeSettings) -> AsyncIterator[Door]:
    """The application on an empty database."""
    await emptied(settings)
    async with opened(settings) as door:
        yield door


@pytest.fixture
async def door_on_its_own(database: str) -> AsyncIterator[Door]:
    """The application on a database of its own, for a test that changes more than rows."""
    async with opened(settings_for(database)) as door:
        yield door


async def emptied(settings: IntakeSettings) -> None:
    """Delete what the test before left; deleting a few rows is quicker than making new files."""
    engine = create_async_engine(settings.database_url.get_secret_value(), poolclass=NullPool)
    async with engine.begin() as connection:
        for table in LEFT_BEHIND:
            await connection.execute(text(f"delete from {table}"))
    await engine.dispose()


@pytest.fixture
async def another_door(door: Door, settings: IntakeSettings) -> AsyncIterator[Door]:
    """A second process of the same application on the same database and keys; its tokens are the valid ones."""
    async with opened(settings) as other:
        door.tokens = other.tokens
        yield other
