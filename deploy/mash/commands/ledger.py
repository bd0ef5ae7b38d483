"""`mash ledger`."""

import asyncio
import json
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.mash.addresses import database_url
from deploy.mash.layout import Mistake, NotReachable

if TYPE_CHECKING:
    from shared.ledger import Ledger

UNBALANCED = 1
_SHORT = {"in_flight": "in flight", "quarantined": "set aside"}
_COLUMNS = ("accepted", "in_flight", "waiting", "placed", "closed", "refused", "quarantined")


def ledger(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, the shape of GET /v1/ledger.")] = False,
) -> None:
    """Show where every accepted contact is: in flight, waiting, placed or closed. Exit 1 unless it balances.

    The database is the one of MASH_DATABASE_URL, else that of the data directory.
    """
    found = asyncio.run(_read(database_url()))
    if as_json:
        print(json.dumps(found.as_json(), indent=2))
    else:
        _show(found)
    if not found.balanced:
        raise typer.Exit(UNBALANCED)


async def _read(url: str) -> "Ledger":
    from sqlalchemy.exc import SQLAlchemyError

    from shared.database import is_database_away, make_engine
    from shared.ledger import read_ledger

    engine = make_engine(url, application="mash-ledger", pool_size=1)
    try:
        async with engine.connect() as connection:
            return await read_ledger(connection)
    except (SQLAlchemyError, OSError) as error:
        if is_database_away(error):
            raise NotReachable("PostgreSQL does not answer: is the system up?") from error
        raise Mistake("the ledger could not be read: does `mash migrate` succeed?") from error
    finally:
        await engine.dispose()


def _show(found: "Ledger") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)  # Eight columns have to fit 80 characters.
    table.add_column("agency", overflow="fold")
    for column in _COLUMNS:
        table.add_column(_SHORT.get(column, column), justify="right", no_wrap=True)
    for name, line in [*found.by_agency.items(), ("all", found.total)]:
        table.add_row(name, *(str(getattr(line, column)) for column in _COLUMNS))
    console = Console()
    console.print(table)
    console.print("balanced" if found.balanced else "NOT BALANCED: a contact is unaccounted for", highlight=False)
