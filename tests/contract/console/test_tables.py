"""The migrations make exactly the tables that the code describes, and the audit can only be added to."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from services.console.domain.roles import Role
from services.console.repository.audit import Act, Outcome, PostgresAudit
from services.console.tables import metadata
from tests.builders.console import SCREENER


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection,
        opts={
            "include_schemas": True,
            "include_name": lambda name, kind, parents: kind != "schema" or name == "console",
            "compare_server_default": False,
            "version_table": "migration",
            "version_table_schema": "console",
        },
    )
    found = compare_metadata(context, metadata)
    # Comments are for readers of tables.py, the version table is alembic's own, and the log is written by a function.
    ignored = ("modify_comment", "'migration'", "'attention_log'")
    return [one for one in found if not any(name in str(one) for name in ignored)]


async def test_the_migrated_schema_is_the_described_one(database: str) -> None:
    engine = create_async_engine(database)
    async with engine.connect() as connection:
        found = await connection.run_sync(_differences)
    await engine.dispose()

    assert found == []


async def test_the_audit_refuses_every_change_but_an_addition(database: str) -> None:
    assert SCREENER.role is Role.SCREENER
    engine = create_async_engine(database)
    async with engine.begin() as connection:
        await PostgresAudit(connection).add(Act("contact.read", Outcome.ALLOWED, SCREENER, "c-1", "triage"))
    refused = []
    for statement in (
        "update console.audit set username = 'nobody'",
        "delete from console.audit",
        "truncate console.audit",
    ):
        try:
            async with engine.begin() as connection:
                await connection.execute(text(statement))
        except DBAPIError as error:
            refused.append("only ever added to" in str(error))
    async with engine.connect() as connection:
        [entry] = await PostgresAudit(connection).newest(10, "c-1")
    await engine.dispose()

    assert refused == [True, True, True]
    assert (entry.username, entry.outcome, entry.purpose) == ("s.okafor", "allowed", "triage")
