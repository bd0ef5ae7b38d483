"""The code tables: loaded once, complete, and strict about membership."""

import pytest

from shared.codes import UnknownCode, codes
from shared.errors import SettingsError

SIZES = {
    "concern_theme": 69,
    "marker": 46,
    "protective_factor": 12,
    "contact_outcome": 10,
    "ethnicity": 20,
    "referral_source": 22,
    "sex": 3,
    "dash_grade": 4,
    "disability": 13,
    "england_bank_holidays": 26,
    "agency_kind": 8,
}


@pytest.mark.parametrize(("name", "size"), SIZES.items())
def test_a_table_holds_all_its_codes(name: str, size: int) -> None:
    assert len(codes(name)) == size


def test_a_code_gives_its_label_and_attributes() -> None:
    theme = codes("concern_theme")["PH3"]
    assert theme.label == "any bruise or injury in a baby who is not mobile"
    assert theme.attributes["level"] == "5"
    assert theme.attributes["speed"] == "I"


def test_a_table_is_read_once() -> None:
    assert codes("marker") is codes("marker")


def test_an_unknown_code_is_refused_without_its_value() -> None:
    with pytest.raises(UnknownCode) as caught:
        codes("marker").checked("Johnny Example")
    assert "Johnny" not in str(caught.value)
    assert "Johnny Example" not in codes("marker")


@pytest.mark.parametrize("name", ["no_such_table", "../codes/marker", "", "marker.csv"])
def test_an_unknown_table_is_refused(name: str) -> None:
    with pytest.raises(SettingsError):
        codes(name)


def test_every_defect_says_whether_a_person_must_act() -> None:
    assert {codes("defect")[code].attributes["grade"] for code in codes("defect")} == {"note", "person"}


def test_agency_kinds_of_the_router_are_in_their_table() -> None:
    assert {"police", "school", "health", "vcs"} <= set(codes("agency_kind"))
