"""One run of the system in the foreground: up, whatever should happen while it is up, and an orderly end."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from deploy.mash.embedded.lock import DirectoryLock
from deploy.mash.external import ExternalServers
from deploy.mash.layout import Layout, Mistake
from deploy.mash.plan import Address
from deploy.mash.supervisor import Supervisor

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WhileUp = Callable[[Supervisor], Awaitable[int]]


@dataclass(frozen=True)
class Running:
    """What is to run and where; external is None for the embedded pair."""

    layout: Layout
    address: Address
    external: ExternalServers | None = None


async def run_system(running: Running, while_up: WhileUp | None = None) -> int:
    """Run until a signal, or until `while_up` returns its exit code. Raises EmbeddedError or Mistake with one line.

    The exit code is 0 after a signal once everything was up, and 130 before.
    """
    is_new = not running.layout.directory.exists()
    running.layout.make()
    with DirectoryLock(running.layout.lock), _signals() as stop:
        supervisor = Supervisor(running.layout, running.address, say, running.external)
        try:
            return await _until_stopped(supervisor, stop, while_up)
        except Mistake:
            if is_new:
                running.layout.remove_if_empty()  # A refused start leaves nothing behind.
            raise
        finally:
            await supervisor.down()


def say(line: str) -> None:
    """One line of progress for a person."""
    print(f"mash: {line}", flush=True)


async def _until_stopped(supervisor: Supervisor, stop: asyncio.Event, while_up: WhileUp | None) -> int:
    started = time.monotonic()
    if not await _finished(supervisor.up(), stop):
        return 130
    say(f"everything is ready after {time.monotonic() - started:.1f} s: {supervisor.address.base_url}")
    watching = asyncio.create_task(supervisor.watch())
    try:
        if while_up is None:
            await _finished(watching, stop)
            return 0
        work = asyncio.ensure_future(while_up(supervisor))
        return work.result() if await _finished(work, stop) else 0
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def _finished(work: Awaitable[object], stop: asyncio.Event) -> bool:
    """Whether `work` ended before a signal came; its error is raised. On a signal it is cancelled."""
    task, signalled = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait({task, signalled}, return_when=asyncio.FIRST_COMPLETED)
    signalled.cancel()
    if task.done():
        task.result()
        return True
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return False


@contextmanager
def _signals() -> Iterator[asyncio.Event]:
    """An event that Ctrl-C, SIGTERM and a closed terminal set."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in _SIGNALS:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
