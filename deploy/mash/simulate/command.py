"""`mash simulate`: a seeded year of contacts, as files or over HTTP, with the truth beside it."""

import asyncio
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.mash.addresses import system_url
from deploy.mash.layout import NotReachable, UsageMistake, layout_from_environment

if TYPE_CHECKING:
    from deploy.mash.simulate.message import GeneratedMessage

AUTHORITIES = ("medway", "county-durham")
START = "2025-12-01"


def simulate(
    out: Annotated[Path, typer.Option(help="Directory for messages, truth.jsonl, history.jsonl and manifest.json.")],
    authority: Annotated[str, typer.Option(help=f"One of: {', '.join(AUTHORITIES)}.")] = "medway",
    count: Annotated[int | None, typer.Option(min=1, help="Contacts; default is the authority's year.")] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 1,
    start: Annotated[str, typer.Option(help="First day of the simulated year, yyyy-mm-dd.")] = START,
    url: Annotated[str | None, typer.Option(help="Send to this system instead of writing message files.")] = None,
    rate: Annotated[float, typer.Option(min=0.01, help="Messages a second, with --url.")] = 10.0,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many messages.")] = None,
    credentials: Annotated[
        Path | None, typer.Option(help="Tokens for --url; those of the data directory (MASH_DATA_DIR) if not given.")
    ] = None,
) -> None:
    """Make a year of invented contacts that reproduces the published workload figures, with ground truth beside it.

    Contacts are counted one per child and message. history.jsonl holds the involvement from before the year that makes
    children known: record it in a system before a run that is to be scored.
    """
    from deploy.mash.simulate.files import write_run
    from deploy.mash.simulate.generator import generate
    from deploy.mash.simulate.workload import read_places

    if authority not in AUTHORITIES:
        raise UsageMistake(f"no workload table for authority '{authority}': there is one for {', '.join(AUTHORITIES)}")
    whole = generate(authority, count or read_places(authority).contacts, seed, _day(start))
    messages = islice(whole, limit)
    if url is None:
        manifest = write_run(messages, out)
        print(f"{manifest['contacts']} contacts in {manifest['messages']} messages written to {out}")
    else:
        _send(messages, system_url(url), rate, credentials or layout_from_environment().credentials, out)


def _send(messages: "Iterator[GeneratedMessage]", url: str, rate: float, credentials: Path, out: Path) -> None:
    from pydantic import ValidationError

    from deploy.mash.simulate.submit import read_credentials, submit_run

    try:
        tokens = {kind: agency.token for kind, agency in read_credentials(credentials).agencies.items()}
    except (OSError, ValidationError):
        raise NotReachable(f"no usable tokens in {credentials}: start the system, or give --credentials") from None
    out.mkdir(parents=True, exist_ok=True)
    answers = asyncio.run(submit_run(messages, url, tokens, rate, out))
    print("answers: " + ", ".join(f"{status} x {times}" for status, times in sorted(answers.items())))
    if any(not status.startswith("2") for status in answers):
        raise typer.Exit(1)


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise UsageMistake(f"'{text}' is no date: write it as yyyy-mm-dd") from None
