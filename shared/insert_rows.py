"""Many rows into one table in one statement: a column is one array parameter, PostgreSQL unfolds them side by side.

A row executed on its own costs more than deciding what is in it; a batch of 500 pays for one statement here.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import ARRAY, JSON, Table, TextClause, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]


async def insert_rows(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]], *, conflict: str = ""
) -> None:
    """Insert rows as mappings by column name; every row names the same columns. Columns not named get their default.

    conflict: what follows the rows, such as `on conflict do nothing` or what `replacing` returns.
    """
    if not rows:
        return
    names = tuple(rows[0])
    values = {name: _packed(table.c[name].type, [row[name] for row in rows]) for name in names}
    await connection.execute(_statement(table, names, conflict), values)


def replacing(table: Table, *keys: str) -> str:
    """The clause by which a row whose keys are there already takes the place of that one."""
    values = ", ".join(f'"{column.name}" = excluded."{column.name}"' for column in table.c if column.name not in keys)
    return f"on conflict ({', '.join(keys)}) do update set {values}"


@lru_cache(maxsize=256)
def _statement(table: Table, names: tuple[str, ...], conflict: str) -> TextClause:
    arrays = ", ".join(f"cast(:{name} as {_array_type(table.c[name].type)})" for name in names)
    values = ", ".join(f'cast("{name}" as {_type(table.c[name].type)})' for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    return text(
        f"insert into {table.fullname} ({columns}) "  # noqa: S608 - names of our own tables and columns only
        f"select {values} from unnest({arrays}) as given({columns}) {conflict}"
    )


def _type(of: TypeEngine[Any]) -> str:
    return of.compile(dialect=_POSTGRESQL)


def _array_type(of: TypeEngine[Any]) -> str:
    return "text[]" if _travels_as_text(of) else f"{_type(of)}[]"


def _travels_as_text(of: TypeEngine[Any]) -> bool:
    """unnest would unfold an array within an array as well."""
    return isinstance(of, ARRAY | JSON)


def _packed(of: TypeEngine[Any], values: list[Any]) -> list[Any]:
    if isinstance(of, JSON):
        return [None if value is None else orjson.dumps(value).decode() for value in values]
    if isinstance(of, ARRAY):
        return [None if value is None else _array_literal(value) for value in values]
    return values


def _array_literal(values: Collection[object]) -> str:
    if not values:
        return "{}"
    quoted = ('"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return "{" + ",".join(quoted) + "}"
