"""Fresh places for a measurement: a database and topics of its own, gone again afterwards."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from shared.ids import new_id


@asynccontextmanager
async def fresh_database(url: str) -> AsyncIterator[str]:
    """The address of an empty database on the server at `url`; dropped at the end, whoever is still connected."""
    name = f"bench_{new_id().hex}"
    await _administer(url, f'create database "{name}"')
    try:
        yield make_url(url).set(database=name).render_as_string(hide_password=False)
    finally:
        await _administer(url, f'drop database if exists "{name}" with (force)')


async def _administer(url: str, statement: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.execute(text(statement))
    finally:
        await engine.dispose()


@asynccontextmanager
async def fresh_topics(bootstrap: str, names: Sequence[str], partitions: int) -> AsyncIterator[None]:
    """Topics of these names, deleted at the end. Raises KafkaError where the cluster refuses or does not answer."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, client_id="mash-bench", request_timeout_ms=15_000)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, partitions, 1) for name in names])
        try:
            yield
        finally:
            await admin.delete_topics(list(names))
    finally:
        await admin.close()


def plain_dsn(url: str) -> str:
    """A SQLAlchemy address as plain asyncpg takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
