"""A fresh database for each test, copied from a template that was migrated once."""

import asyncio
import uuid
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from tests.backends.servers import Server


class Databases:
    """Makes and drops databases on one server. Its loop runs in a thread of its own, apart from the tests' loops."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="databases")
        self._template: str | None = None

    def create(self, *, migrated: bool) -> str:
        """The URL of a new database; with every service's newest schema where `migrated`."""
        return self._create(self._migrated_template() if migrated else "template0")

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self._administer(f'drop database if exists "{url.rsplit("/", 1)[1]}" with (force)')

    def close(self) -> None:
        """Drop the template too."""
        if self._template is not None:
            self._administer(f'drop database if exists "{self._template}" with (force)')
        self._thread.shutdown()

    def _migrated_template(self) -> str:
        if self._template is None:
            from shared.migrations import migrate

            url = self._create("template0")
            self._run(migrate(url))
            self._template = url.rsplit("/", 1)[1]
        return self._template

    def _create(self, template: str) -> str:
        name = f"test_{uuid.uuid4().hex[:16]}"
        self._administer(f'create database "{name}" template "{template}"')
        return self._server.url_of(name)

    def _administer(self, statement: str) -> None:
        self._run(self._execute(statement))

    async def _execute(self, statement: str) -> None:
        engine = create_async_engine(self._server.address, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        try:
            async with engine.connect() as connection:
                await connection.execute(text(statement))
        finally:
            await engine.dispose()

    def _run(self, work: Coroutine[Any, Any, Any]) -> None:
        self._thread.submit(asyncio.run, work).result()
