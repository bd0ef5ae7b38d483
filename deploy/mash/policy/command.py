"""`mash policy`."""

import json
import os
from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from deploy.mash.layout import UsageMistake

policy = typer.Typer(no_args_is_help=True, help="Check, read, compare and try out policy packs.")

PACK_HELP = "AUTHORITY, AUTHORITY@VERSION, a directory of packs, or a continuum file."


@policy.callback()
def _policy() -> None:
    """Check, read, compare and try out policy packs. Nothing is sent, and nothing changes."""


@policy.command()
def check(
    packs: Annotated[
        list[str] | None, typer.Argument(help="Authorities or directories; every authority if none.")
    ] = None,
) -> None:
    """Check packs as the services do at start: every problem with file, line and remedy. Exit 1 if there is one."""
    from deploy.mash.policy.check import check as checked
    from deploy.mash.policy.choosing import directory_of, every_directory

    wrong = False
    for directory in [directory_of(one) for one in packs] if packs else every_directory():
        found = checked(directory, _today())
        print(f"{directory.authority} ({directory.path})")
        for line in found.done:
            print(f"  {line}")
        for refusal in dict.fromkeys(found.refusals):
            print(f"  REFUSED {refusal}")
        wrong = wrong or bool(found.refusals)
    if wrong:
        raise typer.Exit(1)


@policy.command()
def show(
    pack: Annotated[str, typer.Argument(help=PACK_HELP)],
    code: Annotated[str | None, typer.Argument(help="One indicator, danger criterion or multiplier.")] = None,
    on: Annotated[str | None, typer.Option(help="The version in force on this day, yyyy-mm-dd.")] = None,
) -> None:
    """Show a continuum: the staircase, every indicator, danger, what raises. With CODE, that entry and its source."""
    from rich.console import Console

    from deploy.mash.policy import show as showing
    from deploy.mash.policy.choosing import directory_of, pack_of, versions_in
    from services.triage.policy import load_policy
    from shared.policy_versions import in_force

    chosen = pack_of(pack) if on is None else in_force(versions_in(directory_of(pack)), _day(on))
    load_policy(chosen)  # Refuses what could not be shown truthfully.
    if code is None:
        showing.show(chosen, Console())
        return
    found = showing.entry(chosen, code)
    if found is None:
        raise UsageMistake(f"{chosen.version} has no entry '{code}': `mash policy show {pack}` lists them")
    section, line, row = found
    print(f"{chosen.version}: {section}, line {line} of {chosen.path.name}")
    for name, value in row.items():
        print(f"  {name}: {value}")


@policy.command()
def diff(
    before: Annotated[str, typer.Argument(help=PACK_HELP)],
    after: Annotated[str, typer.Argument(help=PACK_HELP)],
    sources: Annotated[bool, typer.Option("--sources", help="Also where only the source of an entry differs.")] = False,
) -> None:
    """Show what two continua say differently, entry by entry: + only in AFTER, - only in BEFORE, ~ changed."""
    from deploy.mash.policy.choosing import pack_of
    from deploy.mash.policy.diff import differences

    one, other = pack_of(before), pack_of(after)
    found = differences(one, other, sources=sources)
    print(f"{one.version} -> {other.version}: {len(found)} difference(s)")
    for change in found:
        print(change)


@policy.command()
def backtest(
    candidate: Annotated[str, typer.Option(help=f"The continuum to try: {PACK_HELP}")],
    live: Annotated[str | None, typer.Option(help="The continuum to compare with; MASH_AUTHORITY's if none.")] = None,
    simulated: Annotated[str, typer.Option(help="Authority whose simulated year is replayed.")] = "medway",
    count: Annotated[int | None, typer.Option(min=1, help="Contacts; default is the authority's year.")] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same contacts.")] = 1,
    start: Annotated[str, typer.Option(help="First day of the simulated year, yyyy-mm-dd.")] = "2025-12-01",
    out: Annotated[Path | None, typer.Option(help="Directory for backtest.json and backtest.html.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole report as JSON.")] = False,
) -> None:
    """Try a continuum: replay contacts through it beside the live one and report who would move, and why.

    Pure: every contact is scored anew by both, each with the history it would have made. Nothing is sent or changed.
    """
    from deploy.mash.policy.backtest.command import try_simulated, write_report
    from deploy.mash.simulate.workload import AUTHORITIES, read_places

    if simulated not in AUTHORITIES:
        raise UsageMistake(f"no workload table for '{simulated}': there is one for {', '.join(AUTHORITIES)}")
    authority = live or os.environ.get("MASH_AUTHORITY") or "county-durham"
    contacts = count or read_places(simulated).contacts
    report = try_simulated(authority, candidate, simulated, contacts, seed, _day(start))
    if out is not None:
        write_report(report, out)
    if as_json:
        print(json.dumps(report, indent=2))
        return
    from rich.console import Console

    from deploy.mash.policy.backtest.table import show as show_table

    show_table(report, Console())
    if out is not None:
        print(f"\nwritten: {out / 'backtest.json'} and {out / 'backtest.html'}")


def _today() -> date:
    return datetime.now(ZoneInfo("Europe/London")).date()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageMistake(f"'{text}' is no date: write it as yyyy-mm-dd") from None
