"""Every answer shows what counted, in which words, by which clause, what is open, and what would change it."""

from datetime import date

import pytest

from services.triage.domain.outcomes import Reason, Score
from services.triage.domain.scoring import assess
from services.triage.policy import load_policy
from shared.messages.assessment import Factor
from shared.messages.contact import CanonicalContact, Concern, Consent, Defect, Severity
from shared.policy import read_pack
from tests.builders.triage import (
    POLICY_DIR,
    RECEIVED_ON,
    a_child,
    a_child_aged,
    a_concern,
    a_contact,
    a_place,
    an_entry,
    an_unborn_child,
    assessed,
    known_by,
)


def factor(score: Score, code: str) -> Factor:
    return next(one for one in score.factors if one.code == code)


def test_an_indicator_shows_its_words_its_field_and_its_clause() -> None:
    concern = Concern(theme="NE2", text="The  house was\ncold.", source="concern.categories[0]")
    found = factor(assessed(a_contact(concerns=(concern,))).score, "NE2")
    assert found == Factor(
        kind="indicator",
        code="NE2",
        label="persistent neglect, home conditions, hunger",
        weight=4,
        speed="24",
        words="The house was cold.",
        source="concern.categories[0]",
        clause="indicators/NE2 (assumption)",
    )


def test_long_words_are_trimmed_to_what_a_screen_shows() -> None:
    found = factor(assessed(a_contact(concerns=(a_concern("AT1", "word " * 400),))).score, "AT1")
    assert found.words is not None
    assert len(found.words) == 200
    assert found.words.endswith("…")


def test_the_category_stands_in_where_there_is_no_text() -> None:
    concern = Concern(theme="AT1", category="Attendance")
    assert factor(assessed(a_contact(concerns=(concern,))).score, "AT1").words == "Attendance"


def test_an_indicator_from_a_marker_names_the_marker() -> None:
    found = factor(assessed(a_contact("DA2", markers=("child_present",))).score, "DA3")
    assert (found.source, found.clause) == ("child_present", "evidence/rules/child_present_at_incident (indicator DA3)")


def test_an_indicator_from_a_grade_shows_the_grade() -> None:
    concern = Concern(theme="DA2", severity=Severity(scheme="DASH", value="HIGH"), source="riskGrade")
    found = factor(assessed(a_contact(concerns=(concern,))).score, "DA4")
    assert (found.words, found.source) == ("DASH HIGH", "riskGrade.severity")


def test_a_multiplier_shows_what_it_adds_and_what_made_it_hold() -> None:
    found = factor(assessed(a_contact("MI1", "EX1")).score, "missing_and_exploitation")
    assert (found.kind, found.weight, found.source) == ("multiplier", 1, "EX1, MI1")


def test_a_priority_that_speeds_up_is_shown_as_the_senders_grade() -> None:
    concern = a_concern("CM1", grade=("FHIR", "urgent"))
    found = factor(assessed(a_contact(concerns=(concern,))).score, "sender_grade")
    assert (found.kind, found.weight, found.speed, found.words) == ("multiplier", 0, "24", "FHIR urgent")


def test_danger_says_whether_intake_or_triage_met_it() -> None:
    score = assessed(a_contact("SA2", danger_criteria=("hurt_now",))).score
    assert factor(score, "hurt_now").source == "danger_criteria"
    assert factor(score, "sexual_abuse_disclosure").source == "indicators and markers"


def test_words_that_prompted_intake_are_shown_with_the_prompt() -> None:
    seen = (
        Concern(text="passed out", source="text_prompt/carer_incapacitated"),
        Concern(text="left alone", source="text_prompt/alone_or_abandoned"),
    )
    contact = a_contact("AT1", concerns=(a_concern("AT1"), *seen), danger_criteria=("text_prompt",))
    found = factor(assessed(contact).score, "text_prompt")
    assert (found.kind, found.weight, found.words) == ("danger", 0, "left alone; passed out")


def test_words_in_a_text_are_shown_with_what_stands_around_them() -> None:
    score = assessed(a_contact("AT1", narrative="He said that he keeps a KNIFE under the bed at home.")).score
    found = factor(score, "weapon")
    assert (found.kind, found.weight, found.speed, found.source) == ("unknown", 0, None, "narrative")
    assert found.words == "He said that he keeps a KNIFE under the bed at home."


@pytest.mark.parametrize("written", ["Dad hits mum's face.", "Dad hits mum’s face.", "DAD HITS MUM'S FACE"])
def test_a_possessive_hides_no_words(written: str) -> None:
    found = factor(assessed(a_contact("AT1", narrative=written)).score, "domestic_abuse")
    assert found.words == written


def test_words_around_a_possessive_inside_a_phrase_are_shown() -> None:
    found = factor(
        assessed(a_contact("AT1", narrative="They fear she will be taken abroad's to marry.")).score, "fgm_or_marriage"
    )
    assert found.words == "They fear she will be taken abroad's to marry."


def test_an_unmapped_category_is_shown_and_listed_as_open() -> None:
    score = assessed(a_contact("AT1", concerns=(a_concern("AT1"), Concern(category="Peer on peer")))).score
    assert factor(score, "concern_without_indicator").words == "Peer on peer"
    assert "concern_without_indicator" in score.unknowns


def test_factors_stand_with_danger_first_and_the_heaviest_before_the_lighter() -> None:
    score = assessed(a_contact("AT1", "NE2", "SA2", protective=("safe_adult",), markers=("family_refuses_help",))).score
    assert [one.code for one in score.factors] == [
        "sexual_abuse_disclosure",
        "SA2",
        "NE2",
        "AT1",
        "refuses_help",
        "safe_adult",
    ]


