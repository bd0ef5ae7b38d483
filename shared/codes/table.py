"""Reads the code tables: three columns (code, label, notes or source), codes unique, the file's order kept."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType

from shared.errors import PermanentFailure, ReasonCode, SettingsError

_HERE = Path(__file__).parent


class UnknownCode(PermanentFailure):
    """A code that its table does not hold. It names the table, never the value: a value may be somebody's free text."""

    def __init__(self, table: str) -> None:
        super().__init__(ReasonCode.UNKNOWN_CODE, table=table)


@dataclass(frozen=True, slots=True)
class Code:
    """One row. notes: the third column; `k=v;k=v` notes are also there as `attributes`."""

    code: str
    label: str
    notes: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class CodeTable:
    """One code list in its file's order: `code in table`, `table[code].label`, iteration over the codes."""

    name: str
    rows: Mapping[str, Code]

    def __contains__(self, code: object) -> bool:
        return code in self.rows

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, code: str) -> Code:
        """The row of `code`. Raises UnknownCode."""
        try:
            return self.rows[code]
        except KeyError:
            raise UnknownCode(self.name) from None

    def label(self, code: str) -> str:
        """What people read for `code`. Raises UnknownCode."""
        return self[code].label

    def checked(self, code: str) -> str:
        """`code` itself where the table holds it. Raises UnknownCode."""
        return self[code].code


def _attributes(notes: str) -> Mapping[str, str]:
    pairs = (part.split("=", 1) for part in notes.split(";") if "=" in part)
    return MappingProxyType({key.strip(): value.strip() for key, value in pairs})


@cache
def codes(name: str) -> CodeTable:
    """The code table `name`, such as `codes("concern_theme")`. Raises SettingsError for an unknown name."""
    path = _HERE / f"{name}.csv"
    if not name.isidentifier() or not path.is_file():
        raise SettingsError(f"there is no code table {name!r} in shared/codes")
    rows: dict[str, Code] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for cells in list(csv.reader(file))[1:]:
            code, label, notes = (*cells, "", "")[:3]
            if code in rows:
                raise SettingsError(f"shared/codes/{name}.csv: code {code!r} stands there twice")
            rows[code] = Code(code, label, notes, _attributes(notes))
    return CodeTable(name, MappingProxyType(rows))
