"""Alembic for every service: one version table per schema, plain numbered steps, short locks."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from alembic import command, context, op
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateIndex, CreateTable

from shared.attention_sql import attention_steps
from shared.settings import ROOT
from shared.tables import tables_in

LOCATIONS = {
    "keyring": "shared/keyring/migrations",
    "intake": "services/intake/migrations",
    "triage": "services/triage/migrations",
    "router": "services/router/migrations",
    "notifier": "services/notifier/migrations",
    "console": "services/console/migrations",
}
ALL = tuple(LOCATIONS)
_ONE_AT_A_TIME = 0x6D617368  # advisory lock: two `mash migrate` at once wait for each other


def create_standard_tables(schema: str) -> None:
    """Create inbox, outbox, parked, quarantine and their companions in `schema`, inside a migration."""
    tables = tables_in(schema)
    for table in (tables.inbox, tables.outbox, tables.parked, tables.quarantine, tables.crash_guard, tables.reconciled):
        op.execute(CreateTable(table))
        for index in sorted(table.indexes, key=lambda index: index.name or ""):
            op.execute(CreateIndex(index))


def create_attention(schema: str) -> None:
    """Create the view, function and log of what needs a person in `schema`, inside a migration."""
    for step in attention_steps(schema):
        op.execute(step)


def run_env(schema: str) -> None:
    """What a service's `migrations/env.py` does: run the steps of `schema` on the connection that was handed over."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, version_table="migration", version_table_schema=schema)
    with context.begin_transaction():
        context.run_migrations()


def _upgrade(connection: Connection, names: Sequence[str]) -> None:
    for name in names:
        connection.execute(text(f'create schema if not exists "{name}"'))
        config = Config()
        config.set_main_option("script_location", str(ROOT / LOCATIONS[name]))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def newest_step(schema: str) -> str:
    """The step that a schema is at when it is up to date."""
    newest = ScriptDirectory(str(ROOT / LOCATIONS[schema])).get_current_head()
    assert newest is not None, f"{schema} has no migrations"
    return newest


async def schemas_behind(connection: AsyncConnection) -> list[str]:
    """The schemas that are not at the newest step of this release, or that this role may not look at."""
    return [name for name in ALL if await _step(connection, name) != newest_step(name)]


async def _step(connection: AsyncConnection, schema: str) -> str | None:
    with suppress(SQLAlchemyError):
        async with connection.begin_nested():
            found = await connection.scalar(text(f'select version_num from "{schema}".migration'))  # noqa: S608 - ours
            return None if found is None else str(found)
    return None


async def migrate(url: str, names: Sequence[str] = ALL) -> None:
    """Bring the schemas of `names` to their newest step, in one transaction. Raises what PostgreSQL says."""
    engine = create_async_engine(url, poolclass=NullPool, connect_args={"timeout": 10})
    try:
        async with engine.begin() as connection:
            await connection.execute(text("set local lock_timeout = '5s'"))
            await connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
            await connection.run_sync(_upgrade, names)
    finally:
        await engine.dispose()


def migrate_now(url: str) -> None:
    """The same for callers without an event loop."""
    asyncio.run(migrate(url))
