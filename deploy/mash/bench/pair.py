"""The Kafka and the PostgreSQL a measurement runs on: addresses from the environment, else a pair of its own."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from deploy.mash.embedded.lock import DirectoryLock
from deploy.mash.embedded.secrets import key_file
from deploy.mash.layout import Layout
from deploy.mash.servers import EmbeddedServers

DATABASE_VARIABLE = "MASH_BENCH_DATABASE_URL"
KAFKA_VARIABLE = "MASH_BENCH_KAFKA"


@dataclass(frozen=True, slots=True)
class Pair:
    """url: of a user who may create databases; pids: of the servers, by name, where they are ours."""

    url: str = field(repr=False)
    bootstrap: str
    pids: Mapping[str, int]


@contextmanager
def a_pair(layout: Layout, say: Callable[[str], None]) -> Iterator[Pair]:
    """Both servers, ready. Those of our own are empty at the start and gone at the end; logs and secrets stay.

    Raises EmbeddedError with the reason in one line where one does not start, or where the directory is in use.
    """
    layout.make()
    with DirectoryLock(layout.lock):
        _wipe(layout)
        key_file(layout.secrets, data_exists=False)
        url, bootstrap = os.environ.get(DATABASE_VARIABLE), os.environ.get(KAFKA_VARIABLE)
        if url and bootstrap:
            yield Pair(url, bootstrap, {})
            return
        servers = EmbeddedServers(layout, say)
        try:
            servers.postgres.start()
            servers.kafka.start()
            pids = {"PostgreSQL": servers.postgres.pid or 0, "Kafka": servers.kafka.pid or 0}
            yield Pair(servers.database_url, servers.kafka_bootstrap, pids)
        finally:
            servers.kafka.kill()
            servers.postgres.kill()
            _wipe(layout)


def _wipe(layout: Layout) -> None:
    for data in (layout.postgres, layout.kafka, layout.mailbox):
        shutil.rmtree(data, ignore_errors=True)
