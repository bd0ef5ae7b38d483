"""A service made only to watch the handling of messages: it writes one row per message and sends one message on.

Run as a program (`python -m tests.integration.handling.probe`) it can be killed at a chosen step.
"""

import asyncio
import os
import signal
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, MetaData, Table, Text, Uuid, insert, text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.attention_sql import attention_steps
from shared.errors import PermanentFailure, ReasonCode, TransientFailure
from shared.messages.contact_received import ContactReceived
from shared.messages.envelope import Lane
from shared.migrations import migrate
from shared.runtime import RunningService
from shared.service import Service, lay_foundation
from shared.settings import CommonSettings
from shared.stage import Stage
from shared.tables import NAMING, standard_tables
from shared.topics import Topic
from shared.work import Work

SCHEMA = "probe"
KEK = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
metadata = MetaData(schema=SCHEMA, naming_convention=NAMING)
standard = standard_tables(metadata)
effects = Table("effects", metadata, Column("message_id", Uuid), Column("subject", Text), Column("seq", Text))


def topic(name: str, lane: Lane = Lane.ROUTINE, partitions: int = 1) -> Topic:
    """A topic of the probe's own."""
    return Topic(name, ContactReceived, lane, (SCHEMA,), (SCHEMA,), partitions)


async def create_schema(url: str) -> None:
    """The probe's tables in a fresh database."""
    await migrate(url, ["keyring"])
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text(f"create schema {SCHEMA}"))
        await connection.run_sync(metadata.create_all)
        await connection.execute(text(f"create sequence {SCHEMA}.effect_seq"))
        for step in attention_steps(SCHEMA):
            await connection.execute(text(step))
    await engine.dispose()


async def record_effects(messages: Sequence[ContactReceived], work: Work) -> None:
    """One row per message; `defects` says which message is to fail, and how."""
    for message in messages:
        if "die-in-handler" in message.facets.defects:
            os.kill(os.getpid(), signal.SIGKILL)
        if "permanent" in message.facets.defects:
            raise PermanentFailure(ReasonCode.UNKNOWN_CODE)
        if "transient" in message.facets.defects:
            raise TransientFailure(ReasonCode.TRY_AGAIN)
        if "bug" in message.facets.defects:
            raise ZeroDivisionError
    await work.connection.execute(insert(effects), [{"message_id": m.id, "subject": m.subject} for m in messages])


def settings_for(url: str, bootstrap: str, **more: object) -> CommonSettings:
    """Settings of a probe; short patience, so that a test need not wait."""
    values: dict[str, object] = {
        "database_url": url,
        "kafka_bootstrap": bootstrap,
        "kek": KEK,
        "relay_after_seconds": 0.5,
        **more,
    }
    return CommonSettings.model_validate(values)


def build(settings: CommonSettings, *topics: Topic, handle: Any = record_effects) -> Service:
    """A probe that reads `topics`, one stage each."""
    foundation = lay_foundation(settings, SCHEMA, Work)
    stages = [Stage[Any, Any](SCHEMA, f"read-{t.name}", t, ContactReceived, handle) for t in topics]
    return Service(foundation, stages=stages)


async def main() -> None:
    """Read the topic named in the environment until killed; die at the step named there."""
    environ = os.environ
    settings = settings_for(environ["PROBE_DATABASE"], environ["PROBE_KAFKA"], slot=environ.get("PROBE_SLOT", ""))
    running = RunningService(build(settings, topic(environ["PROBE_TOPIC"])))
    if environ.get("PROBE_DIE") == "before-ack":
        for recipe in running.recipes.values():
            _die_after(recipe)
    await running.start()
    await asyncio.Event().wait()


def _die_after(recipe: object) -> None:
    original = recipe._handle  # type: ignore[attr-defined]

    async def handle_and_die(records: object) -> None:
        await original(records)
        os.kill(os.getpid(), signal.SIGKILL)

    recipe._handle = handle_and_die  # type: ignore[attr-defined]


if __name__ == "__main__":
    asyncio.run(main())
