"""`mash demo`: the whole system on this machine, sample contacts played in, and what became of each."""

import asyncio
import signal
import time
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console

from deploy.mash.demo.client import NotServed
from deploy.mash.demo.run import Result, play_samples
from deploy.mash.demo.views import Credentials
from deploy.mash.embedded.errors import EmbeddedError
from deploy.mash.embedded.lock import DirectoryLock
from deploy.mash.layout import Layout, Mistake, NotReachable, layout_from_environment
from deploy.mash.plan import address_from_environment
from deploy.mash.supervisor import Supervisor

INTERRUPTED = 130

Once = Annotated[bool, typer.Option("--once", help="End once all is settled; exit status 0 only if all is well.")]
Running = Annotated[bool, typer.Option("--running", help="Use the system that runs in the data directory already.")]


def demo(once: Once = False, running: Running = False) -> None:
    """Start everything, play about forty sample contacts in, and show what became of each.

    Playing them again in the same data directory changes nothing: every message is recognised as sent before.
    """
    started, console = time.monotonic(), Console()
    work = _against_running(console, started) if running else _with_own_system(console, started, once=once)
    try:
        code = asyncio.run(_until_stopped(work))
    except (Mistake, EmbeddedError, NotServed) as error:
        console.print(str(error), style="red", highlight=False, soft_wrap=True)
        code = getattr(error, "exit_code", 1)
    raise typer.Exit(code)


async def _until_stopped(work: Coroutine[Any, Any, int]) -> int:
    """The exit status of `work`; Ctrl-C or SIGTERM cancels it, so that it stops what it started."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return INTERRUPTED


async def _with_own_system(console: Console, started: float, *, once: bool) -> int:
    layout = layout_from_environment()
    layout.make()
    with DirectoryLock(layout.lock):
        supervisor = Supervisor(layout, address_from_environment(), lambda line: console.print(line, highlight=False))
        try:
            await supervisor.up()
            watch = asyncio.create_task(supervisor.watch())
            try:
                return await _play_and_stay(console, layout, started, once=once)
            finally:
                watch.cancel()
                with suppress(asyncio.CancelledError):
                    await watch
        finally:
            console.print("stopping everything")
            await supervisor.down()


async def _play_and_stay(console: Console, layout: Layout, started: float, *, once: bool) -> int:
    result = await play_samples(_credentials(layout.credentials), layout.directory, console, started)
    code = _told(console, result)
    if not once:
        console.print("Everything stays up until Ctrl-C.", style="bold")
        with suppress(asyncio.CancelledError):  # Ctrl-C is how this is meant to end.
            await asyncio.Event().wait()
    return code


async def _against_running(console: Console, started: float) -> int:
    layout = layout_from_environment()
    return _told(console, await play_samples(_credentials(layout.credentials), layout.directory, console, started))


def _credentials(path: Path) -> Credentials:
    try:
        return Credentials.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise NotReachable(f"no usable {path}: a running system writes it, start one with `mash up`") from None


def _told(console: Console, result: Result) -> int:
    """Say how it ended; the exit status."""
    ledger = "the ledger balances" if result.balanced else "the ledger does NOT balance"
    line = f"{result.as_expected} of {result.samples} samples settled as their files say; {ledger}"
    console.print(line, style="bold green" if result.good else "bold red")
    return 0 if result.good else 1
