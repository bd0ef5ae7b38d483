"""Splink on evaluation data as its documentation advises: its own comparisons, trained on the same data.

Needs the extra `people`.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from deploy.mash.people.evaluation.data import Answer, Case, Data
from services.triage.domain.people.births import read_birth
from services.triage.domain.people.letters import folded

_SAMPLED_PAIRS = 2_000_000
_LEAST_PROBABILITY = 0.001  # pairs below it are nobody's best
_TRAINED_ON = (("dob",), ("forename", "surname"), ("postcode",))
_BLOCKED_ON = (
    ("nhs_number",),
    ("upn",),
    ("local_id",),
    ("forename", "dob"),
    ("surname", "dob"),
    ("forename", "surname"),
    ("postcode", "forename"),
    ("postcode", "dob"),
    ("postcode", "surname"),
    ("address", "forename"),
)

Scored = Mapping[str, tuple[tuple[str, float], ...]]


def scored_by_splink(data: Data, seed: int) -> Scored:
    """For every contact the earlier rows, register or contact, with Splink's match weight, best first."""
    linker = trained_linker(data, seed)
    predicted = linker.inference.predict(threshold_match_probability=_LEAST_PROBABILITY).as_record_list()
    order = {case.row_id: place for place, case in enumerate((*data.known, *data.contacts))}
    contacts = {case.row_id for case in data.contacts}
    found: dict[str, list[tuple[str, float]]] = {row_id: [] for row_id in contacts}
    for row in predicted:
        first, second = sorted((row["row_id_l"], row["row_id_r"]), key=order.__getitem__)
        if second in contacts:
            found[second].append((first, row["match_weight"]))
    return {row_id: tuple(sorted(rows, key=lambda one: (-one[1], order[one[0]]))) for row_id, rows in found.items()}


def answers_of_splink(data: Data, scored: Scored, threshold: float) -> dict[str, Answer]:
    """Every contact linked to the best earlier row from this match weight on."""
    answers = {}
    for case in data.contacts:
        rows = scored[case.row_id]
        best = rows[0] if rows and rows[0][1] >= threshold else None
        answers[case.row_id] = Answer(None if best is None else best[0], linked=best is not None)
    return answers


def trained_linker(data: Data, seed: int) -> Any:
    """A Splink linker over all rows, trained without labels."""
    import pyarrow as pa
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    from splink import comparison_library as cl

    logging.getLogger("splink").setLevel(logging.ERROR)
    columns = _columns((*data.known, *data.contacts))
    has = {name for name, values in columns.items() if any(value is not None for value in values)}
    comparisons: list[Any] = [
        cl.NameComparison("forename").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        cl.DateOfBirthComparison("dob", input_is_string=True, datetime_format="%Y-%m-%d", invalid_dates_as_null=False),
        cl.JaroWinklerAtThresholds("address", [0.95, 0.88]),
        cl.LevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
    ]
    comparisons += [cl.ExactMatch("sex")] if "sex" in has else []
    comparisons += [
        cl.LevenshteinAtThresholds(name, [1, 2]) for name in ("nhs_number", "upn", "local_id") if name in has
    ]
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="row_id",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=[block_on(*names) for names in _BLOCKED_ON if has.issuperset(names)],
        retain_matching_columns=False,
    )
    db_api = DuckDBAPI()
    linker = Linker(db_api.register(pa.table(columns)), settings, log_level=logging.ERROR)
    share = len(data.contacts) / (len(data.known) + len(data.contacts)) ** 2
    linker._settings_obj._probability_two_random_records_match = max(1e-8, share)
    linker.training.estimate_u_using_random_sampling(max_pairs=_SAMPLED_PAIRS, seed=seed)
    for names in _TRAINED_ON:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*names))
    return linker


def _columns(cases: Sequence[Case]) -> dict[str, list[str | None]]:
    """Columns cleaned as one would for Splink: one form of dates, lower case, empty as null."""
    names = ("forename", "surname", "sex", "address", "postcode", "nhs_number", "upn", "local_id")
    columns: dict[str, list[str | None]] = {"row_id": [case.row_id for case in cases]}
    for name in names:
        columns[name] = [folded(getattr(case.told, name)).strip() or None for case in cases]
    columns["forename"] = [None if name and "unborn" in name else name for name in columns["forename"]]
    columns["sex"] = [
        None if value is None else value[0].replace("g", "f").replace("b", "m") for value in columns["sex"]
    ]
    columns["dob"] = [None if (birth := read_birth(case.told.dob)) is None else _iso(birth.digits) for case in cases]
    return columns


def _iso(digits: str) -> str:
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
