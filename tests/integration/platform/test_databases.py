"""The fixtures that hand out databases and a broker."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool


async def _schemas(url: str) -> set[str]:
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        rows = await connection.execute(
            text("select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'")
        )
        names = set(rows.scalars())
    await engine.dispose()
    return names


async def test_a_database_has_every_service_schema(database: str) -> None:
    assert await _schemas(database) == {
        *("public", "keyring", "intake", "triage", "router", "notifier", "console"),
    }


async def test_an_unmigrated_database_is_empty(unmigrated_database: str) -> None:
    assert await _schemas(unmigrated_database) == {"public"}


async def test_two_databases_share_nothing(database: str, unmigrated_database: str) -> None:
    assert database.rsplit("/", 1)[0] == unmigrated_database.rsplit("/", 1)[0]
    assert database != unmigrated_database
