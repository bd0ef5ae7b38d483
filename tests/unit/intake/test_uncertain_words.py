"""Words that do not say clearly what they mean are never read as the lower risk."""

from typing import Any

import pytest

from services.intake.domain.danger import prompts_in
from tests.builders.contacts import a_form, a_notice, as_json
from tests.unit.intake.preparing import POLICY, prepared
from tests.unit.intake.reading import child_of, defect_codes, only_draft


def _bruised(**child: Any) -> bytes:
    concern = {"categories": ["Bruising"], "whatHappened": "Seen at the drop-in today.", "immediateRisk": False}
    return as_json(a_form(child=[{"first": "Ben", "last": "Example", **child}], concern=concern))


@pytest.mark.parametrize(
    ("child", "danger"),
    [
        ({"age": "6/52"}, ("non_mobile_baby_injury",)),
        ({"age": "3 to 4 weeks"}, ("non_mobile_baby_injury",)),
        ({"age": "nearly 6 months"}, ("non_mobile_baby_injury",)),
        ({"dob": "1/9/26"}, ("non_mobile_baby_injury",)),
        ({"age": "6 months"}, ()),
        ({"age": "4"}, ()),
        ({"age": "a bit over the usual"}, ("text_prompt",)),
        ({}, ("text_prompt",)),
        ({"dob": "2026-12-05"}, ("text_prompt",)),
        ({"dob": "2026-12-05", "age": "6 weeks"}, ("non_mobile_baby_injury",)),
        ({"dob": "2026-12-05", "age": "9"}, ()),
        ({"edd": "2026-12-05"}, ()),
    ],
)
def test_a_bruised_child_may_be_a_baby_unless_somebody_says_otherwise(
    child: dict[str, str], danger: tuple[str, ...]
) -> None:
    (item,) = prepared("vcs", _bruised(**child))
    assert [contact.danger for contact in item.contacts] == [danger]


def test_a_date_ahead_and_an_age_are_a_child_of_that_age() -> None:
    draft = only_draft("vcs", _bruised(dob="2026-12-05", age="9"))
    child = child_of(draft)
    assert (child.unborn, child.expected_on, child.age_years) == (False, None, (9, 9))
    assert "future_date" in defect_codes(draft)


@pytest.mark.parametrize(
    "text",
    [
        "There is bruising to the baby's face.",
        "The BABY\N{RIGHT SINGLE QUOTATION MARK}S arm is broken.",
        "The newborn's injuries were photographed.",
    ],
)
def test_a_possessive_hides_no_danger(text: str) -> None:
    assert prompts_in(text, POLICY.rules) != ()
    assert prompts_in(text.replace("'s", ""), POLICY.rules) != ()


@pytest.mark.parametrize("text", ["The baby's fine and feeding well.", "He's got his mother's eyes."])
def test_a_possessive_alone_is_no_danger(text: str) -> None:
    assert prompts_in(text, POLICY.rules) == ()


@pytest.mark.parametrize(
    ("missing", "incident", "expected"),
    [
        ("Outstanding", {}, {"missing_now"}),
        ("not yet found", {}, {"missing_now"}),
        ("no trace", {}, {"missing_now"}),
        ("still out", {"end": "2026-11-20T20:50:00"}, {"missing_returned"}),
        (None, {"type": "Missing child"}, {"missing_now"}),
        ("No", {"type": "Missing child"}, {"missing_now"}),
        ("No", {}, set()),
        (False, {}, set()),
        ("", {}, set()),
        (None, {}, set()),
    ],
)
def test_a_missing_child_is_found_only_by_words_that_say_so(
    missing: object, incident: dict[str, str], expected: set[str]
) -> None:
    notice = a_notice(safeguarding={"missing": missing}, incident={"type": "Other", "ref": "R-1"} | incident)
    draft = only_draft("police", as_json(notice))
    assert {marker for marker in draft.markers if marker.startswith("missing")} == expected


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (True, "given"),
        ("yes", "given"),
        ("Yes.", "given"),
        ("Yes - withdrawn today", "unknown"),
        ("yes, for school only, not for social care", "unknown"),
        ("Yes verbally but father objects", "unknown"),
        ("", "unknown"),
    ],
)
def test_consent_is_given_by_a_plain_yes_alone(given: object, status: str) -> None:
    draft = only_draft("vcs", as_json(a_form(consent={"given": given})))
    assert draft.consent.status == status
    assert ("unknown_value" in defect_codes(draft)) is (status == "unknown" and given != "")


@pytest.mark.parametrize(
    ("kept_from", "restricted"),
    [
        (["father"], True),
        ([{"person": "father"}], True),
        ("stepfather", True),
        ({"who": "everybody"}, True),
        ("none", False),
        ([], False),
        ("", False),
    ],
)
def test_whoever_must_not_see_it_restricts_it(kept_from: object, *, restricted: bool) -> None:
    draft = only_draft("police", as_json(a_notice(disclosure={"doNotShareWith": kept_from})))
    assert ("restricted" in draft.markers) is restricted
