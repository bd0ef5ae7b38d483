"""The word tables: every code in them exists, and words are matched as people write them."""

import pytest

from services.intake.sources.words import Meaning, category, value, word_key


@pytest.mark.parametrize(
    ("kind", "word", "theme"),
    [
        ("school", "Attendance", "AT1"),
        ("school", "attendance ", "AT1"),
        ("school", "Safeguarding: Neglect", "NE2"),
        ("vcs", "Anti-social behaviour", "AS1"),
        ("health", "PH3", "PH3"),
        ("health", "any bruise or injury in a baby who is not mobile", "PH3"),
        ("vcs", "DA4 - high grade", "DA4"),
        ("school", "Parent’s mental health", None),
    ],
)
def test_a_word_is_found_whatever_its_case_and_punctuation(kind: str, word: str, theme: str | None) -> None:
    meaning = category(kind, word)
    assert (meaning.theme if meaning else None) == theme


def test_a_word_without_safe_meaning_is_known_and_carries_no_theme() -> None:
    assert category("police", "Concern for safety") == Meaning(None)


@pytest.mark.parametrize("word", ["", " ", "???", "purple hair", "a" * 100_000, "/" * 5_000])
def test_an_unknown_word_has_no_meaning(word: str) -> None:
    assert category("vcs", word) is None


def test_a_word_of_one_kind_means_nothing_to_another() -> None:
    assert category("police", "Missing person") == Meaning(None)
    assert category("school", "Missing person") is None


def test_values_are_looked_up_in_their_own_list() -> None:
    assert (value("sex", "Boy"), value("role", "Boy"), value("consent", "Not asked yet.")) == ("M", None, "not_sought")


def test_words_are_compared_without_case_punctuation_and_apostrophes() -> None:
    assert word_key("  Child’s-Mental  HEALTH! ") == "childs mental health"
