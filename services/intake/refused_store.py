"""Refused and quarantined bodies: kept sealed, counted, and never kept a second time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake import tables
from shared.ids import new_id
from shared.sealing import ServiceSeal

KEEP = timedelta(days=30)  # bad-input matrix: the raw body of a refusal is kept 30 days

_t = tables.refused
_insert = insert(_t)
_once_more = _t.c.times + _insert.excluded.times
_KEEP = _insert.on_conflict_do_update(
    index_elements=["agency_id", "body_sha256", "reason", "pointer"],
    index_where=text("state = 'open'"),
    set_={"times": _once_more},
).returning(_t.c.refused_id, _t.c.agency_id, _t.c.body_sha256, _t.c.reason, _t.c.pointer)

_EXPIRE = text("""
    update intake.refused set sealed = null, state = 'expired'
    where refused_id in (
        select refused_id from intake.refused
        where expires_at <= now() and sealed is not null and verdict = 'refused' limit 500
    )
""")


@dataclass(frozen=True, slots=True, repr=False)
class Unaccepted:
    """A body, or a part of one, that was not accepted. verdict: refused or quarantined; body None: none is kept.

    restricted: it holds a restricted record; original: the receipt of what it contradicts.
    """

    agency_id: str
    verdict: str
    reason: str
    pointer: str
    danger: tuple[str, ...]
    size: int
    body_sha256: bytes
    body: bytes | None
    restricted: bool = False
    original: UUID | None = None

    @property
    def mark(self) -> tuple[str, bytes, str, str]:
        """What is the same for the same body refused again."""
        return self.agency_id, self.body_sha256, self.reason, self.pointer


@dataclass(frozen=True, slots=True)
class Kept:
    """Where one is kept. first: it was not there before, or was settled or forgotten since."""

    refused_id: UUID
    first: bool


class RefusedStore:
    """The table of refused bodies."""

    def __init__(self, connection: AsyncConnection, now: datetime, seal: ServiceSeal) -> None:
        """seal: of this service; it binds a body to its row."""
        self._connection = connection
        self._now = now
        self._seal = seal

    async def keep(self, unaccepted: Sequence[Unaccepted]) -> list[Kept]:
        """Keep them in one statement; what is open for the same reason is counted again and kept once."""
        if not unaccepted:
            return []
        rows = {one.mark: self._row(one) for one in unaccepted}
        ids: dict[tuple[str, bytes, str, str], UUID] = {}
        for row in await self._connection.execute(_KEEP, list(rows.values())):
            ids[row.agency_id, row.body_sha256, row.reason, row.pointer] = row.refused_id
        return [Kept(ids[one.mark], ids[one.mark] == rows[one.mark]["refused_id"]) for one in unaccepted]

    def _row(self, one: Unaccepted) -> dict[str, Any]:
        refused_id = new_id()
        return {
            "refused_id": refused_id,
            "agency_id": one.agency_id,
            "verdict": one.verdict,
            "reason": one.reason,
            "pointer": one.pointer,
            "danger": list(one.danger),
            "size": one.size,
            "body_sha256": one.body_sha256,
            "sealed": None if one.body is None else self._seal.seal(one.body, seal_name(refused_id)),
            "times": 1,
            "state": "open",
            "received_at": self._now,
            "expires_at": self._now + KEEP if one.verdict == "refused" else None,
            "restricted": one.restricted,
            "original": one.original,
        }

    async def expire(self) -> int:
        """Forget the bodies of refusals whose time is over; that they were refused stays. Returns how many."""
        return (await self._connection.execute(_EXPIRE)).rowcount


def seal_name(refused_id: UUID) -> str:
    """What the sealed body of a refusal is bound to."""
    return f"intake.refused:{refused_id}"
