"""Who sends: an agency is known by its bearer token. Tokens are compared by digest, each in constant time."""

import asyncio
import hmac
import time
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake import tables
from services.intake.access import token_digest
from services.intake.submission import Agency

_LONGEST_TOKEN = 512
_RELOAD_AT_MOST_EVERY = 1.0  # seconds: unknown tokens must not become a way to load the database


class Senders:
    """The registered agencies, read from the database and remembered for a few seconds."""

    def __init__(
        self, engine: AsyncEngine, remember_seconds: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """remember_seconds: how long a withdrawn token may still work."""
        self._engine = engine
        self._remember = remember_seconds
        self._monotonic = monotonic
        self._known: list[tuple[bytes, Agency]] = []
        self._read_at = float("-inf")
        self._one_reads = asyncio.Lock()

    async def identify(self, token: str) -> Agency | None:
        """The agency of a token, or None. Raises what the database says where nothing is remembered."""
        if not token or len(token) > _LONGEST_TOKEN:
            return None
        await self._fresher_than(self._remember)
        found = self._find(token)
        if found is None:
            await self._fresher_than(_RELOAD_AT_MOST_EVERY)
            found = self._find(token)
        return found

    async def _fresher_than(self, seconds: float) -> None:
        """Read again where what is remembered is older; of many who ask at once, one reads."""
        if self._age() > seconds:
            async with self._one_reads:
                if self._age() > seconds:
                    await self._read()

    def _age(self) -> float:
        return self._monotonic() - self._read_at

    def _find(self, token: str) -> Agency | None:
        digest, found = token_digest(token), None
        for known, agency in self._known:
            if hmac.compare_digest(known, digest):
                found = agency
        return found

    async def _read(self) -> None:
        t = tables.agencies
        statement = select(t.c.token_sha256, t.c.agency_id, t.c.kind, t.c.name).where(t.c.active)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(statement)).all()
        self._known = [(bytes(row.token_sha256), Agency(row.agency_id, row.kind, row.name)) for row in rows]
        self._read_at = self._monotonic()
