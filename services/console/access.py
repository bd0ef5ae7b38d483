"""Staff accounts as the people who run the system set them up; no page makes an account."""

from sqlalchemy.ext.asyncio import AsyncEngine

from services.console.domain.roles import Role
from services.console.passwords import hash_password, is_password, new_token
from services.console.repository.audit import Act, Outcome, PostgresAudit
from services.console.repository.staff import Account, Accounts
from shared.clock import now
from shared.ids import new_id


class UnknownStaff(LookupError):
    """No account has this user name."""


async def register_staff(engine: AsyncEngine, *, username: str, role: str, password: str | None = None) -> str:
    """Make the account, or bring it to this role and password; returns the password, a fresh one where none was given.

    Doing it again with the same password changes nothing. A changed role or password ends the account's sessions.
    Raises ValueError for a role that does not exist.
    """
    name, wanted = username.strip().lower(), Role(role)
    async with engine.begin() as connection:
        accounts = Accounts(connection, now())
        known = await accounts.find(name)
        kept = known is not None and password is not None and is_password(known.password_hash, password)
        if known is not None and kept and known.role is wanted and known.active:
            assert password is not None
            return password
        chosen = password or new_token()[:20]
        password_hash = known.password_hash if known is not None and kept else hash_password(chosen)
        staff_id = known.staff_id if known is not None else new_id()
        await accounts.keep(Account(staff_id, name, wanted, password_hash, active=True))
        await accounts.end_sessions_of(staff_id)
        await PostgresAudit(connection).add(
            Act("staff.register", Outcome.ALLOWED, object_id=str(staff_id), detail={"role": wanted.value})
        )
    return chosen


async def disable_staff(engine: AsyncEngine, *, username: str) -> None:
    """Shut the account and end its sessions; the next request of any of them is refused. Raises UnknownStaff."""
    name = username.strip().lower()
    async with engine.begin() as connection:
        accounts = Accounts(connection, now())
        known = await accounts.find(name)
        if known is None:
            raise UnknownStaff(name)
        await accounts.keep(Account(known.staff_id, name, known.role, known.password_hash, active=False))
        await accounts.end_sessions_of(known.staff_id)
        await PostgresAudit(connection).add(Act("staff.disable", Outcome.ALLOWED, object_id=str(known.staff_id)))
