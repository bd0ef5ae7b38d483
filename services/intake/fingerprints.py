"""The table of fingerprints: which content came within the last day, whatever key or reference it came under."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.repeats import KnownContent

_CLAIM = text("""
    insert into intake.fingerprints as f (fingerprint, receipt_id, contact_ids, referenced, expires_at)
    select new.fingerprint, new.receipt_id, cast(string_to_array(new.ids, ',') as uuid[]), new.referenced, :until
    from unnest(cast(:prints as text[]), cast(:receipts as uuid[]), cast(:ids as text[]),
                cast(:referenced as boolean[]))
        as new(fingerprint, receipt_id, ids, referenced)
    order by 1
    on conflict (fingerprint) do update
        set receipt_id = excluded.receipt_id, contact_ids = excluded.contact_ids,
            referenced = excluded.referenced, expires_at = excluded.expires_at
        where f.expires_at <= :now
    returning fingerprint
""")

_READ = text("""
    select fingerprint, receipt_id, contact_ids, referenced from intake.fingerprints
    where fingerprint = any(cast(:prints as text[]))
""")

_POINT = text("""
    update intake.fingerprints f
    set receipt_id = new.receipt_id, contact_ids = cast(string_to_array(new.ids, ',') as uuid[])
    from unnest(cast(:prints as text[]), cast(:receipts as uuid[]), cast(:ids as text[]))
        as new(fingerprint, receipt_id, ids)
    where f.fingerprint = new.fingerprint
""")

_FORGET = text("delete from intake.fingerprints where fingerprint = any(cast(:prints as text[]))")

_EXPIRE = text("""
    delete from intake.fingerprints where fingerprint in (
        select fingerprint from intake.fingerprints where expires_at <= now() limit 5000 for update skip locked
    )
""")


@dataclass(frozen=True, slots=True)
class ContentClaim:
    """An item that would be the first with its content."""

    fingerprint: str
    receipt_id: UUID
    contact_ids: tuple[UUID, ...]
    referenced: bool


class Fingerprints:
    """What content is known."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        """now: the database's clock; what has expired by then is written over."""
        self._connection = connection
        self._now = now

    async def claim(self, claims: Sequence[ContentClaim], until: datetime) -> dict[str, KnownContent]:
        """Claim contents until then; returns those that were known before. One that is being claimed is waited for."""
        first = {claim.fingerprint: claim for claim in reversed(claims)}
        if not first:
            return {}
        values = {
            "prints": list(first),
            "receipts": [claim.receipt_id for claim in first.values()],
            "ids": [_joined(claim.contact_ids) for claim in first.values()],
            "referenced": [claim.referenced for claim in first.values()],
            "until": until,
            "now": self._now,
        }
        ours = set((await self._connection.execute(_CLAIM, values)).scalars())
        others = [print_ for print_ in first if print_ not in ours]
        rows = await self._connection.execute(_READ, {"prints": others}) if others else ()
        return {row.fingerprint: KnownContent(row.receipt_id, tuple(row.contact_ids), row.referenced) for row in rows}

    async def point(self, known: Mapping[str, KnownContent]) -> None:
        """Let contents that were claimed lead to what was known under their reference."""
        if known:
            receipts, ids = [k.receipt_id for k in known.values()], [_joined(k.contact_ids) for k in known.values()]
            await self._connection.execute(_POINT, {"prints": list(known), "receipts": receipts, "ids": ids})

    async def forget(self, prints: Sequence[str]) -> None:
        """Give up contents that were claimed and led to no contact."""
        if prints:
            await self._connection.execute(_FORGET, {"prints": list(prints)})

    async def expire(self) -> int:
        """Delete what has expired; returns how many."""
        return (await self._connection.execute(_EXPIRE)).rowcount


def _joined(ids: Sequence[UUID]) -> str:
    return ",".join(str(one) for one in ids)
