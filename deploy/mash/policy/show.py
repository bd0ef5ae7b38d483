"""One continuum for reading: the staircase, every indicator, danger, what raises; or one entry with its source."""

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

from shared.policy import Pack

_SECTIONS = ("indicators", "danger", "multipliers", "protective", "unknowns")


def show(pack: Pack, console: Console) -> None:
    """Print the whole continuum."""
    console.print(f"{pack.version}, in force from {pack.valid_from}", highlight=False)
    data = pack.data
    _print(console, "Levels", ("level", "own scale", "label", "decided"), _levels(data))
    _print(console, "Indicators", ("id", "level", "speed", "flag", "what"), _indicators(data))
    _print(console, "Immediate danger: level 5, RED, a person at once", ("code", "what"), _coded(data["danger"]))
    _print(console, "What raises", ("code", "effect", "what"), _multipliers(data))
    _print(console, "Protective: shown, and lowers nothing", ("code", "what"), _coded(data["protective"]))


def entry(pack: Pack, code: str) -> tuple[str, int | None, dict[str, Any]] | None:
    """Section, line and fields of one entry; None where the pack has no such code."""
    for section in _SECTIONS:
        for row in pack.data[section]:
            if str(row.get("id", row.get("code"))).casefold() == code.casefold():
                return section, pack.line_of(section, str(row.get("id", row.get("code")))), row
    return None


def _print(console: Console, title: str, columns: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> None:
    table = Table(box=None, title=title, title_justify="left", title_style="bold", padding=(0, 1, 0, 0), pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print()
    console.print(table, highlight=False)


def _levels(data: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for row in data["levels"]:
        yield str(row["level"]), row["scale"], row["label"], row["decision"]


def _indicators(data: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for row in sorted(data["indicators"], key=lambda row: (-row["level"], row["id"])):
        yield row["id"], str(row["level"]), row["speed"], row["statutory"], row["label"]


def _coded(rows: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        yield row["code"], row["label"]


def _multipliers(data: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for row in data["multipliers"]:
        effects = [f"+{row['adds']}"] if row.get("adds") else []
        effects += [f"speed {row['speed']}"] if row.get("speed") else []
        effects += ["review"] if row.get("review") else []
        yield row["code"], ", ".join(effects), row["label"]
