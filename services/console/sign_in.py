"""Signing in and out. Invariant: a token is always new, known only to its holder, and dies with its session.

Sessions end after 15 minutes without a request and after 10 hours in any case, at sign-out, and with the account.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.console.domain.roles import Staff
from services.console.passwords import check_password, new_token, token_hash
from services.console.repository.audit import Act, Outcome
from services.console.repository.staff import ABSOLUTE_LIMIT, SEEN_EVERY, Account
from services.console.work import ConsoleWork
from shared.work import OpenWork

TRIES = 10
WINDOW = timedelta(minutes=15)
LONGEST_PASSWORD = 1024  # characters; a longer one would only buy processor time


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session. token is shown once; expires_at is the end of the 10 hours."""

    token: str
    staff: Staff
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class WrongCredentials:
    """Name or password is wrong, or the account is disabled: the answer is the same for all three."""


@dataclass(frozen=True, slots=True)
class TooManyTries:
    """This name was tried too often."""

    retry_after_seconds: int


async def sign_in(
    username: str, password: str, kind: str, open_work: OpenWork[ConsoleWork], client: str | None
) -> SignedIn | WrongCredentials | TooManyTries:
    """A session of `kind` (browser, api) for a name and password. Every try is counted before it is checked."""
    name = username.strip().lower()
    identity = token_hash(name)
    async with open_work() as work:
        tries, window_from = await work.accounts.count_try(identity, WINDOW)
        too_many = tries > TRIES
        if too_many:
            await work.audit.add(_act(identity, Outcome.DENIED, client, None))
        account = None if too_many else await work.accounts.find(name)
        await work.commit()
        wait = window_from + WINDOW - work.now
    if too_many:
        return TooManyTries(max(1, int(wait.total_seconds())))
    usable = account if account is not None and account.active and len(password) <= LONGEST_PASSWORD else None
    right = await check_password(usable.password_hash if usable else None, password[:LONGEST_PASSWORD])
    if usable is None or not right:
        async with open_work() as work:
            await work.audit.add(_act(identity, Outcome.FAILED, client, None))
            await work.commit()
        return WrongCredentials()
    return await _begin(usable, identity, kind, open_work, client)


async def _begin(
    account: Account, identity: bytes, kind: str, open_work: OpenWork[ConsoleWork], client: str | None
) -> SignedIn:
    token = new_token()
    hashed = token_hash(token)
    staff = Staff(account.staff_id, account.username, account.role, hashed.hex()[:12])
    async with open_work() as work:
        await work.accounts.forget_tries(identity)
        await work.accounts.forget_old_sessions()
        await work.accounts.open_session(hashed, account.staff_id, kind)
        await work.audit.add(_act(identity, Outcome.ALLOWED, client, staff))
        await work.commit()
        expires_at = work.now + ABSOLUTE_LIMIT
    return SignedIn(token, staff, expires_at)


def _act(identity: bytes, outcome: Outcome, client: str | None, staff: Staff | None) -> Act:
    # The name typed may be a password typed in the wrong field, so only its hash is kept.
    return Act("session.begin", outcome, staff, object_id=identity.hex()[:16], client=client)


async def staff_behind(token: str, kind: str, open_work: OpenWork[ConsoleWork], quietly: bool = False) -> Staff | None:
    """Who holds this token, or None. quietly: only look, do not start the idle limit again (a live page that waits)."""
    hashed = token_hash(token)
    async with open_work() as work:
        session = await work.accounts.live_session(hashed, kind)
        if session is None:
            return None
        if not quietly and work.now - session.last_seen_at > SEEN_EVERY:
            await work.accounts.seen(hashed)
            await work.commit()
    return session.staff


async def sign_out(token: str, staff: Staff, open_work: OpenWork[ConsoleWork], client: str | None) -> None:
    """End the session at once, here and in every process."""
    async with open_work() as work:
        await work.accounts.end_session(token_hash(token))
        await work.audit.add(Act("session.end", Outcome.ALLOWED, staff, object_id=staff.session_ref, client=client))
        await work.commit()