def test_what_a_bare_contact_leaves_open_is_listed() -> None:
    contact = a_contact(
        "DA2",
        subject=a_child(born_on=None, addresses=()),
        consent=Consent(),
        parents_informed=None,
        voice_of_child=None,
        adults=(),
    )
    assert assessed(contact).score.unknowns == (
        "address",
        "birth_date",
        "consent",
        "domestic_abuse_grade",
        "household",
        "parents_informed",
        "voice_of_child",
    )


def test_a_complete_contact_leaves_nothing_open() -> None:
    assert assessed(a_contact("AT1")).score.unknowns == ()


def test_an_unborn_child_has_an_expected_date_and_no_voice_to_ask_for() -> None:
    contact = a_contact("UB1", subject=an_unborn_child(expected_on=None), voice_of_child=None)
    assert assessed(contact).score.unknowns == ("expected_date",)


def test_a_place_has_no_birth_date_to_ask_for() -> None:
    assert assessed(a_contact("AS1", subject=a_place(), voice_of_child=None)).score.unknowns == ()


@pytest.mark.parametrize(
    ("themes", "changes", "says"),
    [
        (("DA2",), {}, "If the child was present at the incident, this would be level 4."),
        (("DA2",), {}, "If the victim is pregnant, this would be level 5."),
        (("MI1",), {}, "If the child is missing now, this would be level 5."),
        (("PH1",), {"subject": a_child_aged(7)}, "If the child is not yet mobile, this would be level 5."),
        (("AT1", "NE2"), {}, "Without NE2 it would be level 2."),
        (("AT1",), {}, "It rests on AT1 alone: without it no indicator is left and a person decides."),
        (
            ("AT1",),
            {"markers": ("family_refuses_help",)},
            "A person may raise it to level 3: family refuses help, or agrees and does not act.",
        ),
        (
            ("AT1",),
            {"consent": Consent(status="refused")},
            "With the family's consent recorded, early help could be placed without waiting for a person.",
        ),
        (("SA2",), {}, "A danger criterion is met: nothing else in this contact changes the answer, a person decides."),
        ((), {}, "An indicator for the concern would replace the level shown, which is only a cautious start."),
    ],
)
def test_it_says_what_would_change_the_answer(themes: tuple[str, ...], changes: dict[str, object], says: str) -> None:
    assert says in assessed(a_contact(*themes, **changes)).score.changes


def test_it_names_the_day_by_which_one_more_contact_asks_for_a_review() -> None:
    changes = assessed(a_contact("AT1"), [an_entry(date(2026, 1, 5))]).score.changes
    assert "One more contact by 5 April 2026 would be number 3 in 90 days and ask for a review." in changes


def test_questions_already_answered_are_not_asked_again() -> None:
    changes = assessed(a_contact("DA2", markers=("child_present", "victim_pregnant"))).score.changes
    assert not any("present" in line or "pregnant" in line for line in changes)


def test_no_name_or_narrative_shows_in_the_repr_of_what_triage_holds() -> None:
    contact = a_contact("AT1", narrative="Secret words", subject=a_child())
    shown = repr(assessed(contact))
    assert "Secret" not in shown
    assert "Robin" not in repr(contact)


MEDWAY = load_policy(read_pack(POLICY_DIR, "medway", "continuum"))


def test_where_the_pack_raises_a_third_contact_the_level_it_would_make_is_said_with_the_date() -> None:
    contact = a_contact("AT2")
    changes = assess(
        contact, known_by(contact, [an_entry(date(2026, 1, 5))], MEDWAY), None, RECEIVED_ON, MEDWAY
    ).score.changes
    assert "One more contact by 5 April 2026 would make this level 4: number 3 in 90 days." in changes


def test_an_unknown_date_of_birth_says_what_it_would_change() -> None:
    known, unknown = a_contact("AT2"), a_contact("AT2", subject=a_child(born_on=None))
    assert "If the child is under 1, this would be level 4." in assessed(unknown).score.changes
    assert "If the child is under 1, this would be level 4." not in assessed(known).score.changes


@pytest.mark.parametrize(
    ("contact", "confidence"),
    [
        (a_contact("AT1"), "high"),
        (a_contact("AT1", subject=a_child(born_on=None)), "medium"),
        (a_contact("DA2"), "medium"),
        (a_contact(concerns=(a_concern("DA2", grade=("DASH", "STANDARD")),)), "high"),
        (a_contact("AT1", narrative="There was a knife."), "medium"),
        (a_contact("AT1", defects=(Defect(code="identifier_invalid", pointer="/child", message=""),)), "medium"),
        (a_contact("AT1", defects=(Defect(code="postcode_partial", pointer="/child", message=""),)), "high"),
        (a_contact("AT1", "ZZ9"), "low"),
        (a_contact(), "low"),
        (a_contact("AT1", danger_criteria=("text_prompt",)), "low"),
        (a_contact("SA2", "ZZ9"), "high"),
    ],
    ids=["all known", "age", "grade", "graded", "words", "defect", "note", "unread", "nothing", "prompt", "danger"],
)
def test_confidence_says_how_far_the_answer_rests_on_what_is_known(contact: CanonicalContact, confidence: str) -> None:
    assert assessed(contact).score.confidence == confidence


def test_an_unsettled_identity_leaves_the_history_open() -> None:
    assert assessed(a_contact("AT1"), identity=Reason.IDENTITY_UNCERTAIN).score.confidence == "medium"
