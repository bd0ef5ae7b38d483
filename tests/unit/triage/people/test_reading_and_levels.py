"""How single fields are read and how far two of them agree, as tables."""

from datetime import date

import pytest

from services.triage.domain.people.births import birth_level, read_birth
from services.triage.domain.people.facts import Told, read_facts
from services.triage.domain.people.homes import home_level, read_home
from services.triage.domain.people.letters import distance, sound, words_of
from services.triage.domain.people.name_levels import family_level, given_level, in_another_order
from services.triage.domain.people.names import read_name
from services.triage.domain.people.numbers import NumberKind, number_level, read_number
from services.triage.matching_pack import load_model
from tests.builders.triage import POLICY_DIR

WORDS = load_model(POLICY_DIR, "county-durham").words


@pytest.mark.parametrize(
    ("a", "b", "level"),
    [
        ("Ella", "ELLA ", "same"),
        ("Anne-Marie", "Annemarie", "same"),
        ("Kate", "Katherine", "equivalent"),
        ("Sarah", "Sara", "equivalent"),
        ("Zaynab", "Zainab", "equivalent"),
        ("Mohammed", "Muhammad", "equivalent"),
        ("Mary", "Mary Jane", "part"),
        ("Ella", "Ella Rose", "equivalent"),
        ("Ella Rose", "Ella R", "equivalent"),
        ("Muhammad Ali", "Muhammad Omar", "part"),
        ("William", "Willaim", "slip"),
        ("Grace", "Olivia Grace", "part"),
        ("W", "William", "short"),
        ("Stella", "Stellan", "slip"),
        ("Rafe", "Tobin", "differ"),
        ("", "Tobin", None),
        ("Unknown", "Tobin", None),
    ],
)
def test_forenames_agree_as_far_as_this(a: str, b: str, level: str | None) -> None:
    one, other = read_name(a, "", WORDS), read_name(b, "", WORDS)
    assert given_level(one.given, other.given, WORDS.shared_first) == level


@pytest.mark.parametrize(
    ("a", "b", "level"),
    [
        ("O'Brien", "OBRIEN", "same"),
        ("Smith-Jones", "Jones Smith", "same"),
        ("al-Hassan", "Hassan", "same"),
        ("Kowalska", "Kowalski", "equivalent"),
        ("Clark", "Clarke", "equivalent"),
        ("Smith-Jones", "Jones", "part"),
        ("Thornlaw", "Thronlaw", "slip"),
        ("Thornlaw", "Yarlside", "differ"),
        ("", "Yarlside", None),
    ],
)
def test_surnames_agree_as_far_as_this(a: str, b: str, level: str | None) -> None:
    one, other = read_name("", a, WORDS), read_name("", b, WORDS)
    assert family_level(one.family, other.family) == level


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (("Xiaoming", "Zhang"), ("Zhang", "Xiaoming"), True),
        (("Minh An", "Nguyen"), ("An", "Nguyen Minh"), True),
        (("Varun", "Idrisson"), ("Idrison", "Varun"), True),
        (("Varun", "Idrisson"), ("Varun", "Elmshaw"), False),
        (("Varun", ""), ("", "Varun"), False),
    ],
)
def test_names_are_recognised_in_another_order(a: tuple[str, str], b: tuple[str, str], same: bool) -> None:
    assert in_another_order(read_name(*a, WORDS), read_name(*b, WORDS)) is same


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("2015-03-04", "20150304"),
        ("2015-03-04T00:00:00Z", "20150304"),
        ("04/03/2015", "20150304"),
        ("4.3.15", "20150304"),
        ("4-3-85", "19850304"),
        ("03/25/2015", "20150325"),
        ("20150304", "20150304"),
        ("4 March 2015", "20150304"),
        ("4th Mar 2015", "20150304"),
        ("2015-02-31", "20150231"),
        ("1900-01-01", None),
        ("00/00/0000", None),
        ("٢٠١٥-٠٣-٠٤", None),
        ("about five", None),
        ("", None),
    ],
)
def test_a_date_of_birth_is_read(text: str, digits: str | None) -> None:
    birth = read_birth(text)
    assert (None if birth is None else birth.digits) == digits


