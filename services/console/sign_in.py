"""Signing in and out. Invariant: a token is always new, known only to its holder, and dies with its session.

Sessions end after 15 minutes without a request and after 10 hours in any case, at sign-out, and with the account.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from services.console.domain.roles import Staff
from services.console.domain.tries import WINDOW, is_too_many, pause_seconds
from services.console.passwords import check_password, new_token, token_hash
from services.console.repository.audit import Act, Outcome
from services.console.repository.staff import ABSOLUTE_LIMIT, SEEN_EVERY, Account
from services.console.work import ConsoleWork
from shared.work import OpenWork

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
    """This name was tried too often from this client; another client may still sign in with it."""

    retry_after_seconds: int


@dataclass(frozen=True, slots=True)
class Identity:
    """What tries are counted by: the name typed, and the name as typed at one client; hashes, known or not."""

    name: bytes
    at_client: bytes


async def sign_in(
    username: str, password: str, kind: str, open_work: OpenWork[ConsoleWork], client: str | None
) -> SignedIn | WrongCredentials | TooManyTries:
    """A session of `kind` (browser, api) for a name and password. Every try is counted before it is checked.

    client: where the try comes from; it has a limit of its own, so that nobody can lock out somebody elsewhere.
    """
    name = username.strip().lower()
    identity = Identity(token_hash(name), token_hash(f"{name}\n{client or ''}"))
    async with open_work() as work:
        tries, window_from = await work.accounts.count_try(identity.at_client, WINDOW)
        too_many = is_too_many(tries)
        tries_of_name = 0
        if too_many:
            await work.audit.add(_act(identity, Outcome.DENIED, client, None))
        else:
            tries_of_name, _ = await work.accounts.count_try(identity.name, WINDOW)
        account = None if too_many else await work.accounts.find(name)
        await work.commit()
        wait = window_from + WINDOW - work.now
    if too_many:
        return TooManyTries(max(1, int(wait.total_seconds())))
    await asyncio.sleep(pause_seconds(tries_of_name))
    usable = account if account is not None and account.active and len(password) <= LONGEST_PASSWORD else None
    right = await check_password(usable.password_hash if usable else None, password[:LONGEST_PASSWORD])
    if usable is None or not right:
        async with open_work() as work:
            await work.audit.add(_act(identity, Outcome.FAILED, client, None))
            await work.commit()
        return WrongCredentials()
    return await _begin(usable, identity, kind, open_work, client)


async def _begin(
    account: Account, identity: Identity, kind: str, open_work: OpenWork[ConsoleWork], client: str | None
) -> SignedIn:
    token = new_token()
    hashed = token_hash(token)
    staff = Staff(account.staff_id, account.username, account.role, hashed.hex()[:12])
    async with open_work() as work:
        await work.accounts.forget_tries([identity.name, identity.at_client], WINDOW)
        await work.accounts.forget_old_sessions()
        await work.accounts.open_session(hashed, account.staff_id, kind)
        await work.audit.add(_act(identity, Outcome.ALLOWED, client, staff))
        await work.commit()
        expires_at = work.now + ABSOLUTE_LIMIT
    return SignedIn(token, staff, expires_at)


def _act(identity: Identity, outcome: Outcome, client: str | None, staff: Staff | None) -> Act:
    # The name typed may be a password typed in the wrong field, so only its hash is kept.
    return Act("session.begin", outcome, staff, object_id=identity.name.hex()[:16], client=client)


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
