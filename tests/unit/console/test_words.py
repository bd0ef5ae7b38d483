"""Every code that the Durham packs and the rest of the system use has words; an unknown one is shown, not dropped."""

import pytest

from services.console.domain.words import DANGER, REASONS, UNKNOWNS
from services.console.words import Words, read_words
from shared.policy import read_pack
from shared.settings import ROOT

PACKS = ROOT / "deploy" / "policy"


@pytest.fixture(scope="module")
def words() -> Words:
    return read_words(PACKS, "county-durham")


def test_queues_come_from_the_catalogue_and_are_told_apart(words: Words) -> None:
    assert {queue.queue for queue in words.people_queues} == {
        "mash-urgent",
        "mash-screening",
        "mash-identity",
        "mash-restricted",
        "maps",
    }
    assert words.queue("one-point") == "One Point Family Centres, early help offer"
    assert words.queue("somewhere-new") == "somewhere-new"
    assert words.level(3) == "Level 3, Targeted early help"
    assert words.level(None) == "Level not yet scored"


def test_closing_outcomes_have_words(words: Words) -> None:
    assert words.closing_outcomes <= set(words.outcomes)
    assert words.of("outcome", "ADVICE") == "Information and advice"


def test_an_unknown_code_is_shown_as_it_is(words: Words) -> None:
    assert words.of("marker", "seen_on_the_moon") == "seen_on_the_moon"
    assert words.of("reason", "brand_new_reason") == "brand_new_reason"
    assert words.of("reason", None) == ""


def test_every_danger_criterion_of_the_pack_has_words() -> None:
    criteria = read_pack(PACKS, "county-durham", "danger").data["criteria"]

    assert {entry["code"] for entry in criteria} <= set(DANGER)


def test_everything_that_triage_can_leave_open_has_words() -> None:
    unknowns = read_pack(PACKS, "county-durham", "continuum").data["unknowns"]

    assert {entry["code"] for entry in unknowns} <= set(UNKNOWNS)


def test_reason_codes_are_those_of_the_catalogue() -> None:
    assert {"danger", "level_4_5", "consent_missing", "person_decided", "person_closed"} <= set(REASONS)
    assert all(code == code.lower() and code.isascii() for code in REASONS)
