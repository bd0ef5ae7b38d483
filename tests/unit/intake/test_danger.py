"""Immediate danger: every criterion by its structured fields, and a corpus of words that must and must not prompt."""

import time
from pathlib import Path

import pytest

from services.intake.domain.danger import (
    Criterion,
    DangerRules,
    Facts,
    When,
    criteria_met,
    criterion_codes,
    prompts_in,
    read_phrase,
)
from services.intake.policy import danger_policy

POLICY = danger_policy(Path(__file__).parents[3] / "deploy" / "policy", "county-durham")


def met(*codes: str, age_months: int | None = None) -> tuple[str, ...]:
    themes = frozenset(code for code in codes if code.isupper())
    return criteria_met(Facts(themes, frozenset(codes) - themes, age_months), POLICY.rules)


@pytest.mark.parametrize(
    ("codes", "criterion"),
    [
        (("PH3",), "non_mobile_baby_injury"),
        (("child_injured", "child_not_mobile"), "non_mobile_baby_injury"),
        (("PH1", "child_not_mobile"), "non_mobile_baby_injury"),
        (("SA2",), "sexual_abuse_disclosure"),
        (("SU4",), "carer_incapacitated"),
        (("PM3",), "carer_psychosis_or_suicidal"),
        (("SH2",), "suicide_attempt"),
        (("MI3",), "missing_now"),
        (("missing_now",), "missing_now"),
        (("FG2",), "fgm_done_or_imminent"),
        (("HB1",), "forced_marriage_or_honour"),
        (("RA2",), "intent_to_harm"),
        (("AB1",), "no_carer"),
        (("weapon", "perpetrator_can_reach_child"), "weapon_or_strangulation_reachable"),
        (("strangulation", "perpetrator_can_reach_child"), "weapon_or_strangulation_reachable"),
        (("strangulation", "perpetrator_out_of_custody", "child_present"), "weapon_or_strangulation_reachable"),
        (("medical_care_refused",), "medical_care_refused"),
        (("police_protection",), "police_protection_or_custody"),
        (("child_in_custody",), "police_protection_or_custody"),
        (("sender_says_immediate",), "sender_says_immediate"),
    ],
)
def test_a_structured_field_meets_its_criterion(codes: tuple[str, ...], criterion: str) -> None:
    assert met(*codes) == (criterion,)


@pytest.mark.parametrize(
    "codes",
    [
        (),
        ("DA4", "PH2", "NE3", "EX3", "UB3"),
        ("weapon",),
        ("strangulation", "victim_pregnant"),
        ("strangulation", "perpetrator_out_of_custody"),
        ("missing_returned", "missing_repeat", "MI2"),
        ("child_injured", "PH1"),
        ("threat_to_kill", "perpetrator_can_reach_child"),
    ],
)
def test_what_is_serious_without_being_immediate_meets_none(codes: tuple[str, ...]) -> None:
    assert met(*codes, age_months=80) == ()


@pytest.mark.parametrize(
    ("age_months", "criteria"),
    [(0, ("non_mobile_baby_injury",)), (5, ("non_mobile_baby_injury",)), (6, ()), (None, ())],
)
def test_an_injury_under_six_months_is_one_of_a_baby_who_is_not_mobile(
    age_months: int | None, criteria: tuple[str, ...]
) -> None:
    assert met("child_injured", age_months=age_months) == criteria
    assert met("PH2", age_months=age_months) == criteria


def test_several_criteria_come_in_the_order_of_the_pack() -> None:
    assert met("sender_says_immediate", "SH2", "PH3") == (
        "non_mobile_baby_injury",
        "suicide_attempt",
        "sender_says_immediate",
    )


# Each of the 17 kinds of danger in words that people write; the last column names the criterion whose words are seen.
MUST_PROMPT = [
    ("Please come, the child is in immediate danger", "hurt_now"),
    ("she says she can't breathe", "hurt_now"),
    ("He is too scared to go home tonight.", "hurt_now"),
    ("Both toddlers had been left alone in the house overnight", "alone_or_abandoned"),
    ("found HOME   ALONE, aged 5", "alone_or_abandoned"),
    ("A bruise was seen on the cheek of the baby", "non_mobile_baby_injury"),
    ("Bruising, 7 weeks old, no account", "non_mobile_baby_injury"),
    ("She told me grandad touched her private parts", "sexual_abuse_disclosure"),
    ("alleges she was raped at the party", "sexual_abuse_disclosure"),
    ("Mum had passed out on the sofa with the baby crying", "carer_incapacitated"),
    ("dad could not be woken", "carer_incapacitated"),
    ("She is hearing voices telling her to hurt him", "carer_psychosis_or_suicidal"),
    ("says she will kill herself and take the kids with her", "carer_psychosis_or_suicidal"),
    ("took an overdose this morning", "suicide_attempt"),
    ("He wants to die and has written a goodbye note", "suicide_attempt"),
    ("swallowed about twenty paracetamol; taken at 3pm", "suicide_attempt"),
    ("She has not been seen since Friday", "missing_now"),
    ("whereabouts unknown", "missing_now"),
    ("FGM ceremony planned", "fgm_done_or_imminent"),
    ("being forced to marry her cousin", "forced_marriage_or_honour"),
    ("the girl fears honour-based violence", "forced_marriage_or_honour"),
    ("He wrote 'I will kill them all' in his book", "intent_to_harm"),
    ("he poured petrol round the house", "intent_to_harm"),
    ("no-one to look after the children, mum arrested", "no_carer"),
    ("He held a knife to her", "weapon_or_strangulation_reachable"),
    ("put his hands round her neck", "weapon_or_strangulation_reachable"),
    ("tried to strangle her", "weapon_or_strangulation_reachable"),
    ("no weapon was seen", "weapon_or_strangulation_reachable"),
    ("parents refuse all treatment for the infection", "medical_care_refused"),
    ("withholding insulin", "medical_care_refused"),
    ("taken into police protection at 21:00", "police_protection_or_custody"),
    ("Mum wants to take the baby from hospital today", "removal_from_safety"),
    ("leaving the ward against medical advice", "removal_from_safety"),
]