@pytest.mark.parametrize(
    ("a", "b", "level"),
    [
        ("2015-03-04", "2015-03-04", "same"),
        ("2015-01-01", "2015-01-01", "default"),
        ("2015-03-04", "2015-04-03", "swapped"),
        ("2015-03-04", "2018-03-04", "slip"),
        ("2015-03-12", "2015-03-21", "slip"),
        ("2019-03-12", "2020-03-12", "slip"),
        ("2015-03-04", "2015-03-27", "part"),
        ("2015-01-01", "2015-01-27", "differ"),
        ("2015-03-04", "2011-09-27", "differ"),
    ],
)
def test_dates_agree_as_far_as_this(a: str, b: str, level: str) -> None:
    one, other = read_birth(a), read_birth(b)
    assert one is not None
    assert other is not None
    assert birth_level(one, other) == level


@pytest.mark.parametrize(
    ("a", "b", "level"),
    [
        (("12 Elm Street", "DH1 9ZZ"), ("12 elm st.", "dh19zz"), "same"),
        (("12 Elm Street, Shildon", "DH1 9ZZ"), ("12 Elm Street", "DH1 9ZZ"), "same"),
        (("12 Elm Street", ""), ("12 Elm Street DH1 9ZZ", ""), "same"),
        (("12 Elm Street", "DH1 9ZZ"), ("12 Elm Street", "DL1 9ZP"), "near"),
        (("Flat 2, 12 Elm Street", "DH1 9ZZ"), ("12 Elm Street", "DH1 9ZZ"), "near"),
        (("", "DH1 9ZZ"), ("12 Elm Street", "DH1 9ZZ"), "near"),
        (("14 Elm Street", "DH1 9ZZ"), ("12 Elm Street", "DH1 9ZZ"), "part"),
        (("12 Oak Grove", "DL1 9ZP"), ("12 Elm Street", "DH1 9ZZ"), "differ"),
        (("No fixed abode", "ZZ99 3VZ"), ("No fixed abode", "ZZ99 3VZ"), None),
        (("12 Elm Street", ""), ("", "DH1 9ZZ"), None),
    ],
)
def test_homes_agree_as_far_as_this(a: tuple[str, str], b: tuple[str, str], level: str | None) -> None:
    assert home_level(read_home(*a), read_home(*b)) == level


@pytest.mark.parametrize(
    ("a", "b", "level"),
    [
        ("999 204 1870", "9992041870", "same"),
        ("9992041871", "9992041871", "unchecked"),
        ("9992041870", "9992041871", "slip"),
        ("9992041870", "9992048170", "slip"),
        ("9992041870", "9993770515", "differ"),
        ("4444444444", "4444444444", None),
        ("1234567890", "1234567890", None),
        ("none", "none", None),
    ],
)
def test_nhs_numbers_agree_as_far_as_this(a: str, b: str, level: str | None) -> None:
    ours, theirs = ([read] if (read := read_number(NumberKind.NHS, text)) else [] for text in (a, b))
    assert number_level(tuple(ours), tuple(theirs)) == level


def test_words_lose_marks_and_signs_and_whole_letters_are_written_out() -> None:
    assert words_of("Łukasz O’Brien-Žák Sørensen 3") == ("lukasz", "obrien", "zak", "sorensen")
    assert sound("mohammed") != sound("michael")


@pytest.mark.parametrize(
    ("a", "b", "steps"), [("ella", "elsa", 1), ("ella", "lela", 1), ("ella", "el", 2), ("a", "bcdefg", 4)]
)
def test_distance_counts_exchanged_neighbours_once(a: str, b: str, steps: int) -> None:
    assert distance(a, b) == steps


def test_a_date_to_come_is_when_a_child_is_expected_and_not_its_birthday() -> None:
    facts = read_facts(Told(surname="Kelder", dob="2026-09-20"), WORDS, date(2026, 6, 1))
    assert facts.unborn
    assert not facts.births
    assert [birth.digits for birth in facts.due] == ["20260920"]
