"""Staff accounts, their sessions, and how often a name was tried, in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import case, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.console.domain.roles import Role, Staff
from services.console.tables import sessions, sign_in_tries, staff

IDLE_LIMIT = timedelta(minutes=15)
ABSOLUTE_LIMIT = timedelta(hours=10)
SEEN_EVERY = timedelta(seconds=20)  # how old last_seen_at may get before a request writes it again


@dataclass(frozen=True, slots=True)
class Account:
    """One staff account as sign-in needs it."""

    staff_id: UUID
    username: str
    role: Role
    password_hash: str
    active: bool


@dataclass(frozen=True, slots=True)
class Session:
    """A live session of an active account."""

    staff: Staff
    created_at: datetime
    last_seen_at: datetime


class Accounts:
    """Accounts and sessions over one connection, in the transaction of the unit of work."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        """now: the database's clock; every limit is measured by it."""
        self._connection = connection
        self._now = now

    async def find(self, username: str) -> Account | None:
        """The account of a user name in lower case, active or not."""
        columns = (staff.c.staff_id, staff.c.username, staff.c.role, staff.c.password_hash, staff.c.active)
        row = (await self._connection.execute(select(*columns).where(staff.c.username == username))).one_or_none()
        if row is None:
            return None
        return Account(row.staff_id, row.username, Role(row.role), row.password_hash, row.active)

    async def keep(self, account: Account) -> None:
        """Add the account, or give the one with this id its new role, password and standing."""
        values = {
            "username": account.username,
            "role": account.role.value,
            "password_hash": account.password_hash,
            "active": account.active,
        }
        new = upsert(staff).values(staff_id=account.staff_id, **values)
        await self._connection.execute(new.on_conflict_do_update(index_elements=[staff.c.staff_id], set_=values))

    async def open_session(self, token_hash: bytes, staff_id: UUID, kind: str) -> None:
        """Keep a new session; only the hash of its token is stored."""
        row = insert(sessions).values(token_hash=token_hash, staff_id=staff_id, kind=kind)
        await self._connection.execute(row.values(created_at=self._now, last_seen_at=self._now))

    async def live_session(self, token_hash: bytes, kind: str) -> Session | None:
        """The session, where it was not ended, is inside both limits, and its account is active."""
        columns = (staff.c.staff_id, staff.c.username, staff.c.role, sessions.c.created_at, sessions.c.last_seen_at)
        found = (
            select(*columns)
            .join_from(sessions, staff, sessions.c.staff_id == staff.c.staff_id)
            .where(
                sessions.c.token_hash == token_hash,
                sessions.c.kind == kind,
                sessions.c.ended_at.is_(None),
                sessions.c.last_seen_at > self._now - IDLE_LIMIT,
                sessions.c.created_at > self._now - ABSOLUTE_LIMIT,
                staff.c.active,
            )
        )
        row = (await self._connection.execute(found)).one_or_none()
        if row is None:
            return None
        who = Staff(row.staff_id, row.username, Role(row.role), token_hash.hex()[:12])
        return Session(who, row.created_at, row.last_seen_at)

    async def seen(self, token_hash: bytes) -> None:
        """The person did something just now: the idle limit starts again."""
        await self._connection.execute(
            update(sessions).where(sessions.c.token_hash == token_hash).values(last_seen_at=self._now)
        )

    async def end_session(self, token_hash: bytes) -> None:
        """End one session."""
        still_open = (sessions.c.token_hash == token_hash) & sessions.c.ended_at.is_(None)
        await self._connection.execute(update(sessions).where(still_open).values(ended_at=self._now))

    async def end_sessions_of(self, staff_id: UUID) -> None:
        """End every session of an account."""
        still_open = (sessions.c.staff_id == staff_id) & sessions.c.ended_at.is_(None)
        await self._connection.execute(update(sessions).where(still_open).values(ended_at=self._now))

    async def forget_old_sessions(self) -> None:
        """Remove sessions that ended or ran out more than a day ago: the audit keeps the record."""
        long_ago = self._now - ABSOLUTE_LIMIT - timedelta(days=1)
        await self._connection.execute(delete(sessions).where(sessions.c.created_at < long_ago))

    async def count_try(self, identity_hash: bytes, window: timedelta) -> tuple[int, datetime]:
        """Count one try at a name, known or not; returns tries so far in the window and when the window began."""
        new = upsert(sign_in_tries).values(identity_hash=identity_hash, tries=1, window_from=self._now)
        is_over = sign_in_tries.c.window_from < self._now - window
        counted = new.on_conflict_do_update(
            index_elements=[sign_in_tries.c.identity_hash],
            set_={
                "tries": case((is_over, 1), else_=sign_in_tries.c.tries + 1),
                "window_from": case((is_over, self._now), else_=sign_in_tries.c.window_from),
            },
        ).returning(sign_in_tries.c.tries, sign_in_tries.c.window_from)
        row = (await self._connection.execute(counted)).one()
        return row.tries, row.window_from

    async def forget_tries(self, identities: Sequence[bytes], window: timedelta) -> None:
        """A sign-in succeeded: these counts start again. Counts whose window is over go with them."""
        over = sign_in_tries.c.window_from < self._now - window
        ours = sign_in_tries.c.identity_hash.in_(identities)
        await self._connection.execute(delete(sign_in_tries).where(ours | over))
