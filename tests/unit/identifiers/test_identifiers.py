"""Each identifier type against the invented test values, and the traps the research found."""

import csv
from pathlib import Path

import pytest

from shared.identifiers import (
    InvalidIdentifier,
    NhsNumber,
    PncId,
    Postcode,
    Upn,
    Uprn,
    is_pseudo_postcode,
    read_district,
)

Kind = type[NhsNumber] | type[Upn] | type[Uprn] | type[Postcode] | type[PncId]
KINDS: dict[str, Kind] = {"nhs_number": NhsNumber, "upn": Upn, "uprn": Uprn, "postcode": Postcode, "pnc": PncId}
with (Path(__file__).parent / "test_values.csv").open(newline="") as file:
    VALUES = [tuple(row.values()) for row in csv.DictReader(file)]


@pytest.mark.parametrize(("kind", "value", "valid", "normalised", "reason"), VALUES)
def test_every_test_value_is_judged_and_normalised_as_listed(
    kind: str, value: str, valid: str, normalised: str, reason: str
) -> None:
    if valid == "1":
        assert KINDS[kind].parse(value).value == normalised
    else:
        with pytest.raises(InvalidIdentifier):
            KINDS[kind].parse(value)


@pytest.mark.parametrize("digit", "0123456789")
def test_no_repeated_digit_is_an_nhs_number(digit: str) -> None:
    with pytest.raises(InvalidIdentifier, match="repeated digit"):
        NhsNumber.parse(digit * 10)


@pytest.mark.parametrize("kind", KINDS.values())
@pytest.mark.parametrize("text", ["٩٩٩٢٠٤١٨٧٠", "９９９２０４１８７０", "", " ", "x" * 10_000, "\x00", "1\n"])
def test_other_digits_blank_and_long_text_are_refused_and_never_raise_anything_else(kind: Kind, text: str) -> None:
    if kind is Uprn and text == "1\n":
        assert kind.parse(text).value == "1"
        return
    with pytest.raises(InvalidIdentifier):
        kind.parse(text)


def test_a_temporary_upn_is_told_from_a_permanent_one() -> None:
    assert Upn.parse("u84099042105a").temporary
    assert not Upn.parse("H840990118001").temporary


def test_the_worked_example_of_two_suppliers_is_wrong_and_refused() -> None:
    with pytest.raises(InvalidIdentifier, match="check letter"):
        Upn.parse("Q207000016049")
    assert Upn.parse("P207000016049").value == "P207000016049"


def test_a_value_is_never_printed() -> None:
    assert "9992041870" not in repr(NhsNumber.parse("9992041870"))
    with pytest.raises(InvalidIdentifier) as caught:
        NhsNumber.parse("9992041871")
    assert "9992041871" not in str(caught.value)


def test_an_invalid_value_cannot_be_built_without_parsing_either() -> None:
    for kind, value in ((NhsNumber, "999 377 0515"), (Upn, "u84099042105a"), (Uprn, "042"), (Postcode, "NE289ZZ")):
        with pytest.raises(InvalidIdentifier):
            kind(value)


@pytest.mark.parametrize(
    ("text", "district"),
    [("ME7", "ME7"), ("dl14", "DL14"), ("EC1A", "EC1A"), ("DH", None), ("Q1", None), ("DH1 9ZZ", None), ("", None)],
)
def test_a_district_alone_is_kept_for_locality(text: str, district: str | None) -> None:
    assert read_district(text) == district


def test_the_district_of_a_postcode_is_its_outward_part() -> None:
    assert Postcode.parse("dl149zy").district == "DL14"


@pytest.mark.parametrize(("text", "pseudo"), [("ZZ99 3VZ", True), ("zz993vz", True), ("DH1 9ZZ", False), ("", False)])
def test_pseudo_postcodes_are_recognised(text: str, pseudo: bool) -> None:
    assert is_pseudo_postcode(text) is pseudo


def test_a_pnc_year_of_two_digits_gets_its_century() -> None:
    assert PncId.parse("04/12345D").value == "2004/0012345D"
    assert PncId.parse("98/765432G").value == "1998/0765432G"
