"""`mash migrate`."""

import asyncio

from deploy.mash.addresses import database_url


def migrate() -> None:
    """Bring every service's schema to its newest step, in one transaction. Doing it again changes nothing.

    The database is the one of MASH_DATABASE_URL, else that of the data directory.
    """
    from deploy.mash.schema import apply_migrations, shown

    url = database_url()
    asyncio.run(apply_migrations(url))
    print(f"every schema is at its newest step: {shown(url)}")
