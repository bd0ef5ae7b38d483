"""What each process takes while a measurement runs: peak memory, and processor time between two marks."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

import psutil

SAMPLE_SECONDS = 0.5
_MEGABYTE = 1024 * 1024


@dataclass
class Watch:
    """Samples processes, each with its children, until closed. Use it as a context."""

    processes: Callable[[], Mapping[str, int]]
    peak_megabytes: dict[str, float] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, name="usage", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(SAMPLE_SECONDS):
            for name, pid in self.processes().items():
                with suppress(psutil.Error):
                    self.peak_megabytes[name] = max(self.peak_megabytes.get(name, 0.0), megabytes(pid))

    def processor_seconds(self) -> dict[str, float]:
        """Processor time used so far, by process."""
        used = {}
        for name, pid in self.processes().items():
            with suppress(psutil.Error):
                used[name] = processor_seconds(pid)
        return used


def megabytes(pid: int) -> float:
    """Resident memory of a process and its children; pages they share are counted once. Raises psutil.Error."""
    process = psutil.Process(pid)
    children = process.children(recursive=True)
    if not children:
        return float(process.memory_info().rss) / _MEGABYTE
    total = 0.0
    for one in (process, *children):
        with suppress(psutil.Error):
            total += one.memory_full_info().pss / _MEGABYTE
    return total


def processor_seconds(pid: int) -> float:
    """User and system time of a process and its children, ended ones included. Raises psutil.Error."""
    process = psutil.Process(pid)
    times = process.cpu_times()
    total = float(times.user + times.system + times.children_user + times.children_system)
    for child in process.children(recursive=True):
        with suppress(psutil.Error):
            of_child = child.cpu_times()
            total += of_child.user + of_child.system
    return total
