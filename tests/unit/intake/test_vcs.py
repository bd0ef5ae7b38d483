"""The referral form: worked samples with their quirks, and one rule a test."""

from datetime import date
from typing import Any

import pytest

from tests.builders.contacts import a_form, as_json
from tests.unit.intake.reading import (
    child_of,
    defect_codes,
    only_draft,
    place_of,
    read_items,
    read_sample,
    story_of,
    themes_of,
)


def test_nicknames_ages_in_words_and_an_infected_attachment_are_all_kept_and_noted() -> None:
    (item,) = read_sample("vcs_two_children.json")
    assert (item.identity, item.thread, item.version) == ("BW-2026-118|2026-11-19T17:20:00", "BW-2026-118", None)
    robbie, mia = item.drafts
    assert [(n.forename, n.surname, n.use) for n in child_of(robbie).names] == [
        ("Robbie", "Sample", "official"),
        ("Bobby", None, "usual"),
    ]
    assert child_of(robbie).age_years == (5, 7)
    assert (child_of(robbie).sex, child_of(robbie).disabilities) == ("M", ("AUT",))
    assert child_of(robbie).addresses[0].lines == ("Flat 2", "9 Invented Street")
    assert themes_of(robbie) == [("HO1", "Housing"), ("CA1", "Young carer"), (None, "purple hair")]
    assert robbie.markers == {"child_disabled"}
    assert robbie.protective == {"family_network", "regular_attendance"}
    assert (robbie.consent.status, robbie.consent.reason) == ("not_sought", "not asked yet")
    assert (robbie.parents_informed, robbie.parents_informed_reason) == (False, "mum was not home")
    assert (robbie.requested_service, robbie.level_thought, robbie.source_code) == ("one-point", 2, "8")
    assert robbie.known_agencies == ("school", "health visitor")
    assert [(a.name.forename, a.roles, a.parental_responsibility) for a in robbie.adults] == [("Jo", ("carer",), True)]
    assert robbie.household == ("Ant Sample (brother)",)
    assert robbie.referrer.feedback_wanted is False
    assert robbie.voice_of_child == "I like sleeping next to my brother."
    assert (story_of(robbie) or "").splitlines()[2:] == [
        "Worries: Robbie's asthma.",
        "",
        "Strengths: Good attendance; family network",
    ]
    assert defect_codes(robbie) == {"age_in_words", "unknown_category", "attachment_held"}
    assert defect_codes(mia) == {
        "bad_date",
        "birth_date_missing",
        "name_partial",
        "identifier_invalid",
        "unknown_category",
        "attachment_held",
    }
    assert child_of(mia).identifiers[0].value == "9992041871"
    assert child_of(mia).identifiers[0].normalised is None


def test_a_sender_who_says_yes_in_a_sentence_says_yes() -> None:
    (item,) = read_sample("vcs_immediate_risk.json")
    (draft,) = item.drafts
    assert draft.markers == {"sender_says_immediate"}
    assert themes_of(draft) == [("DA2", "Domestic abuse"), ("AB1", "Home alone")]
    assert draft.consent.status == "dispensed"
    assert defect_codes(draft) == {"birth_date_missing", "name_partial"}


def test_a_community_request_is_about_a_place() -> None:
    (item,) = read_sample("vcs_place.json")
    (draft,) = item.drafts
    assert place_of(draft).model_dump() == {
        "kind": "place",
        "name": "Invented Estate shops",
        "postcode": "SR7 9ZZ",
        "description": "Benches behind the shops",
    }
    assert draft.requested_service == "tac"
    assert defect_codes(draft) == set()


@pytest.mark.parametrize(
    ("consent", "status", "codes"),
    [
        ({"given": True, "by": "mother"}, "given", set()),
        ({"given": False, "reasonIfNot": "declined"}, "refused", set()),
        ({"given": False, "reasonIfNot": "Unsafe to ask"}, "dispensed", set()),
        ({"given": False}, "unknown", {"consent_unclear"}),
        ({"given": False, "reasonIfNot": "long story"}, "unknown", {"consent_unclear"}),
        ({}, "unknown", set()),
        ("yes", "given", set()),
        (True, "given", set()),
        ("perhaps", "unknown", {"consent_unclear"}),
        (None, "unknown", set()),
    ],
)
def test_consent_is_only_given_where_the_sender_says_so(consent: object, status: str, codes: set[str]) -> None:
    draft = only_draft("vcs", as_json(a_form(consent=consent)))
    assert (draft.consent.status, defect_codes(draft)) == (status, codes)


@pytest.mark.parametrize(
    ("level", "read", "codes"),
    [(3, 3, set()), ("4", 4, set()), ("unsure", None, set()), (None, None, set()), (9, None, {"unknown_value"})],
)
def test_the_senders_guess_is_kept_where_it_is_one_to_five(level: object, read: int | None, codes: set[str]) -> None:
    draft = only_draft("vcs", as_json(a_form(levelThought=level)))
    assert (draft.level_thought, defect_codes(draft)) == (read, codes)


@pytest.mark.parametrize(
    ("surnames", "postcodes", "several"),
    [
        (("Example", "Example"), ("DH1 9ZZ", "SR7 9ZZ"), False),
        (("Example", "Other"), ("DH1 9ZZ", "DH1 9ZZ"), False),
        (("Example", "Other"), ("DH1 9ZZ", "SR7 9ZZ"), True),
    ],
)
def test_children_of_different_families_in_one_form_are_noticed(
    surnames: tuple[str, str], postcodes: tuple[str, str], several: bool
) -> None:
    children = [
        {"first": "A", "last": last, "dob": "2015-02-03", "address": {"line1": "1 Row", "postcode": postcode}}
        for last, postcode in zip(surnames, postcodes, strict=True)
    ]
    (item,) = read_items("vcs", as_json(a_form(child=children)))
    assert [("several_families" in defect_codes(draft)) for draft in item.drafts] == [several, several]


def test_a_form_saved_again_later_is_a_newer_item_of_the_same_thread() -> None:
    (first,) = read_items("vcs", as_json(a_form()))
    (later,) = read_items("vcs", as_json(a_form(submittedAt="2026-11-20T16:00:00")))
    assert first.thread == later.thread == "BW-0042"
    assert first.identity != later.identity


def test_health_without_fhir_may_send_the_form() -> None:
    draft = only_draft("health", as_json(a_form(referrer={"name": "H", "role": "Health visitor"})))
    assert (draft.source_code, child_of(draft).born_on) == ("3B", date(2015, 2, 3))


@pytest.mark.parametrize(
    ("fields", "source"),
    [
        ({"organisation": {"name": "B", "kind": "council"}}, "5B"),
        ({"organisation": {"name": "B", "kind": "family"}}, "1A"),
        ({"organisation": {"name": "B", "kind": "unknown"}}, "10"),
        ({"organisation": {"name": "B", "kind": "guild"}}, "8"),
    ],
)
def test_the_census_source_follows_who_fills_the_form_in(fields: dict[str, Any], source: str) -> None:
    assert only_draft("vcs", as_json(a_form(**fields))).source_code == source


def test_a_form_of_wrong_types_is_still_a_contact_where_the_story_can_be_read() -> None:
    form = a_form(
        child="Ben", consent=[], household="mum", concern={"categories": 7, "whatHappened": ["He is", "hungry"]}
    )
    draft = only_draft("vcs", as_json(form))
    assert story_of(draft) == "He is\nhungry"
    assert defect_codes(draft) >= {"wrong_type", "name_missing"}
