"""Tables as spreadsheets really make them: nothing in a cell is lost, nothing is guessed without being said."""

import pytest

from tests.builders.contacts import a_row, a_table
from tests.unit.intake.reading import child_of, defect_codes, only_draft, read_items

COLUMNS = tuple(a_row())


def a_line(**cells: str) -> str:
    """A row without any quoting, as a system writes it that knows no better."""
    return ",".join(a_row(**cells).values())


def a_plain_table(line: str, header: str = ",".join(COLUMNS)) -> bytes:
    return f"{header}\r\n{line}\r\n".encode()


def test_a_story_cut_apart_by_its_own_commas_is_kept_with_every_piece() -> None:
    draft = only_draft("school", a_plain_table(a_line(Description="He said, come here, now")))
    for piece in ("He said", "come here", "now"):
        assert piece in repr((draft.narrative, draft.consent, draft.parents_informed_reason))
    assert "ragged_row" in defect_codes(draft)


def test_cells_beyond_the_last_column_are_shown() -> None:
    draft = only_draft("school", a_plain_table(a_line() + ",he sleeps outside"))
    assert f"column {len(COLUMNS) + 1}: he sleeps outside" in (draft.narrative or "")
    assert "ragged_row" in defect_codes(draft)


@pytest.mark.parametrize("name", ["Description", "DESCRIPTION", "D\u00e9scription"])
def test_two_columns_of_one_name_that_differ_are_both_kept_for_a_person(name: str) -> None:
    draft = only_draft("school", a_plain_table(a_line() + ",He was hit", f"{','.join(COLUMNS)},{name}"))
    assert (draft.narrative or "").startswith("Attendance has dropped since half term.")
    assert f"{name} (column {len(COLUMNS) + 1}): He was hit" in (draft.narrative or "")
    assert "column_doubled" in defect_codes(draft)


@pytest.mark.parametrize("second", ["", "Attendance has dropped since half term."])
def test_two_columns_of_one_name_that_agree_are_one(second: str) -> None:
    draft = only_draft("school", a_plain_table(f"{a_line()},{second}", f"{','.join(COLUMNS)},Description"))
    assert "column_doubled" not in defect_codes(draft)


@pytest.mark.parametrize(
    ("written", "as_sent"),
    [
        ("Forename", "F\u00f3rename"),
        ("Forename", "FORE NAME"),
        ("Forename", "fore\u00a0name"),
        ("IncidentRef", "\ufeffIncidentRef"),
        ("Surname", "\u200bSurname"),
    ],
)
def test_a_column_is_known_by_its_letters(written: str, as_sent: str) -> None:
    body = a_table(a_row()).decode().replace(f"{written},", f"{as_sent},").encode()
    draft = only_draft("school", body)
    assert [(n.forename, n.surname) for n in child_of(draft).names] == [("Cara", "Example")]
    assert draft.incident_ref == "INC-1001"
    assert defect_codes(draft) == set()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_names_and_line_ends_survive_every_encoding(encoding: str) -> None:
    story = "First line\nsecond \u2013 line"
    draft = only_draft("school", a_table(a_row(Forename="Zo\u00eb", Description=story)).decode().encode(encoding))
    assert (child_of(draft).names[0].forename, draft.narrative) == ("Zo\u00eb", story)


@pytest.mark.parametrize("lead", [b"sep=;\r\n", b"Ferndale School;;;\r\nExport of 20/11/2026\r\n\r\n"])
def test_lines_before_the_header_do_not_cost_the_file(lead: bytes) -> None:
    draft = only_draft("school", lead + a_table(a_row(), delimiter=";"))
    assert child_of(draft).names[0].surname == "Example"


def test_a_header_in_the_middle_where_two_exports_were_joined_is_no_child() -> None:
    body = a_table(a_row()) + b"\xef\xbb\xbf" + a_table(a_row(IncidentRef="2", Forename="Dan", UPN=""))
    items = read_items("school", body)
    assert [[child_of(draft).names[0].forename for draft in item.drafts] for item in items] == [["Cara"], ["Dan"]]


def test_a_line_of_totals_is_held_for_a_person_and_costs_no_row() -> None:
    items = read_items("school", a_table(a_row()) + b"Total,1,,,,,\r\n")
    assert [len(item.drafts) for item in items] == [1, 0]
    assert [defect.code for defect in items[1].held] == ["layout_not_understood"]


def test_ten_thousand_columns_are_read() -> None:
    wide = a_table(a_row(c9999="He sleeps outside"), columns=(*COLUMNS, *(f"c{n}" for n in range(10_000))))
    assert "c9999: He sleeps outside" in (only_draft("school", wide).narrative or "")


@pytest.mark.parametrize(
    ("written", "read", "defects"),
    [
        ("29/02/2012", "2012-02-29", set()),
        ("2012/03/09", "2012-03-09", set()),
        ("09-Mar-2012", "2012-03-09", set()),
        ("9/3/12", "2012-03-09", {"two_digit_year"}),
        ("21/11/2026", "2026-11-21", set()),
        ("22/11/2026", None, {"future_date"}),
        ("41207", None, {"bad_date"}),
        ("31/02/2012", None, {"bad_date"}),
        ("29/02/2011", None, {"bad_date"}),
        ("05/13/2012", None, {"bad_date"}),
        ("09032012", None, {"bad_date"}),
    ],
)
def test_a_date_of_birth_is_read_as_it_can_only_be_meant_or_left_to_a_person(
    written: str, read: str | None, defects: set[str]
) -> None:
    draft = only_draft("school", a_table(a_row(DOB=written)))
    born = child_of(draft).born_on
    assert (born.isoformat() if born else None, defect_codes(draft)) == (read, defects)
    if "bad_date" in defects:
        assert f"DOB: {written}" in (draft.narrative or "")
