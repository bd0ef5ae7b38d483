"""What says that PostgreSQL is away, and what only looks like it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.database import is_database_away, make_engine
from shared.sealing import KeyEncryption, new_kek_line
from shared.tables import tables_in
from shared.work import Work, WorkFactory


@pytest.fixture
async def engine(unmigrated_database: str) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(unmigrated_database, application="test", pool_size=1)
    yield engine
    await engine.dispose()


class Nobody:
    """Departures that nobody takes."""

    def hand_over(self, rows: object) -> None:
        """Forget them."""


async def _error(act: Callable[[], Awaitable[object]]) -> BaseException:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is, it is judged
        await act()
    return caught.value


async def _connect(engine: AsyncEngine) -> None:
    async with engine.connect():
        pass


async def test_a_port_where_nobody_listens_is_a_database_that_is_away() -> None:
    engine = make_engine("postgresql+asyncpg://a:b@127.0.0.1:1/c", application="test")
    assert is_database_away(await _error(lambda: _connect(engine)))


async def test_a_server_that_never_answers_is_a_database_that_is_away() -> None:
    async def silent(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    url = f"postgresql+asyncpg://a:b@127.0.0.1:{port}/c"
    engine = create_async_engine(url, connect_args={"timeout": 0.3})
    error = await _error(lambda: _connect(engine))
    server.close()
    assert isinstance(error, TimeoutError)
    assert is_database_away(error)


async def test_an_exhausted_pool_and_a_killed_connection_are_a_database_that_is_away(engine: AsyncEngine) -> None:
    small = create_async_engine(engine.url, pool_size=1, max_overflow=0, pool_timeout=0.2)
    async with small.connect():
        assert is_database_away(await _error(lambda: _connect(small)))
    await small.dispose()
    async with engine.connect() as connection:
        pid = (await connection.execute(text("select pg_backend_pid()"))).scalar_one()
        async with engine.begin() as other:
            await other.execute(text("select pg_terminate_backend(:pid)"), {"pid": pid})
        assert is_database_away(await _error(lambda: connection.execute(text("select 1"))))


@pytest.mark.parametrize("kind", [TimeoutError, OSError, ConnectionResetError, BrokenPipeError])
async def test_an_error_of_our_own_work_does_not_look_like_the_database(
    engine: AsyncEngine, kind: type[Exception]
) -> None:
    async def work() -> None:
        async with engine.begin():
            raise kind

    assert not is_database_away(await _error(work))


async def test_a_limit_of_a_handler_does_not_look_like_the_database(engine: AsyncEngine) -> None:
    async def work() -> None:
        async with engine.begin(), asyncio.timeout(0.05):
            await asyncio.sleep(5)

    assert not is_database_away(await _error(work))


async def test_a_connection_that_ended_while_nobody_used_it_is_replaced_unnoticed(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        pid = (await connection.execute(text("select pg_backend_pid()"))).scalar_one()
    other = make_engine(engine.url.render_as_string(hide_password=False), application="other")
    async with other.begin() as killer:
        await killer.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    await other.dispose()
    await asyncio.sleep(0.05)  # The end of the connection reaches the driver with the next turn of the loop.
    async with engine.connect() as connection:
        assert (await connection.execute(text("select pg_backend_pid()"))).scalar_one() != pid


async def test_a_connection_unused_for_long_is_asked_before_it_is_trusted(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with engine.connect() as connection:
        pid = (await connection.execute(text("select pg_backend_pid()"))).scalar_one()
    monkeypatch.setattr("shared.database.QUIET_SECONDS", -1.0)
    asked: list[object] = []
    monkeypatch.setattr(
        "sqlalchemy.dialects.postgresql.asyncpg.AsyncAdapt_asyncpg_connection.ping", lambda one: asked.append(one)
    )
    async with engine.connect() as connection:
        assert (await connection.execute(text("select pg_backend_pid()"))).scalar_one() == pid
    assert len(asked) == 1


async def test_a_unit_of_work_begins_although_its_connection_was_just_ended(engine: AsyncEngine) -> None:
    open_work = WorkFactory(Work, engine, tables_in("none"), KeyEncryption(new_kek_line()), Nobody())
    other = make_engine(engine.url.render_as_string(hide_password=False), application="other")
    for pause in (None, 0, 0, 0.001, 0.01) * 8:
        async with open_work() as work:
            pid = (await work.connection.execute(text("select pg_backend_pid()"))).scalar_one()
        async with other.begin() as killer:
            await killer.execute(text("select pg_terminate_backend(:pid)"), {"pid": pid})
        if pause is not None:
            await asyncio.sleep(pause)
    await other.dispose()
