"""`mash up` as a process of its own, as a person runs it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from deploy.mash.embedded.ports import free_port
from deploy.mash.embedded.process import lives

ROOT = Path(__file__).parents[3]
READY_SECONDS = 150.0


def until(holds: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    """Return once `holds`; AssertionError naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.1)


def mash(directory: Path, port: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "deploy.mash.cli", *arguments],
        cwd=ROOT,
        env=_environment(directory, port),
        capture_output=True,
        text=True,
        check=False,
        timeout=READY_SECONDS,
    )


def _environment(directory: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MASH_")}
    return kept | {"MASH_DATA_DIR": str(directory), "MASH_PORT": str(port)}


@dataclass
class RunningSystem:
    """One data directory and the `mash up` that runs in it."""

    directory: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    family: list[psutil.Process] = field(default_factory=list)
    started: float = 0.0

    @property
    def output(self) -> str:
        """Everything that `mash up` said, over all its runs."""
        return (self.directory.parent / "up.log").read_text()

    def start(self) -> None:
        """Start it and wait until it says that everything is ready."""
        self.started = time.time()
        with (self.directory.parent / "up.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "deploy.mash.cli", "up"],
                cwd=ROOT,
                env=_environment(self.directory, self.port),
                stdout=log,
                stderr=log,
            )
        until(self._ready_or_dead, "mash up is ready", READY_SECONDS)
        assert self.process.poll() is None, self.output
        self.family = psutil.Process(self.process.pid).children(recursive=True)

    def _ready_or_dead(self) -> bool:
        assert self.process is not None
        path = self.directory / "demo-credentials.json"
        written = path.stat().st_mtime if path.exists() else 0.0
        return self.process.poll() is not None or written > self.started

    def end(self, number: signal.Signals) -> int:
        """Send a signal to `mash up` alone; its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(READY_SECONDS)

    def survivors(self) -> list[psutil.Process]:
        """Processes of the last start that still run."""
        return [one for one in self.family if lives(one)]

    def credentials(self) -> dict[str, Any]:
        """The credentials file."""
        found: dict[str, Any] = json.loads((self.directory / "demo-credentials.json").read_text())
        return found

    def pid_of(self, child: str) -> int:
        """Process id of a child as its file in run/ has it."""
        return int((self.directory / "run" / f"{child}.pid").read_text().split()[0])

    def child(self, program: str) -> psutil.Process:
        """The process of `mash up` that runs `program`."""
        assert self.process is not None
        return next(one for one in psutil.Process(self.process.pid).children() if one.name() == program)

    def ready(self) -> bool:
        """Whether intake and console answer as ready."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def ledger(self) -> dict[str, Any]:
        """`mash ledger --json`."""
        done = mash(self.directory, self.port, "ledger", "--json")
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found
