"""Passwords and tokens: argon2id for what people remember, SHA-256 for what is random anyway."""

import asyncio
import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's lighter argon2id setting: 19 MiB, two passes. Sign-in shares two cores with the queues.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_AT_ONCE = asyncio.Semaphore(2)  # bounds memory and processor time whatever arrives at the sign-in page
_NOBODY = _HASHER.hash(secrets.token_urlsafe(16))  # checked for unknown names, so that both answers take as long


def hash_password(password: str) -> str:
    """The form of a password to keep."""
    return _HASHER.hash(password)


def is_password(password_hash: str, password: str) -> bool:
    """Whether it is the one behind the hash."""
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


async def check_password(password_hash: str | None, password: str) -> bool:
    """The same off the event loop; None, for an unknown name, takes as long and is never right."""
    async with _AT_ONCE:
        right = await asyncio.to_thread(is_password, password_hash or _NOBODY, password)
    return right and password_hash is not None


def new_token() -> str:
    """A fresh session token: 256 random bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()
