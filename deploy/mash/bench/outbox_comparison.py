"""Our outbox beside `faststream-outbox` on one Kafka and one PostgreSQL: messages a second from insert to acknowledged.

    python -m deploy.mash.bench.outbox_comparison --database URL --kafka HOST:PORT

The package is not among our dependencies; where it is not installed, only ours is measured. What is behind the figures
and the choice: deploy/decisions/outbox.md.
"""

import asyncio
import importlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from faststream.kafka import KafkaBroker
from sqlalchemy import MetaData, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from deploy.mash.bench.places import fresh_database, fresh_topics
from shared.ids import new_id
from shared.kafka_link import KafkaLink
from shared.marks import Marks
from shared.outbox import Outbox, Outgoing
from shared.relay import Relay
from shared.sealing import KeyEncryption, new_kek_line
from shared.sender import Sender
from shared.tables import NAMING, StandardTables, standard_tables

SCHEMA = "outbox_trial"
BATCH = 500  # rows of one transaction, as a stage writes them
BODY = b'"' + b"x" * 1_500 + b'"'  # the size of a sealed contact on the wire


@dataclass(frozen=True)
class Contender:
    """write: one batch inside an open transaction, then what follows its commit; left: rows not yet acknowledged."""

    name: str
    write: Callable[[AsyncConnection], Awaitable[Callable[[], None]]]
    left: Callable[[], Awaitable[int]]
    sending: Callable[[], Any]  # an asynchronous context in which rows are sent


@dataclass(frozen=True)
class Places:
    """Where everything happens."""

    engine: AsyncEngine
    bootstrap: str
    topic: str
    tables: StandardTables


def _rows(topic: str) -> list[Outgoing]:
    return [Outgoing(new_id(), topic, str(n), new_id(), BODY) for n in range(BATCH)]


def ours(places: Places) -> Contender:
    """What a service runs: the direct send of what it commits, and the relay for what lies in the table."""
    table = places.tables.outbox
    sender = Sender(KafkaLink(places.bootstrap), SCHEMA, places.engine, table, Marks(KeyEncryption(new_kek_line())))
    relay = Relay(
        SCHEMA,
        places.engine,
        places.tables,
        sender,
        after_seconds=0,
        reconcile_every_seconds=3600,
        reconcile_after_seconds=3600,
    )

    async def write(connection: AsyncConnection) -> Callable[[], None]:
        outbox = Outbox(table)
        outbox._rows = _rows(places.topic)  # The messages are not measured, only their way out.
        rows = await outbox.write(connection)
        return lambda: sender.hand_over(rows)

    async def left() -> int:
        return await _count(places.engine, select(func.count()).where(table.c.published_at.is_(None)))

    async def relay_for_ever() -> None:
        while True:
            await relay.relay_once()
            await asyncio.sleep(0.01)

    @asynccontextmanager
    async def sending() -> AsyncIterator[None]:
        tasks = [asyncio.create_task(sender.run()), asyncio.create_task(relay_for_ever())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await sender.stop()

    return Contender("ours (direct send, and the relay)", write, left, sending)


def theirs(places: Places, package: Any, **options: int) -> Contender:
    """`faststream-outbox` as its relay tutorial shows it, with the given options of its subscriber."""
    table = places.tables.outbox.metadata.tables[f"{SCHEMA}.theirs"]
    broker = package.OutboxBroker(places.engine, outbox_table=table, apply_types=False, logger=None)
    kafka = KafkaBroker(places.bootstrap, acks="all", enable_idempotence=True, logger=None)
    bodies = [BODY] * BATCH

    @kafka.publisher(places.topic)
    @broker.subscriber(places.topic, min_fetch_interval=0.01, **options)  # type: ignore[untyped-decorator]
    async def relay(body: bytes) -> bytes:
        return body

    async def write(connection: AsyncConnection) -> Callable[[], None]:
        await broker.publish_batch(*bodies, queue=places.topic, session=connection)
        return lambda: None

    async def left() -> int:
        return await _count(places.engine, select(func.count()).select_from(table))

    @asynccontextmanager
    async def sending() -> AsyncIterator[None]:
        await kafka.start()
        await broker.start()
        try:
            yield
        finally:
            await broker.stop()
            await kafka.stop()

    described = ", ".join(f"{name}={value}" for name, value in options.items())
    return Contender(f"faststream-outbox ({described})", write, left, sending)


async def _count(engine: AsyncEngine, statement: Any) -> int:
    async with engine.connect() as connection:
        return int((await connection.execute(statement)).scalar_one())


async def _write_all(engine: AsyncEngine, contender: Contender, batches: int, *, handed_over: bool) -> None:
    for _ in range(batches):
        async with engine.connect() as connection:
            after_commit = await contender.write(connection)
            await connection.commit()
        if handed_over:
            after_commit()


async def _until_sent(contender: Contender) -> None:
    while await contender.left():  # noqa: ASYNC110 - only the database knows
        await asyncio.sleep(0.02)


async def measure(engine: AsyncEngine, contender: Contender, count: int) -> tuple[float, float]:
    """Messages a second: sent while they are being written, and sent from a backlog that was written before."""
    batches = count // BATCH
    async with contender.sending():
        started = time.perf_counter()
        await _write_all(engine, contender, batches, handed_over=True)
        await _until_sent(contender)
        together = batches * BATCH / (time.perf_counter() - started)
    await _write_all(engine, contender, batches, handed_over=False)
    async with contender.sending():
        started = time.perf_counter()
        await _until_sent(contender)
        backlog = batches * BATCH / (time.perf_counter() - started)
    return together, backlog


async def compare(database: str, bootstrap: str, count: int) -> None:
    """Measure every contender in turn and print one line each."""
    package: Any = None
    with suppress(ModuleNotFoundError):
        package = importlib.import_module("faststream_outbox")
    metadata = MetaData(schema=SCHEMA, naming_convention=NAMING)
    tables = standard_tables(metadata)
    if package is not None:
        package.make_outbox_table(metadata, "theirs")
    topic = f"bench.{new_id()}"
    async with fresh_database(database) as url, fresh_topics(bootstrap, [topic], 1):
        engine = create_async_engine(url, pool_size=80)
        async with engine.begin() as connection:
            await connection.execute(text(f"create schema {SCHEMA}"))
            await connection.run_sync(metadata.create_all)
        await _compare(Places(engine, bootstrap, topic, tables), package, count)
        await engine.dispose()


async def _compare(places: Places, package: Any, count: int) -> None:
    contenders = [ours(places)]
    if package is None:
        print("faststream-outbox is not installed here: measuring ours alone (see deploy/decisions/outbox.md)")
    else:
        in_order = {"max_workers": 1, "fetch_batch_size": BATCH, "terminal_flush_batch_size": BATCH}
        contenders += [theirs(places, package, **in_order), theirs(places, package, **{**in_order, "max_workers": 64})]
    print(f"{'messages a second, batches of 500':86} while written  from backlog")
    for contender in contenders:
        together, backlog = await measure(places.engine, contender, count)
        print(f"{contender.name:86} {together:13,.0f} {backlog:13,.0f}", flush=True)


def main(
    database: Annotated[str, typer.Option(help="postgresql+asyncpg://… of a user that may create databases")],
    kafka: Annotated[str, typer.Option(help="host:port of a Kafka broker")],
    count: Annotated[int, typer.Option(min=BATCH, help="Messages for each figure.")] = 20_000,
) -> None:
    """Compare our outbox with faststream-outbox."""
    asyncio.run(compare(database, kafka, count))


if __name__ == "__main__":
    typer.run(main)
