"""`mash people`."""

import os
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from deploy.mash.layout import ROOT, UsageMistake

if TYPE_CHECKING:
    from services.triage.domain.people.weights import Model

people = typer.Typer(no_args_is_help=True, help="Find the same child again: in files, and how well that works.")


@people.callback()
def _people() -> None:
    """Find the same child again: in files, and how well that works."""


@people.command()
def match(
    known: Annotated[Path, typer.Option(help="CSV of known people, one row for each record of a person.")],
    contacts: Annotated[Path, typer.Option(help="CSV of contacts, taken in file order.")],
    out: Annotated[Path, typer.Option(help="CSV of decisions: contact_id, known_id, decision, weight, explanation.")],
    on: Annotated[str | None, typer.Option(help="Day of the files, yyyy-mm-dd; today if not given.")] = None,
) -> None:
    """Link a file of contacts against a file of known people, without touching the register.

    Columns of both: id, forename, surname, dob, sex, address, postcode, nhs_number, upn; all but id may be empty or
    absent. Decisions: link, review (a person looks), new (a person from then on, under the contact's id).
    """
    from deploy.mash.people.linking import link_files

    if out.exists() and any(out.samefile(given) for given in (known, contacts) if given.exists()):
        raise UsageMistake(f"--out {out} is one of the files read: name another")
    counts = link_files(known, contacts, out, _model(), _day(on))
    print(", ".join(f"{outcome.value} {count}" for outcome, count in counts.items()) + f"; written to {out}")


def _model() -> "Model":
    from services.triage.matching_pack import load_model

    directory = Path(os.environ.get("MASH_POLICY_DIR") or ROOT / "deploy" / "policy")
    return load_model(directory, os.environ.get("MASH_AUTHORITY") or "county-durham")


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(ZoneInfo("Europe/London")).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageMistake(f"'{text}' is no date: write it as yyyy-mm-dd") from None
