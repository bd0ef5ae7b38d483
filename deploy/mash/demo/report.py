"""demo-report.json, and the table of what became of each sample."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

import orjson
from rich import box
from rich.table import Table

from deploy.mash.demo.play import Message, Played
from deploy.mash.demo.views import Credentials

_HEADS = {"in_flight": "in flight", "quarantined": "held", "balanced": "balances"}


def write_report(
    path: Path, messages: Sequence[Message], ledger: Mapping[str, object], seconds_to_first_placed: float | None
) -> None:
    """Write the report: codes and identifiers only."""
    contacts = [_line(played) for message in messages for played in message.contacts]
    report = {
        "seconds_to_first_placed": None if seconds_to_first_placed is None else round(seconds_to_first_placed, 2),
        "contacts": contacts,
        "ledger": dict(ledger),
    }
    path.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2) + b"\n")


def _line(played: Played) -> dict[str, object]:
    file = played.file
    last = file.moves[-1] if file and file.moves else None
    seconds = played.seconds_to_settle
    return {
        "contact_id": str(played.contact_id),
        "agency": played.agency,
        "level": last.level if last else None,
        "rating": file.assessment.rating if file and file.assessment else None,
        "state": last.state if last else "in_flight",
        "queue": last.queue if last else None,
        "seconds_to_settle": None if seconds is None else round(seconds, 3),
    }


def what_became(messages: Sequence[Message]) -> Table:
    """One row per contact: who it was about, where it is and why; narrow enough for 80 columns."""
    table = _table()
    table.add_column("", width=2)
    table.add_column("about", max_width=16, no_wrap=True)
    for name in ("need", "state", "queue", "reason", "ok"):
        table.add_column(name, no_wrap=True)
    for message in messages:
        for row in _rows(message):
            table.add_row(*row)
    return table


def _rows(message: Message) -> list[tuple[str, ...]]:
    number, sample = message.named.name[:2], message.named.sample
    if not message.contacts:
        about = f"{sample.resend_of[:2]} once more" if sample.resend_of else "unreadable"
        what = ("seen", "first receipt") if sample.resend_of else ("refused", "and kept")
        return [(number, about, "", *what, "", _mark(message.differences, message.settled.is_set()))]
    rows: list[tuple[str, ...]] = []
    for played in message.contacts:
        wrong = (*(message.differences if played is message.contacts[0] else ()), *played.differences)
        rows.append((number, played.expected.who, *_got(played), _mark(wrong, played.settled)))
        number = ""
    return rows


def _got(played: Played) -> tuple[str, str, str, str]:
    if played.file is None or not played.file.moves:
        return "", "in flight", "", ""
    last = played.file.moves[-1]
    rating = played.file.assessment.rating if played.file.assessment else ""
    return f"{last.level} {rating}", last.state, last.queue, last.reason


def how_fast(messages: Sequence[Message]) -> str:
    """How long contacts took from receipt to people or a service."""
    taken = [s for message in messages for played in message.contacts if (s := played.seconds_to_settle) is not None]
    if not taken:
        return "no contact has settled"
    return f"from receipt to people or a service: {median(taken):.2f} s in the middle, {max(taken):.2f} s at most"


def _table(title: str | None = None) -> Table:
    """A table that fits into 80 columns."""
    return Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=0)


def _mark(wrong: tuple[str, ...], settled: bool) -> str:
    if wrong:
        return "[bold red]NO[/bold red]"
    return "[green]yes[/green]" if settled else "[yellow]-[/yellow]"


def not_as_expected(messages: Sequence[Message]) -> list[str]:
    """One line for everything that differs from what a sample's file says."""
    lines = []
    for message in messages:
        lines += [f"{message.named.name}: {text}" for text in message.differences]
        for played in message.contacts:
            lines += [f"{message.named.name}, {played.expected.who}: {text}" for text in played.differences]
    return lines


def ledger_table(ledger: Mapping[str, object]) -> Table:
    """The ledger, one row per agency and the total."""
    columns = ("accepted", "in_flight", "waiting", "placed", "closed", "refused", "quarantined", "balanced")
    table = _table("Ledger")
    table.add_column("agency", no_wrap=True)
    for name in columns:
        table.add_column(_HEADS.get(name, name), justify="right", no_wrap=True)
    by_agency = ledger.get("by_agency")
    if isinstance(by_agency, dict):
        for agency, line in by_agency.items():
            table.add_row(agency, *(str(line.get(name, "")) for name in columns))
    table.add_row("[bold]all[/bold]", *(f"[bold]{ledger.get(name, '')}[/bold]" for name in columns))
    return table


def users_table(credentials: Credentials) -> Table:
    """Where to look next, and as whom."""
    table = _table(f"Console: {credentials.base_url}")
    for name in ("role", "user", "password"):
        table.add_column(name)
    for user in credentials.staff:
        table.add_row(user.role, user.username, user.password)
    return table
