"""How often each level is seen between records of one child (m) and of two (u), learnt by Splink without labels.

Splink sees the very levels that are scored online: DuckDB asks our comparison for each pair. Needs the extra `people`.
"""

import logging
from collections.abc import Mapping
from datetime import date
from typing import Any

from deploy.mash.people.evaluation.data import Case, Data
from services.triage.domain.people.commonness import Commonness
from services.triage.domain.people.comparing import compare
from services.triage.domain.people.facts import Facts, read_facts
from services.triage.domain.people.weights import LEVELS, MISSING, Field, Model

Odds = Mapping[Field, Mapping[str, tuple[float, float]]]

_COLUMNS = {
    Field.FORENAME: "forename",
    Field.SURNAME: "surname",
    Field.BIRTH: "dob",
    Field.SEX: "sex",
    Field.HOME: "postcode",
    Field.NHS_NUMBER: "nhs_number",
    Field.UPN: "upn",
}
_TRAINED_ON = (("dob",), ("forename", "surname"), ("postcode", "forename"))
_SAMPLED_PAIRS = 500_000
_LARGEST_CACHE = 2_000_000
_NO_LEVEL = -1


class Agreement:
    """The levels of a pair of rows, as numbers a database can compare."""

    def __init__(self, data: Data, model: Model, on: date) -> None:
        """data: the rows that will be asked about."""
        rows = (*data.known, *data.contacts)
        self._facts = {case.row_id: read_facts(case.told, model.words, on) for case in rows}
        self._model = model
        self._common = Commonness(model.words, (self._facts[case.row_id] for case in data.known))
        self._fields = {column: place for place, column in enumerate(_COLUMNS.values())}
        self._found: dict[tuple[str, str], tuple[int, ...]] = {}

    def level(self, column: str, left: str, right: str) -> int:
        """The number of the level of one field, in the order of LEVELS; -1 where it is missing."""
        pair = (left, right)
        levels = self._found.get(pair)
        if levels is None:
            if len(self._found) >= _LARGEST_CACHE:
                self._found.clear()
            levels = self._found[pair] = self._levels(self._facts[left], self._facts[right])
        return levels[self._fields[column]]

    def birth(self, row_id: str) -> str | None:
        """The date of birth of a row, in one form."""
        return min((birth.digits for birth in self._facts[row_id].births), default=None)

    def _levels(self, left: Facts, right: Facts) -> tuple[int, ...]:
        found = compare(left, right, self._model, self._common)
        return tuple(
            _NO_LEVEL if (level := found.level(field)) == MISSING else LEVELS[field].index(level) for field in _COLUMNS
        )


def learn_odds(data: Data, model: Model, on: date, seed: int) -> Odds:
    """m and u of every level that was seen. model: whose name tables are used; its weights change nothing here."""
    linker = _linker(data, Agreement(data, model, on))
    linker.training.estimate_u_using_random_sampling(max_pairs=_SAMPLED_PAIRS, seed=seed, min_count_per_level=None)
    from splink import block_on

    for columns in _TRAINED_ON:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*columns))
    comparisons = linker.misc.save_model_to_json()["comparisons"]
    by_column = {row["output_column_name"]: row["comparison_levels"] for row in comparisons}
    return {field: _odds(LEVELS[field], by_column[column]) for field, column in _COLUMNS.items()}


def _odds(levels: tuple[str, ...], rows: list[dict[str, Any]]) -> dict[str, tuple[float, float]]:
    learnt = [row for row in rows if not row.get("is_null_level")]
    found = {}
    for level, row in zip(levels, learnt, strict=True):
        m, u = row.get("m_probability"), row.get("u_probability")
        if isinstance(m, float) and isinstance(u, float):
            found[level] = (m, u)
    return found


def _linker(data: Data, agreement: Agreement) -> Any:
    import duckdb
    import pyarrow as pa
    from splink import DuckDBAPI, Linker, SettingsCreator

    logging.getLogger("splink").setLevel(logging.ERROR)
    connection = duckdb.connect()
    connection.create_function("agreement", _asked(agreement), ["VARCHAR"] * 3, "INTEGER")
    db_api = DuckDBAPI(connection)
    settings = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="row_id",
        comparisons=[_comparison(field, column) for field, column in _COLUMNS.items()],
        retain_matching_columns=False,
        probability_two_random_records_match=1 / max(1, len(data.known)),
    )
    tables = [db_api.register(pa.table(_columns(cases, agreement))) for cases in (data.known, data.contacts)]
    return Linker(tables, settings, log_level=logging.ERROR)


def _asked(agreement: Agreement) -> Any:
    def asked(column: str, left: str, right: str) -> int:
        return agreement.level(column, left, right)

    return asked


def _comparison(field: Field, column: str) -> dict[str, Any]:
    """A comparison with our levels. It names the column too, so that Splink knows what a blocking rule fixes."""
    asked = f'agreement(\'{column}\', "row_id_l", "row_id_r")'
    null = {"sql_condition": f'"{column}_l" is null or "{column}_r" is null or {asked} = -1', "is_null_level": True}
    levels = [{"sql_condition": f"{asked} = {place}"} for place in range(len(LEVELS[field]) - 1)]
    return {"output_column_name": column, "comparison_levels": [null, *levels, {"sql_condition": "ELSE"}]}


def _columns(cases: tuple[Case, ...], agreement: Agreement) -> dict[str, list[str | None]]:
    """What blocking rules look at; the comparisons ask for the whole facts."""
    columns: dict[str, list[str | None]] = {"row_id": [case.row_id for case in cases]}
    for column in _COLUMNS.values():
        columns[column] = [getattr(case.told, column).strip().casefold() or None for case in cases]
    columns["dob"] = [agreement.birth(case.row_id) for case in cases]
    columns["postcode"] = [case.told.postcode or case.told.address or None for case in cases]
    return columns