DISGUISED = [
    "He has a KNIFE",
    "he has a kn\u00edfe",
    "he has a k\u200bn\u200bi\u200bf\u200be",
    "he has a kni\u00adfe",
    "he has a \uff4b\uff4e\uff49\uff46\uff45",
    "he has a kn\u0456f\u0435",
    "he has a k\u0301nife",
    "he has a\r\n\tknife!",
    "\u202ehe has a \u202dknife",
    "<b>knife</b>",
    "knife",
]

MUST_NOT_PROMPT = [
    "Attendance has dropped since half term and she is often late.",
    "Mum would like help with routines and has asked for parenting support.",
    "He was suspended for two days after an argument in class.",
    "The family is in debt and uses the food bank.",
    "The kitchen was untidy; the children were well dressed and playing.",
    "He is at immediate risk of exclusion from school.",
    "She was bombarded with messages by class mates.",
    "Grandmother died in the spring and he misses her.",
    "They moved home to be closer to the school.",
    "A mark on the shin was explained as a football injury.",
    "The parents argue about money most evenings; nobody was hurt.",
    "Her brother has a new baby sister. She fell off her bike last year and had a bruise on her knee then.",
    "strangely quiet in class, engaged well",
    "begun a course; gunwale; knifelike",
    "",
]


@pytest.mark.parametrize(("text", "criterion"), MUST_PROMPT)
def test_words_of_danger_prompt_a_person(text: str, criterion: str) -> None:
    assert criterion in [prompt.criterion for prompt in prompts_in(text, POLICY.rules)]


@pytest.mark.parametrize("text", DISGUISED)
def test_words_prompt_in_any_case_accent_or_disguise(text: str) -> None:
    assert [prompt.phrase for prompt in prompts_in(text, POLICY.rules)] == ["knife"]


@pytest.mark.parametrize("text", MUST_NOT_PROMPT)
def test_everyday_words_prompt_nobody(text: str) -> None:
    assert prompts_in(text, POLICY.rules) == ()


def test_every_criterion_with_words_is_in_the_corpus() -> None:
    with_words = {criterion.code for criterion in POLICY.rules.criteria if criterion.phrases}
    assert {criterion for _, criterion in MUST_PROMPT} == with_words


def test_a_text_hit_never_names_a_criterion_as_met() -> None:
    prompts = prompts_in("He held a knife to her", POLICY.rules)
    assert criterion_codes((), prompts) == ("text_prompt",)
    assert criterion_codes(("missing_now",), prompts) == ("missing_now", "text_prompt")
    assert criterion_codes((), ()) == ()


@pytest.mark.parametrize("length", [0, 100, 32_700, 32_760, 32_767, 32_800, 65_500, 200_000])
def test_words_are_found_wherever_they_stand_in_a_long_text(length: int) -> None:
    text = ("filler " * (length // 7 + 1))[:length] + " he held a knife to her " + "filler " * 9_000
    assert [prompt.phrase for prompt in prompts_in(text, POLICY.rules)] == ["knife"]


def test_words_of_two_fields_are_no_phrase() -> None:
    assert prompts_in("home\x1ealone", POLICY.rules) == ()


@pytest.mark.parametrize(
    "unit", ["Ж", "bruise baby ", "baby " + "x " * 9 + "bruise " + "y " * 9, "a", " ", "\u0301", "k\u200b"]
)
def test_a_hostile_text_of_four_mebibytes_is_searched_in_seconds(unit: str) -> None:
    text = (unit * (4_194_304 // len(unit)))[:4_194_304]
    started = time.perf_counter()
    prompts_in(text, POLICY.rules)
    assert time.perf_counter() - started < 15


def test_near_words_count_within_eight_words_and_in_either_order() -> None:
    rules = DangerRules("t@1", (Criterion("c", "l", "s", phrases=(read_phrase("bruis* & baby"),)),))
    near, far = "bruising " + "w " * 7 + "baby", "bruising " + "w " * 8 + "baby"
    assert [bool(prompts_in(text, rules)) for text in (near, far, "baby with a bruise", "a bruised babysitter")] == [
        True,
        False,
        True,
        False,
    ]


def test_all_parts_of_one_way_must_hold() -> None:
    way = When(themes=frozenset({"PH1"}), any_of=frozenset({"weapon"}), all_of=frozenset({"child_present"}))
    rules = DangerRules("t@1", (Criterion("c", "l", "s", when=(way,)),))
    assert criteria_met(Facts(frozenset({"PH1"}), frozenset({"weapon", "child_present"})), rules) == ("c",)
    assert criteria_met(Facts(frozenset({"PH1"}), frozenset({"weapon"})), rules) == ()
    assert criteria_met(Facts(frozenset({"PH1"}), frozenset({"child_present"})), rules) == ()
    assert criteria_met(Facts(frozenset(), frozenset({"weapon", "child_present"})), rules) == ()
