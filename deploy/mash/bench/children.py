"""Python programs of a measurement in processes of their own, gone at its end whatever happened."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.mash.bench.failure import BenchFailed
from deploy.mash.embedded.process import kill, last_words, spawn
from shared.settings import ROOT


class Children:
    """Programs by name, their logs in one directory."""

    def __init__(self, logs: Path) -> None:
        """logs: directory of one log file per process."""
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, arguments: Sequence[str]) -> None:
        """Start `python -m arguments…`. Call it in the main thread: the process ends with the thread."""
        self._running[name] = spawn(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            log=self._log(name),
            death_signal=signal.SIGTERM,
            environment=os.environ,
        )

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def check(self) -> None:
        """Raises BenchFailed, with its last words, where one has ended."""
        for name, child in self._running.items():
            if child.poll() is not None:
                log = self._log(name)
                raise BenchFailed(f"{name} ended (exit {child.returncode}): {last_words(log)} (log: {log})")

    def kill(self) -> None:
        """End all of them at once."""
        for child in self._running.values():
            kill(child)
        self._running.clear()


@contextmanager
def children(logs: Path) -> Iterator[Children]:
    """Programs that are gone at the end."""
    family = Children(logs)
    try:
        yield family
    finally:
        family.kill()
