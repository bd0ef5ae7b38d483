"""Every code that the Durham packs and the rest of the system use has words; an unknown one is shown, not dropped."""

import pytest

from services.console.domain.attention_words import WHY
from services.console.domain.places import is_about_birth
from services.console.domain.words import DANGER, REASONS, UNKNOWNS
from services.console.words import Words, read_words
from services.intake.domain.refusals import Refusal
from services.router.domain.models import Reason as RouterReason
from services.triage.domain.outcomes import Reason as TriageReason
from shared.errors import ReasonCode
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


def _levels() -> list[dict[str, object]]:
    found: list[dict[str, object]] = read_pack(PACKS, "county-durham", "continuum").data["levels"]
    return found


def test_agencies_of_the_directory_have_names_and_others_their_id(words: Words) -> None:
    assert words.agency("school-ferndale") == "Ferndale School"
    assert words.agency("police-durham") == "Durham police"
    assert words.agency("school-of-nowhere") == "school-of-nowhere"
    assert words.recipient("one-point") == "One Point Family Centres, early help offer"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("concerns[0].text", "Concern 1"),
        ("concerns[11].severity", "Concern 12"),
        ("concerns[1].text.severity", "Concern 2"),
        ("/incident/type.severity", "Sent as incident › type"),
        ("/children/0/voice", "Sent as children › voice"),
        ("narrative", "The sender's words"),
        ("child_not_seen, NE2", "child was not seen, NE2"),
        ("somewhere/new", "somewhere/new"),
        ("", ""),
    ],
)
def test_where_a_factor_was_found_is_said_in_words(source: str, shown: str, words: Words) -> None:
    assert words.place(source) == shown


@pytest.mark.parametrize(
    ("pointer", "is_birth"),
    [
        ("/children/0/dob", True),
        ("/entry/2/resource/birthDate", True),
        ("/rows/1/Date of Birth", True),
        ("/incident/start", False),
        ("/dobbin", False),
    ],
)
def test_a_field_of_birth_is_told_from_other_dates(pointer: str, is_birth: bool) -> None:
    assert is_about_birth(pointer) is is_birth


def test_why_something_needs_a_person_has_words_for_every_code() -> None:
    assert {code.value for code in ReasonCode} | {code.value for code in Refusal} <= set(WHY)


def test_every_reason_of_router_and_triage_has_words() -> None:
    assert {reason.value for reason in RouterReason} | {reason.value for reason in TriageReason} <= set(REASONS)
    assert {row["reason"] for row in _levels() if row.get("reason")} <= set(REASONS)
    assert all(code == code.lower() and code.isascii() for code in REASONS)
