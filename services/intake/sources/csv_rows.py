"""CSV as schools export it: four delimiters, UTF-8 or Windows-1252, quotes that never close. Each row stands alone.

A row that cannot be read is handed over with its fault; it never takes a following row with it.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from services.intake.domain.refusals import Refusal, Refused
from services.intake.raw_text import wide_codec
from services.intake.sources.drafts import key_of

DELIMITERS = (",", ";", "\t", "|")
MOST_ROWS = 2_000
_MOST_ABOVE = 10  # lines that a header may stand below
_WIDEST = 3  # a row with this many times the header's cells is not a row of this table
_BUDGET = 20  # lines looked at per line of the file, before the rest counts as one broken row

csv.field_size_limit(8 * 1024 * 1024)


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """One row. number: its line in the file, from 1; fault: a defect code, then cells may be incomplete.

    guessed: read as Windows-1252; doubtful: its quotes were wrong and it was read as well as it could be.
    """

    number: int
    cells: tuple[str, ...]
    fault: str | None = None
    guessed: bool = False
    doubtful: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    """A header and its rows. delimiter_guessed: the columns were not separated by commas; above: before the header."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    delimiter_guessed: bool
    above: str = ""


def read_table(body: bytes, known: frozenset[str], charset: str | None = None) -> Table:
    """The table in `body`. known: column names in the form of `key_of`. Raises Refused where there is no such table."""
    text = _decode(body, charset).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise Refused(Refusal.EMPTY_BODY)
    lines = text.split("\n")
    first, delimiter, header = _find_header(lines, known)
    names = tuple(map(key_of, header))
    rows: list[Row] = []
    for row in _rows(lines, first + 1, delimiter, len(header)):
        if tuple(key_of(cell.strip()) for cell in row.cells) == names:
            continue  # Two exports joined into one file: the header again is nobody.
        rows.append(_judged(row, len(header), ends_open=row.number == len(lines)))
        if len(rows) > MOST_ROWS:
            raise Refused(Refusal.TOO_MANY_ITEMS)
    above = "\n".join(line for line in lines[:first] if line.strip() and not line.lower().startswith("sep="))
    return Table(header, tuple(rows), delimiter != ",", above)


def named_cells(table: Table, row: Row) -> tuple[dict[str, str], bool]:
    """The cells that say something by their columns, and whether two columns of one name contradict each other.

    A further cell of a name, one without a name and one beyond the last column have names that say where they stood.
    """
    cells: dict[str, str] = {"above the header": table.above} if table.above else {}
    first: dict[str, str] = {}
    doubled = False
    for place, cell in enumerate(row.cells):
        if not cell.strip():
            continue
        column = table.header[place] if place < len(table.header) else ""
        key = key_of(column)
        if not key:
            cells[f"column {place + 1}"] = cell
        elif key not in first:
            first[key] = cells[column] = cell
        elif first[key] != cell:
            doubled = True
            cells[f"{column} (column {place + 1})"] = cell
    return cells, doubled


def _decode(body: bytes, charset: str | None) -> str:
    """Two or four bytes a character, the declared charset, or UTF-8; other bytes wait as surrogates for their row."""
    codec = wide_codec(body)
    if codec:
        return body.decode(codec, "replace").removeprefix("\ufeff")
    if charset in ("windows-1252", "cp1252", "iso-8859-1", "latin1", "latin-1"):
        return body.decode("cp1252", "surrogateescape")
    return body.decode("utf-8-sig", "surrogateescape")


def _find_header(lines: list[str], known: frozenset[str]) -> tuple[int, str, tuple[str, ...]]:
    """Where the header stands, below a title or two; its delimiter and names. Raises Refused where there is none."""
    filled = islice((number for number, line in enumerate(lines) if line.strip()), _MOST_ABOVE + 1)
    refused = Refused(Refusal.UNKNOWN_HEADER)
    for place, number in enumerate(filled):
        try:
            return number, *_header(lines[number], known)
        except Refused as error:
            refused = error if place == 0 else refused
    raise refused


def _header(line: str, known: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    def columns(delimiter: str) -> tuple[str, ...]:
        try:
            return tuple(cell.strip() for cell in next(csv.reader([line[:200_000]], delimiter=delimiter)))
        except csv.Error:
            return ()

    found = {delimiter: columns(delimiter) for delimiter in DELIMITERS}
    matches = {delimiter: sum(key_of(name) in known for name in names) for delimiter, names in found.items()}
    best = max(DELIMITERS, key=lambda delimiter: matches[delimiter])
    if matches[best] < 2:
        other_format = "\x00" in line or line.lstrip()[:1] in ("{", "[", "<")
        raise Refused(Refusal.NOT_CSV if other_format else Refusal.UNKNOWN_HEADER)
    return best, found[best]


def _rows(lines: list[str], start: int, delimiter: str, width: int) -> Iterator[Row]:
    """Rows from line `start` (counted from 0) on; after a fault reading goes on with the very next line."""
    left = _BUDGET * len(lines) + 1_000
    while start < len(lines):
        reader = csv.reader((lines[n] + "\n" for n in range(start, len(lines))), delimiter=delimiter, strict=True)
        done = 0
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield Row(start + done + 1, tuple(cells))
                done = reader.line_num
            return
        except csv.Error as error:
            left -= reader.line_num
            yield _broken(lines[start + done], start + done + 1, delimiter, width, at_end="end of data" in str(error))
            start += done + 1
        if left < 0:
            yield Row(start + 1, (), "ragged_row")
            return


def _broken(line: str, number: int, delimiter: str, width: int, *, at_end: bool) -> Row:
    """A line whose quotes are wrong: read leniently where that gives the right number of cells, else a fault."""
    if not at_end:
        try:
            cells = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            cells = []
        if len(cells) == width:
            return Row(number, tuple(cells), doubtful=True)
    return Row(number, (line,), "ragged_row")


def _judged(row: Row, width: int, *, ends_open: bool) -> Row:
    """The row with bytes that are not UTF-8 read as Windows-1252, or with the fault that makes it unusable."""
    if row.fault:
        return row
    if any("\x00" in cell for cell in row.cells):
        return Row(row.number, row.cells, "bad_character")
    if len(row.cells) > _WIDEST * width or (ends_open and len(row.cells) < width):
        return Row(row.number, row.cells, "ragged_row")
    if all(cell.isascii() or not _escaped(cell) for cell in row.cells):
        return row
    try:
        cells = tuple(cell.encode("utf-8", "surrogateescape").decode("cp1252") for cell in row.cells)
    except UnicodeDecodeError:
        return Row(row.number, row.cells, "bad_character")
    return replace(row, cells=cells, guessed=True)


def _escaped(cell: str) -> bool:
    try:
        cell.encode()
    except UnicodeEncodeError:
        return True
    return False
