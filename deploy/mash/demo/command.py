"""`mash demo`: the whole system on this machine, sample contacts played in, and what became of each."""

import asyncio
import time
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.mash.layout import Layout, Mistake, NotReachable, layout_from_environment

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.mash.demo.views import Credentials
    from deploy.mash.supervisor import Supervisor

Once = Annotated[bool, typer.Option("--once", help="End once all is settled; exit status 0 only if all is well.")]
Running = Annotated[bool, typer.Option("--running", help="Use the system that runs in the data directory already.")]
Seconds = Annotated[float, typer.Option(min=0, help="Play the samples in over so many seconds.")]


def demo(once: Once = False, running: Running = False, seconds: Seconds = 30.0) -> None:
    """Start everything, play about forty sample contacts in, and show what became of each.

    Playing them again in the same data directory changes nothing: every message is recognised as sent before.
    """
    from deploy.mash.plan import address_from_environment
    from deploy.mash.running import Running as System
    from deploy.mash.running import run_system

    started, layout = time.monotonic(), layout_from_environment()

    async def while_up(_: "Supervisor") -> int:
        code = await _play(layout, started, seconds)
        if not once:
            print("everything stays up until Ctrl-C", flush=True)
            await asyncio.Event().wait()
        return code

    if running:
        _check_running(_credentials(layout.credentials).base_url)
        raise typer.Exit(asyncio.run(_play(layout, started, seconds)))
    raise typer.Exit(asyncio.run(run_system(System(layout, address_from_environment()), while_up)))


def _check_running(base_url: str) -> None:
    """Raises NotReachable at once where nothing answers: credentials stay behind when a system stops."""
    import httpx

    try:
        httpx.get(f"{base_url}/healthz", timeout=5)
    except httpx.HTTPError as error:
        raise NotReachable(
            f"no answer from {base_url} ({type(error).__name__}): start the system with `mash up`"
        ) from error


async def _play(layout: Layout, started: float, seconds: float) -> int:
    """Play and tell how it ended; the exit status."""
    from rich.console import Console

    from deploy.mash.demo.client import NotServed
    from deploy.mash.demo.run import play_samples

    console = Console()
    try:
        result = await play_samples(
            _credentials(layout.credentials), layout.directory, console, started=started, seconds=seconds
        )
    except NotServed as failure:
        raise Mistake(str(failure)) from None
    except ExceptionGroup as failures:
        refused, others = failures.split(NotServed)
        if refused is None or others is not None:
            raise
        raise Mistake(f"the system stopped answering: {_first(refused)}") from None
    ledger = "the ledger balances" if result.balanced else "the ledger does NOT balance"
    line = f"{result.as_expected} of {result.samples} samples settled as their files say; {ledger}"
    console.print(line, style="bold green" if result.good else "bold red")
    return 0 if result.good else 1


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    first = failures.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


def _credentials(path: "Path") -> "Credentials":
    from pydantic import ValidationError

    from deploy.mash.demo.views import Credentials

    try:
        return Credentials.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise NotReachable(f"no usable {path}: a running system writes it, start one with `mash up`") from None
