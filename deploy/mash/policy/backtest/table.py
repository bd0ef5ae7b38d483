"""The report for a terminal."""

from typing import Any

from rich.console import Console
from rich.table import Table


def show(report: dict[str, Any], console: Console) -> None:
    """Print what matters most; JSON and the page have everything."""
    moved, work = report["moved"], report["work"]
    console.print(f"{report['live']} -> {report['candidate']}", highlight=False)
    console.print(
        f"{report['contacts']} contacts ({report['source']}), {report['from']} to {report['to']}, "
        f"replayed in {report['seconds']} s; nothing was sent",
        highlight=False,
    )
    console.print(
        f"level: {moved['up']} up, {moved['down']} down, {moved['same']} as before; "
        f"for people: {work['live']} -> {work['candidate']} "
        f"({work['only candidate']} more, {work['only live']} fewer)",
        highlight=False,
    )
    _matrix(console, "Level, live down, candidate across", report["levels"])
    _matrix(console, "Rating, live down, candidate across", report["ratings"])
    _rows(
        console,
        "What makes contacts move",
        ("factor", "up", "down"),
        [(row["factor"], str(row["up"]), str(row["down"])) for row in report["factors"][:10]],
    )
    _rows(
        console,
        "Who moves: share with 95% interval",
        ("group", "contacts", "up", "down"),
        [
            (
                f"{row['group']}: {row['value']}",
                str(row["contacts"]),
                _share(row["up_share"]),
                _share(row["down_share"]),
            )
            for row in report["fairness"]
        ],
    )


def _share(share: dict[str, float]) -> str:
    return f"{share['share']:.1%} ({share['low']:.1%}-{share['high']:.1%})" if share["share"] else "·"


def _matrix(console: Console, title: str, matrix: dict[str, dict[str, int]]) -> None:
    rows = [(name, *(str(times) if times else "·" for times in row.values())) for name, row in matrix.items()]
    _rows(console, title, ("", *matrix), rows)


def _rows(console: Console, title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    table = Table(box=None, title=title, title_justify="left", title_style="bold", padding=(0, 2, 0, 0), pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    console.print()
    console.print(table, highlight=False)
