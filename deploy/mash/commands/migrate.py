"""`mash migrate`."""

import asyncio
from typing import Annotated

import typer

from deploy.mash.addresses import database_url
from deploy.mash.layout import Mistake


def migrate(
    wait: Annotated[
        float | None,
        typer.Option("--wait", metavar="SECONDS", help="Change nothing: wait until another run has done it."),
    ] = None,
) -> None:
    """Bring every service's schema to its newest step, in one transaction. Doing it again changes nothing.

    The database is the one of MASH_DATABASE_URL, else that of the data directory. With --wait, exit status 1 where the
    schemas are not at the steps of this release in time.
    """
    from deploy.mash.schema import apply_migrations, behind_within, shown

    url = database_url()
    if wait is None:
        asyncio.run(apply_migrations(url))
    elif behind := asyncio.run(behind_within(url, wait)):
        raise Mistake(f"not at the newest step after {wait:.0f} s: {', '.join(behind)}; run `mash migrate`")
    print(f"every schema is at its newest step: {shown(url)}")
