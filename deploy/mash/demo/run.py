"""One run of the demo against a system that is up: play, wait for the ledger, report."""

import asyncio
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx
from rich.console import Console

from deploy.mash.demo.client import Client
from deploy.mash.demo.play import Message, Play
from deploy.mash.demo.progress import Progress
from deploy.mash.demo.report import how_fast, ledger_table, not_as_expected, users_table, what_became, write_report
from deploy.mash.demo.samples import read_samples
from deploy.mash.demo.views import Credentials
from shared.clock import london_date, now

PATIENCE_SECONDS = 90.0
_LEDGER_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Result:
    """How it ended: whether every sample settled as its file says, and whether the ledger balances."""

    as_expected: int
    samples: int
    balanced: bool

    @property
    def good(self) -> bool:
        """Both."""
        return self.balanced and self.as_expected == self.samples


def day_of_first_run(directory: Path) -> date:
    """The London date that sample dates are relative to: kept in the data directory from the first run on."""
    path = directory / "demo-day"
    try:
        return date.fromisoformat(path.read_text().strip())
    except FileNotFoundError:
        today = london_date(now())
        path.write_text(f"{today.isoformat()}\n")
        return today


async def play_samples(
    credentials: Credentials, directory: Path, console: Console, *, started: float, seconds: float
) -> Result:
    """Play every sample, show what became of it and write `<directory>/demo-report.json`.

    started: `time.monotonic()` when the person pressed enter; seconds: to send them all in. Raises NotServed where the
    system does not answer.
    """
    messages = tuple(Message(named) for named in read_samples())
    progress = Progress(console, messages)
    limits = httpx.Limits(max_connections=16)
    async with httpx.AsyncClient(base_url=credentials.base_url, timeout=30, limits=limits) as http:
        client = Client(http, credentials)
        play = Play(client, day_of_first_run(directory), messages, progress.changed, started)
        with progress.shown():
            await play.run(seconds, PATIENCE_SECONDS)
        ledger = await _settled_ledger(client)
    write_report(directory / "demo-report.json", messages, ledger, play.first_placed)
    console.print(what_became(messages))
    console.print(how_fast(messages), highlight=False)
    for line in not_as_expected(messages):
        console.print(line, style="red", highlight=False, soft_wrap=True)
    for table in (ledger_table(ledger), users_table(credentials)):
        console.print()
        console.print(table)
    console.print()
    as_expected = sum(message.as_expected for message in messages)
    return Result(as_expected, len(messages), ledger.get("balanced") is True)


async def _settled_ledger(client: Client) -> dict[str, object]:
    """The ledger once nothing is in flight, or as it is after a while."""
    deadline = asyncio.get_running_loop().time() + _LEDGER_SECONDS
    while True:
        ledger = await client.ledger()
        done = ledger.get("balanced") is True and ledger.get("in_flight") == 0
        if done or asyncio.get_running_loop().time() > deadline:
            return ledger
        await asyncio.sleep(0.5)
