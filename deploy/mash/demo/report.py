"""demo-report.json, and the table of what became of each sample."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson
from rich import box
from rich.table import Table

from deploy.mash.demo.play import Message, Played
from deploy.mash.demo.views import Credentials


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
    """One row per contact: who it was about, where it is, why, and whether that is what its file says."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("sample", "about", "lane", "level", "rating", "state", "queue", "reason", "seconds", "as expected"):
        table.add_column(name, justify="right" if name in {"level", "seconds"} else "left")
    for message in messages:
        for row in _rows(message):
            table.add_row(*row)
    return table


def _rows(message: Message) -> list[tuple[str, ...]]:
    name, sample = message.named.name, message.named.sample
    if not message.contacts:
        said = "recognised" if sample.resend_of else f"answered {message.status or 'nothing'}"
        about = f"again: {sample.resend_of}" if sample.resend_of else "refused and kept"
        return [(name, about, "", "", "", said, "", "", "", _verdict(message.differences, message.settled.is_set()))]
    rows: list[tuple[str, ...]] = []
    for played in message.contacts:
        wrong = (*(message.differences if played is message.contacts[0] else ()), *played.differences)
        rows.append((name, played.expected.who, message.lane or "", *_got(played), _verdict(wrong, played.settled)))
        name = ""
    return rows


def _got(played: Played) -> tuple[str, str, str, str, str, str]:
    if played.file is None or not played.file.moves:
        return "", "", "in flight", "", "", ""
    last = played.file.moves[-1]
    rating = played.file.assessment.rating if played.file.assessment else ""
    seconds = played.seconds_to_settle
    return str(last.level), rating, last.state, last.queue, last.reason, "" if seconds is None else f"{seconds:.2f}"


def _verdict(wrong: tuple[str, ...], settled: bool) -> str:
    if wrong:
        return f"[red]no: {'; '.join(wrong)}[/red]"
    return "[green]yes[/green]" if settled else "[yellow]not yet[/yellow]"


def ledger_table(ledger: Mapping[str, object]) -> Table:
    """The ledger, one row per agency and the total."""
    columns = ("accepted", "in_flight", "waiting", "placed", "closed", "refused", "quarantined", "balanced")
    table = Table(title="Ledger", box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left")
    table.add_column("agency")
    for name in columns:
        table.add_column(name.replace("_", " "), justify="right")
    by_agency = ledger.get("by_agency")
    if isinstance(by_agency, dict):
        for agency, line in by_agency.items():
            table.add_row(agency, *(str(line.get(name, "")) for name in columns))
    table.add_row("[bold]all[/bold]", *(f"[bold]{ledger.get(name, '')}[/bold]" for name in columns))
    return table


def users_table(credentials: Credentials) -> Table:
    """Where to look next, and as whom."""
    table = Table(title=f"Console: {credentials.base_url}", box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left")
    for name in ("role", "user", "password"):
        table.add_column(name)
    for user in credentials.staff:
        table.add_row(user.role, user.username, user.password)
    return table
