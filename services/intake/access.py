"""Agencies as the people who run the system set them up. Only the SHA-256 of a token is kept."""

import hashlib
import secrets

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

KINDS = frozenset({"police", "school", "health", "vcs"})

_REGISTER = text("""
    insert into intake.agencies as a (agency_id, kind, name, token_sha256)
    values (:agency_id, :kind, :name, :token_sha256)
    on conflict (agency_id) do update
        set kind = excluded.kind, name = excluded.name, token_sha256 = excluded.token_sha256, active = true,
            changed_at = case when a.token_sha256 = excluded.token_sha256 then a.changed_at else now() end
""")


def token_digest(token: str) -> bytes:
    """What is kept of a token: enough to recognise it, too little to use it."""
    return hashlib.sha256(token.encode()).digest()


async def register_agency(
    engine: AsyncEngine, *, agency_id: str, kind: str, name: str, token: str | None = None
) -> str:
    """Make the agency, or bring it to this kind, name and token; returns the token, a fresh one where none was given.

    Doing it again with the same token changes nothing. A new token replaces the old one at once (within the seconds
    that a running intake remembers tokens). Raises ValueError for a kind that does not exist.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(sorted(KINDS))}")
    chosen = token or secrets.token_urlsafe(32)
    values = {"agency_id": agency_id, "kind": kind, "name": name, "token_sha256": token_digest(chosen)}
    async with engine.begin() as connection:
        await connection.execute(_REGISTER, values)
    return chosen
