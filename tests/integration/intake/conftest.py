"""The real intake application over HTTP in memory, on a real PostgreSQL; Kafka is not there and not needed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.access import register_agency
from services.intake.app import build
from services.intake.settings import IntakeSettings
from shared.runtime import application
from shared.sealing import new_kek_line
from shared.service import Service

KINDS = {"police": "police-durham", "school": "school-ferndale", "health": "health-cddft", "vcs": "vcs-brightwater"}
TYPES = {
    "police": "application/json",
    "school": "text/csv",
    "health": "application/fhir+json",
    "vcs": "application/json",
}
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


@pytest.fixture
async def door(database: str, limits: dict[str, Any]) -> AsyncIterator[Door]:
    """The running application with one registered agency of each kind."""
    service = build(settings_for(database, **limits))
    engine = service.foundation.engine
    tokens = {kind: await register_agency(engine, agency_id=name, kind=kind, name=name) for kind, name in KINDS.items()}
    app = application([service])
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://intake.test") as client:
        yield Door(client, service, tokens)
    await service.on_stop[0]()
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    await engine.dispose()
