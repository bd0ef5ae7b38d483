"""PostgreSQL's programs for copying a database: the operator's own, else those of the embedded server."""

import os
import shutil
import subprocess
from pathlib import Path

from sqlalchemy.engine import URL

from deploy.mash.layout import Mistake

VARIABLE = "MASH_PG_BIN"


def program(name: str) -> Path:
    """`pg_dump` or `pg_restore`: of MASH_PG_BIN, of the PATH, or of the embedded server. Raises Mistake without one."""
    named = os.environ.get(VARIABLE)
    if named:
        found = Path(named) / name
        if os.access(found, os.X_OK):
            return found
        raise Mistake(f"{VARIABLE}={named} has no program {name}")
    on_path = shutil.which(name)
    if on_path:
        return Path(on_path)
    try:
        from deploy.mash.embedded.postgres_program import find_program

        return find_program().bin / name
    except ImportError:
        pass
    raise Mistake(f"{name} is not here: install PostgreSQL's client programs, or set {VARIABLE} to where they are")


def run(name: str, url: URL, *arguments: str) -> None:
    """Run one against a database. Raises Mistake with the first line of what it says. No password in its arguments."""
    where = {"PGHOST": url.host, "PGPORT": str(url.port or 5432), "PGUSER": url.username, "PGDATABASE": url.database}
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    given = {variable: value for variable, value in where.items() if value}
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL, found above
        [program(name), *arguments],
        env={**os.environ, **given, **secret},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["it says nothing"])[0]
        raise Mistake(f"{name} failed: {said[:300]}")
