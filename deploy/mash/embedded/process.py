"""Child processes that never outlive their parent, and the leftovers of a parent that was killed.

A child starts in a session of its own, so that Ctrl-C reaches the parent alone, which then stops its children in order.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.mash.embedded.errors import EmbeddedError

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Owner:
    """The unprivileged system user that a child runs as."""

    name: str
    uid: int
    gid: int


def quiet_environment(**extra: str) -> dict[str, str]:
    """A small environment for a server: nothing of the caller's shell changes how it runs."""
    return {"PATH": os.environ.get("PATH") or os.defpath, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC", **extra}


def spawn(
    command: Sequence[str],
    *,
    cwd: Path,
    log: Path,
    death_signal: signal.Signals,
    environment: Mapping[str, str],
    owner: Owner | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child that gets `death_signal` when the calling thread ends, however it ends; output goes to `log`.

    Call it from a thread that lives as long as the child should, best the main thread.
    """
    parent = os.getpid()

    def die_with_parent() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
            if os.getppid() != parent:  # The parent went before the line above took effect.
                os._exit(1)

    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - our own command, no shell
            list(command),
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,  # Runs after the change of user, which would clear the setting.
            user=owner.uid if owner else None,
            group=owner.gid if owner else None,
            extra_groups=[] if owner else None,
        )


def wait_until(
    ready: Callable[[], bool], child: subprocess.Popen[bytes], *, name: str, log: Path, seconds: float
) -> None:
    """Return as soon as `ready`. Raises EmbeddedError where the child ends first or time runs out."""
    deadline = time.monotonic() + seconds
    while not ready():
        if child.poll() is not None:
            raise EmbeddedError(f"{name} ended at once (exit {child.returncode}): {last_words(log)} (log: {log})")
        if time.monotonic() > deadline:
            raise EmbeddedError(f"{name} did not answer within {seconds:.0f} seconds (log: {log})")
        time.sleep(0.03)


def last_words(log: Path) -> str:
    """The last line of a log that says something, for an error message of one line."""
    with suppress(OSError):
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            lines = [line.strip() for line in file.read().decode(errors="replace").splitlines() if line.strip()]
        telling = [line for line in lines if "FATAL" in line or "ERROR" in line or "Exception" in line]
        if found := telling or lines:
            return found[-1][:300]
    return "it said nothing"


def stop(child: subprocess.Popen[bytes], stop_signal: signal.Signals, *, seconds: float) -> bool:
    """Ask a child to end and wait for it; kill it when time runs out. True where it ended by itself."""
    if child.poll() is not None:
        return True
    child.send_signal(stop_signal)
    with suppress(subprocess.TimeoutExpired):
        child.wait(seconds)
        return True
    kill(child)
    return False


def kill(child: subprocess.Popen[bytes]) -> None:
    """End a child and everything it started at once, as a power cut would; returns when they are gone."""
    descendants: list[psutil.Process] = []
    with suppress(psutil.Error):
        descendants = psutil.Process(child.pid).children(recursive=True)
    child.kill()
    child.wait()
    end(descendants, signal.SIGKILL, seconds=0)


def leftovers(name: str, directory: Path) -> list[psutil.Process]:
    """Processes called `name` that work in `directory`: servers whose parent was killed, and their workers."""
    found = []
    for process in psutil.process_iter(["name"]):
        with suppress(psutil.Error):
            if process.info["name"] == name and Path(process.cwd()) == directory:
                found.append(process)
    return found


def end(processes: Sequence[psutil.Process], first: signal.Signals, *, seconds: float) -> None:
    """End processes that are not our children: `first`, then SIGKILL after `seconds`; returns when they are gone."""
    for sent, patience in ((first, seconds), (signal.SIGKILL, 10.0)):
        for process in processes:
            with suppress(psutil.Error):
                process.send_signal(sent)
        deadline = time.monotonic() + patience
        while (processes := [one for one in processes if lives(one)]) and time.monotonic() < deadline:
            time.sleep(0.02)


def lives(process: psutil.Process) -> bool:
    """False for a zombie too: it holds no file, port or memory, whoever reaps it."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
