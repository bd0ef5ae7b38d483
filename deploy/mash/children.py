"""The services as child processes: started, asked whether they are ready, started again when they die."""

import http.client
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from deploy.mash.embedded.errors import EmbeddedError
from deploy.mash.embedded.ports import LOOPBACK
from deploy.mash.embedded.process import end, kill, last_words, spawn, stop
from deploy.mash.embedded.secrets import write_privately

STOP_SECONDS = 40.0  # A consumer finishes its batch within 25 s; the orchestrator's grace is longer than that.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 30.0
LONG_LIFE_SECONDS = 60.0
_LARGEST_LOG_BYTES = 20 * 1024 * 1024


@dataclass
class Child:
    """One process of ours and what it needs to start; `health_port` answers /readyz."""

    name: str
    command: Sequence[str]
    cwd: Path
    environment: Mapping[str, str] = field(repr=False)
    health_port: int
    log: Path
    pid_file: Path
    _process: subprocess.Popen[bytes] | None = None
    _started: float = 0.0
    _deaths: int = 0

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """What the dead process ended with."""
        return self._process.poll() if self._process else None

    def start(self) -> None:
        """Start the process; it gets SIGTERM when the calling thread ends."""
        _keep_small(self.log)
        self._process = spawn(
            self.command, cwd=self.cwd, log=self.log, death_signal=signal.SIGTERM, environment=self.environment
        )
        self._started = time.monotonic()
        write_privately(self.pid_file, f"{self._process.pid} {psutil.Process(self._process.pid).create_time()}\n")

    def check_alive(self) -> None:
        """Raises EmbeddedError with the process's last words where it is dead."""
        if not self.running:
            said = f"{last_words(self.log)} (log: {self.log})"
            raise EmbeddedError(f"{self.name} ended at once (exit {self.exit_code}): {said}")

    def is_ready(self) -> bool:
        """Whether /readyz says so. Blocks for two seconds at most."""
        connection = http.client.HTTPConnection(LOOPBACK, self.health_port, timeout=2)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.client.OK
        return False

    def pause_before_restart(self) -> float:
        """Seconds to wait after this death: longer each time, from the start again after a long life."""
        lived = time.monotonic() - self._started
        self._deaths = 0 if lived > LONG_LIFE_SECONDS else self._deaths + 1
        return min(FIRST_PAUSE_SECONDS * 2.0 ** max(0, self._deaths - 1), LONGEST_PAUSE_SECONDS)

    def ask_to_stop(self) -> None:
        """Send SIGTERM, without waiting."""
        if self._process is not None and self.running:
            self._process.send_signal(signal.SIGTERM)

    def stop(self) -> bool:
        """Wait for an orderly end; True where it came."""
        orderly = self._process is None or stop(self._process, signal.SIGTERM, seconds=STOP_SECONDS)
        self.pid_file.unlink(missing_ok=True)
        return orderly

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            kill(self._process)


def end_leftovers(pid_files: Path, *, seconds: float) -> list[str]:
    """End the children of a parent that was killed; returns their names. A pid that was given away since is left."""
    found: dict[str, psutil.Process] = {}
    for path in pid_files.glob("*.pid"):
        with suppress(OSError, ValueError, psutil.Error):
            pid, created = path.read_text().split()
            process = psutil.Process(int(pid))
            if abs(process.create_time() - float(created)) < 1 and process.status() != psutil.STATUS_ZOMBIE:
                found[path.stem] = process
    end(list(found.values()), signal.SIGTERM, seconds=seconds)
    for path in pid_files.glob("*.pid"):
        path.unlink(missing_ok=True)
    return sorted(found)


def _keep_small(log: Path) -> None:
    with suppress(OSError):
        if log.stat().st_size > _LARGEST_LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
