"""Fixtures for every test: one PostgreSQL and one Kafka a run, started when first needed, and a database per test."""

from collections.abc import Iterator

import pytest
import structlog
from structlog.processors import JSONRenderer

from shared.logging import scrub_exception
from tests.backends.databases import Databases
from tests.backends.report import pytest_deselected, pytest_terminal_summary, servers_used
from tests.backends.servers import Server, start_kafka, start_postgres

__all__ = ["pytest_deselected", "pytest_terminal_summary"]  # Hooks that pytest finds here.


def pytest_configure() -> None:
    """Logs of tests look as they do in a service: one line, without the locals that a drawn traceback shows."""
    structlog.configure(processors=[structlog.processors.add_log_level, scrub_exception, JSONRenderer()])


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real PostgreSQL; `address` is the URL of a user who may create databases."""
    server = start_postgres(tmp_path_factory.mktemp("postgres") / "server")
    servers_used["PostgreSQL"] = server
    yield server
    server.stop()


@pytest.fixture(scope="session")
def kafka_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """host:port of a real Kafka shared by all tests: use topics and groups of your own."""
    server = start_kafka(tmp_path_factory.mktemp("kafka") / "server")
    servers_used["Kafka"] = server
    yield server.address
    server.stop()


@pytest.fixture(scope="session")
def databases(postgres_server: Server) -> Iterator[Databases]:
    """Makes databases on the server of this run."""
    made = Databases(postgres_server)
    yield made
    made.close()


@pytest.fixture
def database(databases: Databases) -> Iterator[str]:
    """SQLAlchemy URL (asyncpg) of a fresh database with every service's newest schema, dropped after the test."""
    url = databases.create(migrated=True)
    yield url
    databases.drop(url)


@pytest.fixture
def unmigrated_database(databases: Databases) -> Iterator[str]:
    """SQLAlchemy URL (asyncpg) of a fresh, empty database, dropped after the test."""
    url = databases.create(migrated=False)
    yield url
    databases.drop(url)
