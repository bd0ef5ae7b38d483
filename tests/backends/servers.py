"""Which PostgreSQL and which Kafka the tests use, in this order: the environment, containers, child processes."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from deploy.mash.embedded.kafka import EmbeddedKafka
from deploy.mash.embedded.postgres import EmbeddedPostgres
from tests.backends import containers

DATABASE_VARIABLE = "MASH_TEST_DATABASE_URL"
KAFKA_VARIABLE = "MASH_TEST_KAFKA"


@dataclass(frozen=True)
class Server:
    """A running server: its address, how it came to run, and how to end it."""

    address: str
    origin: str
    stop: Callable[[], None] = lambda: None

    def url_of(self, database: str) -> str:
        """The SQLAlchemy URL of another database of this PostgreSQL."""
        return make_url(self.address).set(database=database).render_as_string(hide_password=False)


def start_postgres(directory: Path) -> Server:
    """The PostgreSQL of this test run. The address is the URL of a user who may create databases."""
    if url := os.environ.get(DATABASE_VARIABLE):
        return Server(url, f"the environment ({DATABASE_VARIABLE})")
    try:
        container = containers.start_postgres()
    except containers.NoContainersError as reason:
        server = EmbeddedPostgres(directory)
        server.start()
        return Server(server.url, f"child process, for {reason}", server.stop)
    return Server(container.address, f"container {containers.POSTGRES_IMAGE}", container.stop)


def start_kafka(directory: Path) -> Server:
    """The Kafka of this test run. The address is host:port."""
    if bootstrap := os.environ.get(KAFKA_VARIABLE):
        return Server(bootstrap, f"the environment ({KAFKA_VARIABLE})")
    try:
        container = containers.start_kafka()
    except containers.NoContainersError as reason:
        broker = EmbeddedKafka(directory)
        broker.start()
        return Server(broker.bootstrap, f"child process, for {reason}", broker.stop)
    return Server(container.address, f"container {containers.KAFKA_IMAGE}", container.stop)
