"""School exports: worked samples with their quirks, and one rule a test."""

from datetime import UTC, date, datetime

import pytest

from services.intake.domain.refusals import Refusal, Refused
from tests.builders.contacts import a_row, a_table
from tests.unit.intake.reading import child_of, defect_codes, only_draft, read_items, read_sample, story_of, themes_of


def test_a_file_with_a_byte_order_mark_quoted_newlines_and_another_column_order_is_read() -> None:
    zoe, max_ = read_sample("school_bom_quoted_newlines.csv")
    assert (zoe.pointer, max_.pointer) == ("/row/2", "/row/5")
    assert zoe.group == max_.group == "CP-2210"
    (draft,) = zoe.drafts
    assert [(n.forename, n.surname, n.use) for n in child_of(draft).names] == [
        ("Zoë", "O’Example", "official"),
        ("Zoë", "Sample", "usual"),
    ]
    assert child_of(draft).born_on == date(2012, 3, 9)
    assert child_of(draft).identifiers[0].normalised == "H840990118001"
    assert story_of(draft) == (
        'Zoë said:\n"I don’t sleep, and mum is always tired".\nShe misses Mondays.\n\n'
        "Action taken: Spoke with mum\n\nSchool record: attendance 84%"
    )
    assert draft.voice_of_child == "=I want it to stop"
    assert themes_of(draft) == [("AT1", "Attendance"), ("CM1", "Emotional wellbeing"), (None, "Friendship issues")]
    assert draft.markers == {"school_secondary"}
    assert draft.household == ("Max Example (sibling)", "Tia Example (sibling)")
    assert (draft.requested_service, draft.consent.status, draft.parents_informed) == ("tas", "given", True)
    assert draft.incident_at == datetime(2026, 11, 18, 14, 5, tzinfo=UTC)
    assert draft.referrer.email == "dsl@ferndale.example"
    assert defect_codes(draft) == {"column_unknown", "unknown_category"}
    (draft,) = max_.drafts
    assert (child_of(draft).age_years, draft.age_months) == ((4, 5), 48)
    assert (draft.parents_informed, draft.parents_informed_reason) == (False, "Not safe to tell")
    assert draft.consent.status == "unknown"
    assert story_of(draft) == "+44 number written on his hand. Unwashed clothes."
    assert defect_codes(draft) == {"column_unknown", "postcode_invalid"}


def test_a_windows_file_with_semicolons_is_read_and_each_guess_is_noted() -> None:
    chloe, theo, short, uma = read_sample("school_windows_1252_semicolons.csv")
    assert [child_of(item.drafts[0]).names[0].forename for item in (chloe, theo, short, uma)] == [
        "Chloé",
        "Théo",
        "Row",
        "Uma",
    ]
    guessed = {"delimiter_guessed", "encoding_guessed"}
    assert defect_codes(chloe.drafts[0]) == guessed | {"bad_date", "birth_date_missing"}
    assert defect_codes(theo.drafts[0]) == guessed | {"two_digit_year", "identifier_invalid"}
    assert defect_codes(short.drafts[0]) == {
        "delimiter_guessed",
        "ragged_row",
        "birth_date_missing",
        "concern_missing",
        "message_id_missing",
    }
    assert defect_codes(uma.drafts[0]) == {"delimiter_guessed", "ragged_row"}


@pytest.mark.parametrize("cell", ["=1+1", "+44 1632 960000", "-7", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_formula_cells_are_kept_verbatim(cell: str) -> None:
    draft = only_draft("school", a_table(a_row(Description=cell, ChildsWords=cell)))
    assert (draft.narrative, draft.voice_of_child) == (cell, cell)


def test_a_row_without_a_upn_is_valid() -> None:
    draft = only_draft("school", a_table(a_row(UPN="")))
    assert (child_of(draft).identifiers, child_of(draft).local_ref) == ((), None)
    assert defect_codes(draft) == set()


@pytest.mark.parametrize(
    ("group", "ages", "secondary"),
    [
        ("9", (13, 14), True),
        ("Year 7", (11, 12), True),
        ("Y6", (10, 11), False),
        ("R", (4, 5), False),
        ("N2", (2, 4), False),
    ],
)
def test_an_empty_date_of_birth_leaves_the_range_of_the_school_year(
    group: str, ages: tuple[int, int], secondary: bool
) -> None:
    draft = only_draft("school", a_table(a_row(DOB="", YearGroup=group)))
    assert (child_of(draft).age_years, "school_secondary" in draft.markers) == (ages, secondary)
    assert defect_codes(draft) == set()


def test_rows_of_one_incident_are_told_apart_by_their_child() -> None:
    first, second = read_items("school", a_table(a_row(), a_row(UPN="", Forename="Dan")))
    assert first.thread == "INC-1001|H840990118001"
    assert second.thread == "INC-1001|dan|example|2012 03 09"


def test_a_row_recorded_later_is_a_newer_item_of_the_same_thread() -> None:
    first, later = read_items("school", a_table(a_row(), a_row(RecordedAt="21/11/2026 08:00")))
    assert first.thread == later.thread
    assert first.identity != later.identity


def test_a_row_without_child_and_story_is_held_and_its_neighbours_are_read() -> None:
    good, empty = read_items("school", a_table(a_row(), {"IncidentRef": "INC-9", "LAESTAB": "8404999"}))
    assert len(good.drafts) == 1
    assert (empty.drafts, defect_codes(empty)) == ((), {"layout_not_understood"})


def test_a_file_without_one_readable_row_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        read_items("school", a_table({"IncidentRef": "INC-9"}))
    assert caught.value.reason is Refusal.NOTHING_READABLE


@pytest.mark.parametrize(
    ("status", "theme"),
    [("Permanent", "XC2"), ("permanently excluded", "XC2"), ("Suspension", "XC1"), ("None", None), ("", None)],
)
def test_an_exclusion_is_a_concern(status: str, theme: str | None) -> None:
    draft = only_draft("school", a_table(a_row(ExclusionStatus=status)))
    assert [found for found, _ in themes_of(draft)] == ["AT1", *([theme] if theme else [])]


def test_a_looked_after_pupil_is_marked() -> None:
    assert only_draft("school", a_table(a_row(CLA="Y", YearGroup="3"))).markers == {"looked_after"}
