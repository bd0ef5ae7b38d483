"""PostgreSQL: whether it answers, keeps what it acknowledges, and holds what the services and the key expect."""

from collections.abc import AsyncIterator
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy.mash.doctor.finding import Finding, doubtful, good, wrong
from shared.clock import now
from shared.database import make_engine, sqlstate
from shared.errors import PermanentFailure
from shared.migrations import schemas_behind
from shared.sealing import KeyEncryption, WrappedKey

OLDEST_VERSION = 17
MOST_APART = timedelta(seconds=2)
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_REASONS = {
    "28P01": "the password is wrong: set the one of this user in the address",
    "28000": "this user may not connect: see pg_hba.conf",
    "3D000": "there is no such database: create it, owned by this user",
    "53300": "it has no connection left: raise max_connections, or run fewer processes",
    "57P03": "it is starting or stopping: wait a moment",
}
_REGISTERED = {
    "agency": ("agency", text("select exists (select from intake.agencies)")),
    "staff": ("member of staff", text("select exists (select from console.staff)")),
}


async def check_database(url: str, kek: KeyEncryption | None) -> AsyncIterator[Finding]:
    """Findings in the order in which one mends them; only the first where it does not answer."""
    at = make_url(url)
    place = f"{at.host}:{at.port or 5432}/{at.database}"
    engine = make_engine(url, application="mash-doctor", pool_size=1)
    try:
        async with engine.connect() as connection:
            async for finding in _checked(connection, place, encrypted_wanted=at.host not in _LOOPBACK):
                yield finding
            async for finding in _kept(connection, kek):
                yield finding
    except (SQLAlchemyError, OSError) as error:
        why = _REASONS.get(sqlstate(error) or "", f"{_words(error)}; is it running, and may this machine reach it?")
        yield wrong("PostgreSQL", f"does not answer at {place}", why)
    finally:
        await engine.dispose()


async def _checked(connection: AsyncConnection, place: str, *, encrypted_wanted: bool) -> AsyncIterator[Finding]:
    number = int(await _shown(connection, "server_version_num"))
    version = f"{number // 10_000}.{number % 10_000}"
    if number // 10_000 < OLDEST_VERSION:
        yield wrong("PostgreSQL", f"is version {version} at {place}", f"it has to be {OLDEST_VERSION} or newer")
    else:
        yield good("PostgreSQL", f"{version} at {place}")
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        if await _shown(connection, name) == "off":
            remedy = f"set {name} = on: without it an acknowledged contact can be lost"
            yield wrong("PostgreSQL", f"{name} is off", remedy)
    encrypted = await connection.scalar(text("select ssl from pg_stat_ssl where pid = pg_backend_pid()"))
    if encrypted_wanted and not encrypted:
        yield doubtful("PostgreSQL", "the connection is not encrypted", "set PGSSLMODE=verify-full and PGSSLROOTCERT")
    before = now()
    theirs = await connection.scalar(text("select clock_timestamp()"))
    apart = max(before - theirs, theirs - now(), timedelta())
    if apart > MOST_APART:
        words = f"is {apart.total_seconds():.0f} s from PostgreSQL's"
        yield wrong("clock", words, "keep both by NTP, deadlines depend on it")
    else:
        yield good("clock", "agrees with PostgreSQL's")


async def _kept(connection: AsyncConnection, kek: KeyEncryption | None) -> AsyncIterator[Finding]:
    """What the services keep there."""
    if behind := await schemas_behind(connection):
        yield wrong("migrations", f"not at the newest step: {', '.join(behind)}", "run `mash migrate`")
        return
    yield good("migrations", "every schema is at its newest step")
    if kek is not None:
        yield await _opened(connection, kek)
    for command, (what, registered) in _REGISTERED.items():
        if not await connection.scalar(registered):
            yield doubtful("access", f"no {what} is registered", f"run `mash access {command}`")


async def _opened(connection: AsyncConnection, kek: KeyEncryption) -> Finding:
    ids = sorted(kek.ids)
    missing = await connection.scalar(
        text("select kek_id from keyring.data_keys where wrapped is not null and kek_id <> all(:ids) limit 1"),
        {"ids": ids},
    )
    if missing is not None:
        remedy = "put the old key back below the new one, from its copy"
        return wrong("key", f"data is sealed under key {missing}, which is not here", remedy)
    row = (
        await connection.execute(
            text("select contact_id, kek_id, wrapped from keyring.data_keys where wrapped is not null limit 1")
        )
    ).one_or_none()
    if row is None:
        return good("key", "nothing is sealed yet")
    try:
        kek.unwrap(WrappedKey(row.contact_id, row.kek_id, row.wrapped))
    except PermanentFailure:
        return wrong("key", "does not open what is kept", "put the right key back, from its copy")
    return good("key", "opens what is kept")


async def _shown(connection: AsyncConnection, name: str) -> str:
    return str(await connection.scalar(text("select current_setting(:name)"), {"name": name}))


def _words(error: BaseException) -> str:
    return f"{getattr(error, 'orig', error)}".splitlines()[0]
