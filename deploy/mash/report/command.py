"""`mash report`."""

import asyncio
import json
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from deploy.mash.addresses import database_url
from deploy.mash.layout import Mistake, NotReachable, UsageMistake

report = typer.Typer(no_args_is_help=True, help="Counts over what was received and decided.")


@report.callback()
def _report() -> None:
    """Counts over what was received and decided: no names, no dates of birth, no texts."""


@report.command()
def measures(
    first: Annotated[str | None, typer.Option("--from", help="First day, yyyy-mm-dd; a year ago if none.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day, yyyy-mm-dd; today if none.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, with everything.")] = False,
) -> None:
    """Shape of the staircase, known share, re-referral rates, reasons, ages, areas, and where people decided otherwise.

    The database is the one of MASH_DATABASE_URL, else that of the data directory.
    """
    until = _day(last) or datetime.now(ZoneInfo("Europe/London")).date()
    since = _day(first) or until - timedelta(days=365)
    if since > until:
        raise UsageMistake(f"--from {since} lies after --to {until}: swap them")
    found = asyncio.run(_read(since, until))
    if as_json:
        print(json.dumps(found, indent=2))
    else:
        show(found)


async def _read(first: date, last: date) -> dict[str, Any]:
    from sqlalchemy.exc import SQLAlchemyError

    from deploy.mash.report.measures import read_measures
    from shared.database import is_database_away, make_engine

    engine = make_engine(database_url(), application="mash-report", pool_size=1)
    try:
        async with engine.connect() as connection:
            return await read_measures(connection, first, last)
    except (SQLAlchemyError, OSError) as error:
        if is_database_away(error):
            raise NotReachable("PostgreSQL does not answer: is the system up?") from error
        raise Mistake("the measures could not be read: does `mash migrate` succeed?") from error
    finally:
        await engine.dispose()


def show(found: dict[str, Any]) -> None:
    """Print the measures for a terminal."""
    print(f"{found['from']} to {found['to']}")
    print("levels       " + "  ".join(f"{level}: {times}" for level, times in found["levels"].items()))
    print("staircase    " + ("; ".join(found["staircase"]) or "as it should be: most at level 2, fewest at level 5"))
    for label, name in (
        ("known before", "known_within_12_months"),
        ("re-referrals", "rereferrals_of_referrals"),
        ("returns      ", "returns_after_early_help_so_far"),
    ):
        print(f"{label:<13}{_rate(found[name])}")
    for name in ("reasons", "ages", "areas"):
        most = list(found[name].items())[:12]
        print(f"{name:<13}" + ("  ".join(f"{code}: {times}" for code, times in most) or "none"))
    for name, keys in found["decided_by_people"].items():
        for key, counts in keys.items():
            line = f"{counts['up']} up, {counts['down']} down, {counts['as_suggested']} as suggested"
            print(f"decided: {name} {key}: {line}" if name != "all" else f"decided by people: {line}")


def _rate(rate: dict[str, Any]) -> str:
    if not rate["of"]:
        return "nothing to count"
    return f"{rate['share']:.1%} ({rate['low']:.1%}-{rate['high']:.1%}), {rate['count']} of {rate['of']}"


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageMistake(f"'{text}' is no date: write it as yyyy-mm-dd") from None
