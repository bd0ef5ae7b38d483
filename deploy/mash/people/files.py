"""CSV files of people, read row by row whatever wrote them, and results no spreadsheet takes for a formula."""

import codecs
import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from deploy.mash.layout import UsageMistake

COLUMNS = ("id", "forename", "surname", "dob", "sex", "address", "postcode", "nhs_number", "upn")
_LONGEST_CELL = 100_000
_CHUNK = 1 << 20
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_DELIMITERS = (",", ";", "\t")


class Writer(Protocol):
    """Takes rows."""

    def writerow(self, row: Sequence[object], /) -> object:
        """Write one row."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. line: where it ends in the file, from 1. cells: by column name; a missing column reads as empty."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a CSV file with a header, in UTF-8, UTF-16 or Windows-1252. Raises UsageMistake before the first.

    Column names in any case; comma, semicolon or tab. Blank rows are left out. A quote without end refuses the file.
    """
    csv.field_size_limit(_LONGEST_CELL)
    encoding = _encoding(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        lines = (line.replace("\0", "") for line in file)
        header_line = next(lines, "")
        delimiter = max(_DELIMITERS, key=header_line.count)
        header = [name.strip().casefold() for name in next(csv.reader([header_line], delimiter=delimiter), [])]
        _check_header(path, header)
        rows = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            for cells in rows:
                if any(cell.strip() for cell in cells):
                    yield Row(rows.line_num + 1, dict(zip(header, (cell.strip() for cell in cells), strict=False)))
        except csv.Error as error:
            raise UsageMistake(f"{path}: line {rows.line_num + 1} is no CSV: {error}") from None


def _check_header(path: Path, header: list[str]) -> None:
    if "id" not in header:
        raise UsageMistake(f"{path}: the first line names no column id; columns are {', '.join(COLUMNS)}")
    twice = sorted({name for name in header if name in COLUMNS and header.count(name) > 1})
    if twice:
        raise UsageMistake(f"{path}: {', '.join(twice)} stands twice in the first line")


def _encoding(path: Path) -> str:
    """UTF-16 or UTF-8 by their mark; UTF-8 where every byte fits; else Windows-1252, as older systems write."""
    try:
        with path.open("rb") as file:
            first = file.read(4)
            if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return "utf-16"
            decoder = codecs.getincrementaldecoder("utf-8")()
            decoder.decode(first)
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    except OSError as error:
        raise UsageMistake(f"{path}: {error.strerror}") from error
    return "utf-8-sig"


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A CSV file that is there whole or not at all."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            yield csv.writer(file)
        unfinished.replace(path)
    except OSError as error:
        raise UsageMistake(f"{path}: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)


def harmless(cell: str) -> str:
    """A cell a spreadsheet shows and does not run: text that starts like a formula gets an apostrophe before it."""
    if not cell.startswith(_FORMULA):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell
