"""CSV as schools export it: every row stands alone, whatever its neighbours look like."""

import pytest

from services.intake.domain.refusals import Refusal, Refused
from services.intake.sources.csv_rows import MOST_ROWS, Row, read_table

KNOWN = frozenset({"upn", "forename", "surname", "description"})
HEADER = "UPN,Forename,Surname,Description\r\n"


def rows(text: str) -> list[tuple[int, tuple[str, ...], str | None]]:
    return [(row.number, row.cells, row.fault) for row in read_table(text.encode(), KNOWN).rows]


def test_quoted_newlines_and_commas_stay_in_their_cell() -> None:
    assert rows(HEADER + '1,A,B,"one,\r\ntwo"\r\n2,C,D,three\r\n') == [
        (2, ("1", "A", "B", "one,\ntwo"), None),
        (4, ("2", "C", "D", "three"), None),
    ]


def test_a_quote_that_is_never_closed_costs_no_following_row() -> None:
    body = HEADER + '1,A,B,"never closed\r\n2,C,D,fine\r\n3,"E,F\r\n4,G,H,"also fine"\r\n'
    assert read_table(body.encode(), KNOWN).rows == (
        Row(2, ("1", "A", "B", "never closed"), doubtful=True),
        Row(3, ("2", "C", "D", "fine")),
        Row(4, ('3,"E,F',), "ragged_row"),
        Row(5, ("4", "G", "H", "also fine")),
    )


def test_an_unclosed_quote_in_the_last_row_leaves_the_others_alone() -> None:
    assert [(number, fault) for number, _, fault in rows(HEADER + '1,A,B,x\n2,C,D,"cut off')] == [
        (2, None),
        (3, "ragged_row"),
    ]


def test_quotes_inside_a_quoted_cell_are_read_where_the_cells_still_fit() -> None:
    row = read_table((HEADER + '1,A,B,"He said "no" twice"\n').encode(), KNOWN).rows[0]
    assert (row.cells[:3], row.doubtful, row.fault) == (("1", "A", "B"), True, None)


def test_a_row_that_ends_too_early_at_the_end_of_the_file_is_a_fault() -> None:
    assert [(number, fault) for number, _, fault in rows(HEADER + "1,A,B,x\n2,C")] == [(2, None), (3, "ragged_row")]


def test_short_and_long_rows_elsewhere_are_kept() -> None:
    assert [fault for _, _, fault in rows(HEADER + "1,A\n2,C,D,x,y\n3,E,F,z\n")] == [None, None, None]


def test_a_row_with_thousands_of_cells_is_a_fault() -> None:
    assert [fault for _, _, fault in rows(HEADER + "1,A,B" + "," * 100_000 + "\n2,C,D,x\n")] == ["ragged_row", None]


def test_blank_lines_are_no_rows() -> None:
    assert [number for number, _, _ in rows("\n" + HEADER + "\n1,A,B,x\n,,,\n \n2,C,D,y\n")] == [4, 7]


def test_a_nul_byte_spoils_its_row_only() -> None:
    assert [fault for _, _, fault in rows(HEADER + "1,A\x00,B,x\n2,C,D,y\n")] == ["bad_character", None]


def test_bytes_that_are_not_utf8_are_guessed_row_by_row() -> None:
    body = HEADER.encode() + "1,Zoë,B,x\n".encode() + "2,Chloé,D,y\n".encode("cp1252") + b"3,\x81,E,z\n"
    assert read_table(body, KNOWN).rows == (
        Row(2, ("1", "Zoë", "B", "x")),
        Row(3, ("2", "Chloé", "D", "y"), guessed=True),
        Row(4, ("3", "\udc81", "E", "z"), "bad_character"),
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_byte_order_mark_or_the_place_of_zero_bytes_says_how_to_read(encoding: str) -> None:
    table = read_table((HEADER + "1,Zoë,B,x\r\n").encode(encoding), KNOWN)
    assert (table.header[0], table.rows[0].cells[1]) == ("UPN", "Zoë")


def test_a_declared_charset_is_believed() -> None:
    assert read_table((HEADER + "1,Zoë,B,x\n").encode("cp1252"), KNOWN, "windows-1252").rows[0] == Row(
        2, ("1", "Zoë", "B", "x")
    )


@pytest.mark.parametrize(("delimiter", "guessed"), [(",", False), (";", True), ("\t", True), ("|", True)])
def test_other_delimiters_are_found_by_the_header(delimiter: str, guessed: bool) -> None:
    table = read_table((HEADER + "1,A,B,x\n").replace(",", delimiter).encode(), KNOWN)
    assert (table.delimiter_guessed, table.rows[0].cells) == (guessed, ("1", "A", "B", "x"))


def test_columns_are_found_by_name_in_any_order_and_spelling() -> None:
    table = read_table(b"sur name,Fore_Name\nB,A\n", KNOWN)
    assert (table.header, table.rows[0].cells) == (("sur name", "Fore_Name"), ("B", "A"))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b" \r\n", Refusal.EMPTY_BODY),
        (b"one,two\n1,2\n", Refusal.UNKNOWN_HEADER),
        (b'{"a": 1}', Refusal.NOT_CSV),
        (b"<xml/>", Refusal.NOT_CSV),
        (b"\x00\x01\x02\x03", Refusal.NOT_CSV),
        ((HEADER + "1,A,B,x\n" * (MOST_ROWS + 1)).encode(), Refusal.TOO_MANY_ITEMS),
    ],
    ids=["blank", "unknown columns", "JSON", "XML", "binary", "too many rows"],
)
def test_what_is_no_such_table_is_refused(body: bytes, reason: Refusal) -> None:
    with pytest.raises(Refused) as caught:
        read_table(body, KNOWN)
    assert caught.value.reason is reason


def test_a_file_of_broken_quotes_is_worked_off_in_bounded_time_and_every_row_has_a_verdict() -> None:
    found = rows(HEADER + '1,A,B,"x\n' * 1_900)
    assert len(found) == 1_900
    assert [number for number, _, _ in found] == list(range(2, 1_902))
