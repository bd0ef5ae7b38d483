"""PostgreSQL's programs for copying a database: the operator's own, else those of the embedded server."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sqlalchemy.engine import URL

from deploy.mash.layout import Mistake

VARIABLE = "MASH_PG_BIN"


def program(name: str, server: int) -> Path:
    """`pg_dump` or `pg_restore` that knows a server of this major version. Raises Mistake where there is none.

    The first that does: of MASH_PG_BIN and nowhere else where that is set; of the PATH; of the embedded server.
    """
    too_old = []
    for candidate in _candidates(name):
        version = _major(candidate)
        if version >= server:
            return candidate
        too_old.append(f"{candidate} is of version {version}")
    if too_old:
        raise Mistake(f"PostgreSQL is of version {server}, and {too_old[0]}: set {VARIABLE} to where a newer {name} is")
    raise Mistake(f"{name} is not here: install PostgreSQL's client programs, or set {VARIABLE} to where they are")


def _candidates(name: str) -> Iterator[Path]:
    if named := os.environ.get(VARIABLE):
        if not os.access(Path(named) / name, os.X_OK):
            raise Mistake(f"{VARIABLE}={named} has no program {name}")
        yield Path(named) / name
        return
    if on_path := shutil.which(name):
        yield Path(on_path)
    with suppress(ImportError):
        from deploy.mash.embedded.errors import EmbeddedError
        from deploy.mash.embedded.postgres_program import find_program

        with suppress(EmbeddedError):
            yield find_program().bin / name


def _major(program: Path) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - found above
    found = re.search(r"(\d+)(?:\.\d+)*\s*(?:\(|$)", said.stdout)
    return int(found.group(1)) if found else 0


def run(name: str, server: int, url: URL, *arguments: str) -> None:
    """Run one against a database of this major version, without a password in its arguments.

    Raises Mistake with the first line of what it says.
    """
    where = {"PGHOST": url.host, "PGPORT": str(url.port or 5432), "PGUSER": url.username, "PGDATABASE": url.database}
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    given = {variable: value for variable, value in where.items() if value}
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL, found above
        [program(name, server), *arguments],
        env={**os.environ, **given, **secret},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["it says nothing"])[0]
        raise Mistake(f"{name} failed: {said[:300]}")
