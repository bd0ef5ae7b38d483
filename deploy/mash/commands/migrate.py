"""`mash migrate`."""

import asyncio
import re
from typing import Annotated

import typer

from deploy.mash.addresses import database_url
from deploy.mash.layout import Mistake, UsageMistake


def migrate(
    wait: Annotated[
        float | None,
        typer.Option("--wait", metavar="SECONDS", help="Change nothing: wait until another run has done it."),
    ] = None,
    grant_to: Annotated[
        str | None,
        typer.Option(
            "--grant-to",
            metavar="PREFIX",
            help="Then give the roles PREFIXintake, PREFIXtriage, … what each service needs, and nothing more.",
        ),
    ] = None,
) -> None:
    """Bring every service's schema to its newest step, in one transaction. Doing it again changes nothing.

    The database is the one of MASH_DATABASE_URL, else that of the data directory. With --wait, exit status 1 where the
    schemas are not at the steps of this release in time.
    """
    from deploy.mash.schema import apply_migrations, behind_within, grant_rights, shown

    url = database_url()
    if grant_to is not None and re.fullmatch(r"[a-z][a-z0-9_]{0,40}", grant_to) is None:
        raise UsageMistake(f"--grant-to {grant_to}: a prefix has small letters, digits and underscores, like mash_")
    if wait is None:
        asyncio.run(apply_migrations(url))
        if grant_to is not None:
            asyncio.run(grant_rights(url, grant_to))
    elif behind := asyncio.run(behind_within(url, wait)):
        raise Mistake(f"not at the newest step after {wait:.0f} s: {', '.join(behind)}; run `mash migrate`")
    print(f"every schema is at its newest step: {shown(url)}")
