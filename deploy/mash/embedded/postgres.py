"""PostgreSQL 18 as a child process: durable, on loopback alone, with a password of its own.

The data directory outlives kill -9 of the server and of its parent; what such a death left behind is cleared at start.
"""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.mash.embedded.errors import EmbeddedError
from deploy.mash.embedded.ports import LOOPBACK, same_or_free
from deploy.mash.embedded.postgres_program import Program, find_program
from deploy.mash.embedded.process import end, kill, last_words, leftovers, quiet_environment, spawn, stop, wait_until

USER = "mash"
START_SECONDS = 60.0  # Recovery after a crash reads the log written since the last checkpoint.
STOP_SECONDS = 30.0
LEFTOVER_SECONDS = 15.0
_MAJOR = "18"

_INITDB = ("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions")

_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and the details of errors hold personal data: neither belongs in a log.
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


class EmbeddedPostgres:
    """One server over one data directory. Start it from a thread that lives as long as the server should."""

    def __init__(
        self,
        directory: Path,
        *,
        port: int | None = None,
        log: Path | None = None,
        settings: Mapping[str, str] | None = None,
        progress: Callable[[str], None] = lambda line: None,
    ) -> None:
        """directory: of the data, made at first start. port: a fixed one; else a free one, kept over restarts.

        settings: added to postgresql.conf's, for tests that need others. progress: gets a line now and then.
        """
        self.directory = directory.absolute()
        self.log = (log or self.directory / "server.log").absolute()
        self._cluster = self.directory / "cluster"
        self._fixed_port = port
        self._settings = {**_SETTINGS, **(settings or {})}
        self._progress = progress
        self._program: Program | None = None
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        """The port of the last start. Raises EmbeddedError before the first."""
        port = self._fixed_port or self._kept_port()
        if port is None:
            raise EmbeddedError("PostgreSQL has not been started yet")
        return port

    @property
    def password(self) -> str:
        """The generated password of the user `mash`."""
        return self._password_file.read_text().strip()

    @property
    def url(self) -> str:
        """The address for SQLAlchemy with asyncpg, password included."""
        return self.url_of(USER)

    def url_of(self, database: str) -> str:
        """The address of another database of this server."""
        return f"postgresql+asyncpg://{USER}:{self.password}@{LOOPBACK}:{self.port}/{database}"

    @property
    def pid(self) -> int | None:
        """Process id of the running server."""
        return self._child.pid if self.running and self._child else None

    @property
    def running(self) -> bool:
        """Whether the server's process lives."""
        return self._child is not None and self._child.poll() is None

    def start(self) -> None:
        """Start and wait until connections are taken. Raises EmbeddedError with the reason in one line."""
        self.prepare()
        self.launch()
        self.wait_ready()

    def prepare(self) -> None:
        """Make the data directory where there is none, and clear what a killed server left. May take seconds."""
        self._program = find_program()
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not (self._cluster / "PG_VERSION").exists():
                self._progress("making a PostgreSQL data directory")
                self._initialise(self._program)
            self._check_cluster(self._program)
        except OSError as error:
            raise EmbeddedError(f"PostgreSQL's data directory {self.directory}: {error.strerror}") from error
        self._clear_leftovers()
        self._keep_port(self._fixed_port or same_or_free(self._kept_port()))

    def launch(self) -> None:
        """Start the process, which dies with the calling thread. Returns before connections are taken."""
        assert self._program is not None, "prepare() comes first"
        settings = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        self._child = spawn(
            [
                str(self._program.bin / "postgres"),
                "-D",
                self._seen(self._program, self._cluster),
                "-p",
                str(self.port),
                *settings,
            ],
            cwd=self._cluster,
            log=self.log,
            death_signal=signal.SIGINT,  # A fast shutdown: no waiting for clients.
            environment=quiet_environment(),
            owner=self._program.owner,
        )

    def wait_ready(self) -> None:
        """Return once connections are taken. Raises EmbeddedError with the server's last words."""
        assert self._child is not None, "launch() comes first"
        wait_until(self._says_ready, self._child, name="PostgreSQL", log=self.log, seconds=START_SECONDS)

    def stop(self) -> None:
        """A fast shutdown: open transactions are rolled back, everything is on disk."""
        if self._child is not None:
            stop(self._child, signal.SIGINT, seconds=STOP_SECONDS)
            self._child = None

    def kill(self) -> None:
        """End the server at once, as a power cut would."""
        if self._child is not None:
            kill(self._child)
            self._child = None

    def wipe(self) -> None:
        """Kill the server and delete its data, address and password included."""
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _says_ready(self) -> bool:
        try:
            lines = (self._cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return (
            self._child is not None
            and len(lines) > 7
            and lines[0] == str(self._child.pid)
            and lines[7].strip() == "ready"
        )

    @staticmethod
    def _seen(program: Program, cluster: Path) -> str:
        """Another user may not be able to walk the path to the data, but stands in it: the working directory."""
        return "/proc/self/cwd" if program.owner else str(cluster)

    def _initialise(self, program: Program) -> None:
        """Make a data directory aside and move it into place when it is whole, so that none is ever half made."""
        fresh = self.directory / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        password = secrets.token_urlsafe(24)
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(password)
        owner = program.owner
        with tempfile.NamedTemporaryFile(mode="w", dir="/tmp" if owner else None, prefix="mash-") as secret:  # noqa: S108
            secret.write(f"{password}\n")
            secret.flush()
            if owner:
                os.chown(fresh, owner.uid, owner.gid)
                os.chown(secret.name, owner.uid, owner.gid)
            self._run(program, fresh, "initdb", "-U", USER, "--pwfile", secret.name, *_INITDB)
        self._run(program, fresh, "postgres", "--single", "-j", "template1", text=f"create database {USER};\n\n")
        fresh.rename(self._cluster)

    def _run(self, program: Program, cluster: Path, name: str, *arguments: str, text: str = "") -> None:
        """Run one of PostgreSQL's programs over a stopped cluster. Raises EmbeddedError with its last words."""
        owner = program.owner
        first, rest = (arguments[:1], arguments[1:]) if name == "postgres" else ((), arguments)
        done = subprocess.run(  # noqa: S603 - fixed arguments
            [str(program.bin / name), *first, "-D", self._seen(program, cluster), *rest],
            cwd=cluster,
            env=quiet_environment(),
            input=text,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,  # Ctrl-C is for the parent.
            user=owner.uid if owner else None,
            group=owner.gid if owner else None,
            extra_groups=[] if owner else None,
        )
        if done.returncode != 0:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            with self.log.open("a") as log:
                log.write(done.stdout + done.stderr)
            raise EmbeddedError(f"{name} failed: {last_words(self.log)} (log: {self.log})")

    def _check_cluster(self, program: Program) -> None:
        """Refuse data of another release or another user before the server does so less plainly."""
        release = (self._cluster / "PG_VERSION").read_text().strip()
        if release != _MAJOR:
            raise EmbeddedError(
                f"{self._cluster} holds data of PostgreSQL {release}, not {_MAJOR}: use another data directory"
            )
        uid = program.owner.uid if program.owner else os.geteuid()
        if self._cluster.stat().st_uid != uid:
            if os.geteuid() != 0:
                raise EmbeddedError(f"{self._cluster} belongs to another user: use another data directory")
            for path in (self._cluster, *self._cluster.rglob("*")):
                os.chown(path, uid, program.owner.gid if program.owner else -1, follow_symlinks=False)

    def _clear_leftovers(self) -> None:
        """End servers of this directory whose parent was killed, and forget the pid of one that is no more."""
        if found := leftovers("postgres", self._cluster):
            self._progress("ending a PostgreSQL that an earlier run left behind")
            end(found, signal.SIGINT, seconds=LEFTOVER_SECONDS)
        (self._cluster / "postmaster.pid").unlink(missing_ok=True)  # Its pid may be another process's by now.

    @property
    def _password_file(self) -> Path:
        return self.directory / "password"

    def _kept_port(self) -> int | None:
        try:
            return int((self.directory / "port").read_text())
        except (OSError, ValueError):
            return None

    def _keep_port(self, port: int) -> None:
        (self.directory / "port").write_text(f"{port}\n")
