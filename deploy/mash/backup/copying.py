"""Copying the database out and in. One snapshot: the manifest counts what the dump holds, while contacts flow."""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from deploy.mash.backup.manifest import DUMP, Manifest, read_manifest, sha256_of, size_of, write_manifest
from deploy.mash.backup.programs import run
from deploy.mash.layout import Mistake, NotReachable
from deploy.mash.schema import shown
from shared.database import is_database_away
from shared.migrations import ALL

_ACCEPTED = text("select agency_id, count(*) from intake.v_accepted group by agency_id")
_KEYS = text("select distinct kek_id from keyring.data_keys where wrapped is not null")
_OURS = text("select nspname from pg_namespace where nspname = any(:names)")


async def take(url: str, directory: Path) -> Manifest:
    """Copy the database into a new directory. Raises Mistake where it is there or the copy fails, NotReachable."""
    dump = _new_dump(directory)
    engine = create_async_engine(url, poolclass=NullPool, isolation_level="REPEATABLE READ")
    try:
        async with engine.begin() as connection:
            await connection.execute(text("set transaction read only"))
            snapshot = str(await connection.scalar(text("select pg_export_snapshot()")))
            names = [f"--schema={name}" for name in ALL]
            options = ("--format=custom", f"--snapshot={snapshot}", f"--file={dump}", "--no-owner")
            run("pg_dump", await _major(connection), make_url(url), *options, *names)
            manifest = await _described(connection, dump)
    except (SQLAlchemyError, OSError) as error:
        raise _told(error, url) from error
    finally:
        await engine.dispose()
    write_manifest(directory, manifest)
    return manifest


def _new_dump(directory: Path) -> Path:
    """An empty file, for its owner alone, in a directory that was not there."""
    try:
        directory.mkdir(mode=0o700, parents=True)
    except OSError as error:
        why = f"{directory} cannot be made ({error.strerror})"
        raise Mistake(f"{why}: a backup goes into a directory of its own") from error
    dump = directory / DUMP
    dump.touch(0o600)
    return dump


async def _described(connection: AsyncConnection, dump: Path) -> Manifest:
    steps = {
        name: str(await connection.scalar(text(f'select version_num from "{name}".migration')))  # noqa: S608 - ours
        for name in ALL
    }
    return Manifest(
        made_at=await connection.scalar(text("select now()")),
        server_version=str(await connection.scalar(text("show server_version"))),
        steps=steps,
        accepted={str(agency): int(count) for agency, count in await connection.execute(_ACCEPTED)},
        kek_ids=tuple(sorted(str(one) for one in (await connection.execute(_KEYS)).scalars())),
        sha256=sha256_of(dump),
        size=size_of(dump),
    )


async def _major(connection: AsyncConnection) -> int:
    return int(await connection.scalar(text("select current_setting('server_version_num')::int / 10000")) or 0)


async def put_back(url: str, directory: Path) -> Manifest:
    """Put a backup into a database that has nothing of ours. All of it or nothing. Raises Mistake, NotReachable."""
    manifest = read_manifest(directory)
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            there = sorted((await connection.execute(_OURS, {"names": list(ALL)})).scalars())
            major = await _major(connection)
        if there:
            raise Mistake(f"{shown(url)} is not empty, it has {', '.join(there)}: restore into a new database")
        options = ("--exit-on-error", "--single-transaction", "--no-owner")
        run("pg_restore", major, make_url(url), *options, f"--dbname={make_url(url).database}", str(directory / DUMP))
        async with engine.connect() as connection:
            accepted = {str(agency): int(count) for agency, count in await connection.execute(_ACCEPTED)}
    except (SQLAlchemyError, OSError) as error:
        raise _told(error, url) from error
    finally:
        await engine.dispose()
    if accepted != manifest.accepted:
        raise Mistake("what was restored is not what was copied: the numbers of contacts differ")
    return manifest


def _told(error: BaseException, url: str) -> Mistake:
    if isinstance(error, OSError) or is_database_away(error):
        return NotReachable(f"PostgreSQL does not answer at {shown(url)}")
    return Mistake(f"PostgreSQL refuses: {str(getattr(error, 'orig', error)).splitlines()[0][:200]}")
