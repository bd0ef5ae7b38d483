"""Triage as `build` makes it, on a real PostgreSQL, fed without Kafka."""

import base64
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from services.triage.app import build
from services.triage.settings import TriageSettings
from services.triage.work import TriageWork
from shared.batch import BatchRecipe
from shared.messages.contact import CanonicalContact
from shared.messages.contact_received import ContactReceived
from shared.messages.envelope import Lane, Message
from shared.service import Service
from shared.work import OpenWork
from tests.builders.records import a_record
from tests.builders.triage_memory import MemoryUnits
from tests.handlers.triage.test_assess_contacts import received

ROUTINE, URGENT, DECISIONS = (
    "triage.assess-contacts.routine",
    "triage.assess-contacts.urgent",
    "triage.learn-decisions.routine",
)


class Triage:
    """One process of triage."""

    def __init__(self, service: Service) -> None:
        self.service = service
        base = service.foundation
        self.open_work: OpenWork[TriageWork] = base.open_work
        self.recipes = {
            stage.consumer: BatchRecipe(stage, base.open_work, base.engine, base.tables, base.seal, base.marks)
            for stage in service.stages
        }
        self._offset = 0

    async def received(self, *contacts: CanonicalContact, lane: Lane = Lane.ROUTINE) -> list[ContactReceived]:
        """What intake sends about these contacts, under data keys kept in PostgreSQL."""
        messages = [received(MemoryUnits(), contact, lane) for contact in contacts]
        async with self.open_work() as work:
            for contact, message in zip(contacts, messages, strict=True):
                message.parts["contact"] = work.keys.create(contact.contact_id).seal("contact", contact)
            await work.commit()
        return messages

    async def takes(self, consumer: str, messages: Sequence[Message]) -> None:
        """One batch through the recipe."""
        topic = self.recipes[consumer].stage.topic
        records = []
        for message in messages:
            self._offset += 1
            records.append(a_record(self.service.foundation.marks, topic, self._offset, message))
        await self.recipes[consumer](records)

    async def rows(self, statement: str) -> list[tuple[Any, ...]]:
        async with self.service.foundation.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(statement))]

    async def change(self, statement: str) -> None:
        async with self.service.foundation.engine.begin() as connection:
            await connection.execute(text(statement))


def settings_for(database: str) -> TriageSettings:
    return TriageSettings(
        database_url=SecretStr(database),
        kafka_bootstrap="127.0.0.1:1",
        kek=SecretStr(base64.b64encode(bytes(32)).decode()),
    )


@pytest.fixture
async def triage(database: str) -> AsyncIterator[Triage]:
    service = build(settings_for(database))
    yield Triage(service)
    assert service.foundation.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    await service.foundation.engine.dispose()


@pytest.fixture
async def other_triage(database: str) -> AsyncIterator[Triage]:
    """A second process on the same database."""
    service = build(settings_for(database))
    yield Triage(service)
    await service.foundation.engine.dispose()
