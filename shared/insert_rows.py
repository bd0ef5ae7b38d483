"""Many rows into one table at the price of one statement.

A row executed on its own costs more than deciding what is in it. Plain rows go by COPY, which neither plans nor parses
them; rows that may meet others go as one JSON parameter that PostgreSQL unfolds by column name.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import JSON, Table, TextClause, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError
from sqlalchemy.ext.asyncio import AsyncConnection

_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]


async def insert_rows(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]], *, conflict: str = ""
) -> None:
    """Insert rows as mappings by column name; every row names the same columns. Columns not named get their default.

    conflict: what follows the rows, such as `on conflict do nothing` or what `replacing` returns.
    Raises DBAPIError as any other statement does.
    """
    if not rows:
        return
    if conflict:
        values = orjson.dumps(rows, default=_plain).decode()
        await connection.execute(_merge(table, tuple(rows[0]), conflict), {"rows": values})
    else:
        await _copy(connection, table, rows)


def replacing(table: Table, *keys: str) -> str:
    """The clause by which a row whose keys are there already takes the place of that one."""
    values = ", ".join(f'"{column.name}" = excluded."{column.name}"' for column in table.c if column.name not in keys)
    return f"on conflict ({', '.join(keys)}) do update set {values}"


async def _copy(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    names = list(rows[0])
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    written = {name for name in names if isinstance(table.c[name].type, JSON)}
    records = [[_json(row[name]) if name in written else row[name] for name in names] for row in rows]
    try:
        await driver.copy_records_to_table(table.name, schema_name=table.schema, columns=names, records=records)
    except asyncpg.PostgresError as error:
        raise DBAPIError(f"copy {table.fullname}", None, error, hide_parameters=True) from error
    except asyncpg.InterfaceError as error:
        raise InterfaceError(f"copy {table.fullname}", None, error, hide_parameters=True) from error
    except (TypeError, ValueError, OverflowError) as error:  # Raised by the driver, of a value no column can hold.
        raise DataError(f"copy {table.fullname}", None, error, hide_parameters=True) from None


@lru_cache(maxsize=256)
def _merge(table: Table, names: tuple[str, ...], conflict: str) -> TextClause:
    columns = ", ".join(f'"{name}"' for name in names)
    typed = ", ".join(f'"{name}" {table.c[name].type.compile(dialect=_POSTGRESQL)}' for name in names)
    return text(
        f"insert into {table.fullname} ({columns}) "  # noqa: S608 - names of our own tables and columns only
        f"select {columns} from json_to_recordset(cast(:rows as json)) as given({typed}) {conflict}"
    )


def _json(value: object) -> str | None:
    return None if value is None else orjson.dumps(value, default=_plain).decode()


def _plain(value: object) -> str:
    """asyncpg has an identifier type of its own, and JSON has no bytes: PostgreSQL reads them in hexadecimal."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError
