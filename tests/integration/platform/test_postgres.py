"""The embedded PostgreSQL on disk: what is committed outlives every kind of end."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from deploy.mash.embedded.errors import EmbeddedError
from deploy.mash.embedded.postgres import EmbeddedPostgres
from deploy.mash.embedded.process import lives

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """One for all, below a directory that others cannot enter; each test leaves it running."""
    closed = tmp_path_factory.mktemp("closed")
    closed.chmod(0o700)
    started = EmbeddedPostgres(closed / "postgres")
    started.start()
    yield started
    started.kill()


async def _ask(url: str, question: str) -> object:
    engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            result = await connection.execute(text(question))
            return result.scalar() if result.returns_rows else None
    finally:
        await engine.dispose()


async def test_a_committed_row_outlives_kill_and_restart_at_the_same_address(server: EmbeddedPostgres) -> None:
    url = server.url
    await _ask(url, "create table kept as select 1 as one")
    server.kill()
    server.start()
    assert server.url == url
    assert await _ask(url, "select one from kept") == 1


async def test_a_kill_leaves_no_process_that_stops_a_restart(server: EmbeddedPostgres) -> None:
    pid = server.pid
    assert pid is not None
    workers = psutil.Process(pid).children(recursive=True)
    server.kill()
    server.start()
    assert [one for one in workers if lives(one)] == []


async def test_a_pid_file_that_names_another_living_process_does_not_stop_a_start(server: EmbeddedPostgres) -> None:
    server.stop()
    cluster = server.directory / "cluster"
    (cluster / "postmaster.pid").write_text(f"{os.getppid()}\n{cluster}\n1\n1\n\n\n\nready\n")
    server.start()
    assert await _ask(server.url, "select 1") == 1


async def test_a_server_whose_parent_was_killed_gives_way_to_the_next(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from deploy.mash.embedded.postgres import EmbeddedPostgres\n"
        "server = EmbeddedPostgres(Path(sys.argv[1])); server.start(); os.kill(os.getpid(), 9)"
    )
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", program, str(tmp_path / "data"), cwd=ROOT)
    assert await killed.wait() == -signal.SIGKILL
    server = EmbeddedPostgres(tmp_path / "data")
    server.start()
    assert await _ask(server.url, "select 1") == 1
    server.stop()


async def test_it_is_durable_and_listens_to_this_machine_alone(server: EmbeddedPostgres) -> None:
    shown = [
        await _ask(server.url, f"show {name}")
        for name in ("fsync", "synchronous_commit", "full_page_writes", "listen_addresses", "unix_socket_directories")
    ]
    assert shown == ["on", "on", "on", "127.0.0.1", ""]
    assert str(await _ask(server.url, "show server_version")).startswith("18.")


async def test_nobody_gets_in_without_the_password(server: EmbeddedPostgres) -> None:
    with pytest.raises((DBAPIError, OSError), match="password authentication failed"):
        await _ask(server.url.replace(server.password, "guessed"), "select 1")


async def test_statements_and_values_stay_out_of_the_log(server: EmbeddedPostgres) -> None:
    await _ask(server.url, "create table person (name text unique)")
    await _ask(server.url, "insert into person values ('Canary Surname')")
    with pytest.raises(DBAPIError):
        await _ask(server.url, "insert into person values ('Canary Surname')")
    log = server.log.read_text()
    assert "duplicate key" in log
    assert "Canary" not in log


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = EmbeddedPostgres(tmp_path / "data", port=taken.getsockname()[1])
        with pytest.raises(EmbeddedError, match=r"PostgreSQL ended at once .* \(log: .*server\.log\)") as failure:
            server.start()
    assert "\n" not in str(failure.value)


def test_data_of_another_release_is_refused_before_it_is_touched(server: EmbeddedPostgres) -> None:
    server.stop()
    (server.directory / "cluster" / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedError, match="holds data of PostgreSQL 16, not 18"):
        server.start()
    (server.directory / "cluster" / "PG_VERSION").write_text("18\n")
    server.start()


async def test_a_wiped_server_starts_empty(server: EmbeddedPostgres) -> None:
    await _ask(server.url, "create table gone (x int)")
    server.wipe()
    server.start()
    assert await _ask(server.url, "select to_regclass('gone')") is None
