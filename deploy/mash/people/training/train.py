"""`matching.yaml` trained anew: weights by Splink, thresholds on other families."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import yaml

from deploy.mash.people.evaluation.data import Case, Data, families_data
from deploy.mash.people.families.generator import make_families
from deploy.mash.people.files import COLUMNS, read_rows
from deploy.mash.people.training.levels import Levels, levels_of
from deploy.mash.people.training.odds import learn_odds
from deploy.mash.people.training.thresholds import with_thresholds
from services.triage.domain.people.facts import Told
from services.triage.domain.people.weights import Field, Model
from services.triage.matching_pack import compile_model, read_words
from shared.policy import Pack, read_pack

TRAINED_ON_SEED, THRESHOLDS_ON_SEEDS = 101, (201, 202)  # Reports are made on seeds 1 to 5.


def train(policy_dir: Path, authority: str, data: Data | None, version: str, on: date) -> str:
    """The text of a new `matching.yaml`. data: the authority's own register and contacts; invented families if None."""
    pack = read_pack(policy_dir, authority, "matching")
    model = compile_model(pack, read_words(policy_dir, authority))
    told = data or families_data("training", make_families(TRAINED_ON_SEED))
    learnt = learn_odds(told, model, on, seed=TRAINED_ON_SEED)
    levels = levels_of(learnt, _by_hand(pack), model.known_share / max(1, len(told.known)))
    weighed = replace(
        model,
        weights={
            Field(field): {level: math.log2(m / u) for level, (m, u) in rows.items()} for field, rows in levels.items()
        },
    )
    # A name as common as two people's names are by chance is what the weight of `same` holds for.
    typical = {field: levels[field.value]["same"][1] for field in (Field.FORENAME, Field.SURNAME)}
    weighed = replace(weighed, typical=typical)
    settled = with_thresholds(weighed, _families(THRESHOLDS_ON_SEEDS), on)
    return _text(pack, levels, settled, version, on, told.name)


def read_data(known: Path, contacts: Path) -> Data:
    """The authority's own files, of which nobody knows the truth: every row counts as a child of its own."""
    sides = [
        tuple(
            Case(
                f"{side}{row.line}", Told(**{name: row[name] for name in COLUMNS if name != "id"}), f"{side}{row.line}"
            )
            for row in read_rows(path)
        )
        for side, path in (("k", known), ("c", contacts))
    ]
    return Data("the authority's own", sides[0], sides[1])


def _families(seeds: Sequence[int]) -> list[Data]:
    return [families_data(f"families {seed}", make_families(seed)) for seed in seeds]


def _by_hand(pack: Pack) -> dict[Field, dict[str, tuple[float, float]]]:
    rows: Mapping[str, Mapping[str, Mapping[str, float]]] = pack.data["levels"]
    return {
        Field(field): {level: (float(odds["m"]), float(odds["u"])) for level, odds in levels.items()}
        for field, levels in rows.items()
    }


def _text(pack: Pack, levels: Levels, model: Model, version: str, on: date, told: str) -> str:
    head = {
        "authority": pack.authority,
        "name": "matching",
        "version": version,
        "valid_from": on,
        "sources": [
            f"Splink 5, expectation maximisation without labels on {told} data; the levels are those of the comparison",
            f"join and part on families of seeds {', '.join(map(str, THRESHOLDS_ON_SEEDS))}, which no report uses",
            "assumption (population, margin, places, u of identifiers; confirm with the authority)",
        ],
    }
    thresholds = {"join": model.join, "part": model.part, "margin": model.margin}
    lines = [
        "# How much each agreement counts when two records may be of one child, and from which total they are.",
        "# m: part of pairs of one child that come out so; u: part of pairs of two children. Weight: log2(m / u).",
        "# Written by `mash people train`; explained in deploy/decisions/finding-the-same-child.md.",
        yaml.safe_dump(head, sort_keys=False, width=125, allow_unicode=True).rstrip(),
        f"start: {_flow(pack.data['start'])}",
        f"thresholds: {_flow(thresholds)}",
        f"places: {_flow(pack.data['places'])}",
        f"typical: {_flow({field.value: share for field, share in model.typical.items()})}",
        "levels:",
    ]
    for field, rows in levels.items():
        lines.append(f"  {field}:")
        lines += [f"    {level}: {{m: {_plain(m)}, u: {_plain(u)}}}" for level, (m, u) in rows.items()]
    return "\n".join(lines) + "\n"


def _plain(part: float) -> str:
    """A number that YAML reads as one: without an exponent."""
    return f"{part:.8f}".rstrip("0")


def _flow(values: Mapping[str, object]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in values.items()) + "}"
