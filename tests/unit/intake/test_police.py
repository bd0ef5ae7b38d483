"""Police notices: worked samples with their quirks, and one rule a test."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.intake.domain.refusals import Refusal, Refused
from shared.messages.contact import Severity
from tests.builders.contacts import AMINA, a_notice, as_json
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


def test_a_medium_grade_with_a_pregnant_victim_keeps_grade_and_content() -> None:
    (item,) = read_sample("police_graded_medium_but_pregnant.json")
    assert (item.identity, item.thread, item.version, item.sender_org) == (
        "DHM-PPN-26-004517|1",
        "DHM-PPN-26-004517",
        1,
        "11",
    )
    ivy, unborn = item.drafts
    assert child_of(ivy).names[0].forename == "Ivy"
    assert child_of(ivy).born_on == date(2020, 4, 17)
    assert (child_of(ivy).ethnicity, child_of(ivy).local_ref, ivy.age_months) == ("WBRI", "C1", 79)
    assert ivy.concerns[0].severity == Severity(scheme="DASH", value="MEDIUM")
    assert ivy.dash_ticks == 11
    assert ivy.markers == {
        "child_present",
        "child_protection_suspected",
        "child_spoken_to",
        "encompass_missing",
        "perpetrator_can_reach_child",
        "perpetrator_out_of_custody",
        "strangulation",
        "victim_pregnant",
    }
    assert ivy.voice_of_child == "I hid under my bed."
    assert ivy.incident_at == datetime(2026, 11, 21, 0, 35, tzinfo=UTC)
    assert [adult.roles for adult in ivy.adults] == [
        ("victim", "pregnant", "carer"),
        ("alleged_perpetrator",),
        ("other",),
    ]
    assert [i.type for i in ivy.adults[1].identifiers if i.valid] == ["pnc", "local"]
    assert defect_codes(ivy) == {"two_digit_year", "field_unknown"}
    assert (child_of(unborn).unborn, child_of(unborn).expected_on, child_of(unborn).names) == (
        True,
        date(2026, 12, 19),
        (),
    )
    assert "birth_within_6_weeks" in unborn.markers
    assert "child_present" not in unborn.markers


def test_one_unreadable_notice_does_not_cost_its_neighbour() -> None:
    jay, letter = read_sample("police_two_notices_one_unreadable.json")
    assert defect_codes(letter) == {"layout_not_understood"}
    assert letter.pointer == "/1"
    (draft,) = jay.drafts
    assert (jay.identity, jay.replaces) == ("MER-26PAC000771|2", "MER-26PAC000770")
    assert child_of(draft).age_years == (14, 14)
    assert child_of(draft).addresses[0].status == "no_fixed_abode"
    assert draft.markers == {"exploitation_cce", "missing_now", "missing_repeat", "restricted"}
    assert themes_of(draft) == [(None, "Missing person"), (None, "older peers")]
    assert draft.information_handling == "Do not share with: stepfather, football club"
    assert draft.incident_at == datetime(2026, 10, 24, 21, 0, tzinfo=UTC)
    assert defect_codes(draft) == {"age_in_words", "name_partial", "unknown_value", "unknown_force", "unknown_category"}


def test_a_request_for_a_community_is_about_a_place() -> None:
    (item,) = read_sample("police_place_request.json")
    (draft,) = item.drafts
    assert (place_of(draft).name, place_of(draft).postcode) == ("Skate park, Testham", "DH1")
    assert draft.requested_service == "tac"
    assert themes_of(draft) == [("AS1", "Anti-social behaviour")]
    assert defect_codes(draft) == {"postcode_partial"}


def test_a_missing_childs_name_is_a_defect_and_not_a_refusal() -> None:
    draft = only_draft("police", as_json(a_notice(children=[{"dob": "2017-05-14", "sex": "F"}])))
    assert defect_codes(draft) == {"name_missing"}


def test_a_notice_without_children_is_a_contact_about_somebody_to_be_found() -> None:
    draft = only_draft("police", as_json(a_notice(children=[])))
    assert defect_codes(draft) == {"child_missing"}


@pytest.mark.parametrize(
    ("child", "codes"),
    [
        ({"dob": "5/6/18"}, {"two_digit_year"}),
        ({"dob": "2017-02-31"}, {"bad_date", "birth_date_missing"}),
        ({"dob": "2031-02-01"}, {"future_date", "birth_date_missing"}),
        ({"dob": "2027-02-01"}, {"future_date"}),
        ({"dob": "1961-02-01"}, {"adult_listed_as_child"}),
        ({"dob": "2017"}, {"birth_date_estimated"}),
        ({"dob": None, "unborn": True}, {"expected_date_missing"}),
        ({"dob": None, "expectedDate": "2026-09-01"}, {"expected_date_passed"}),
        ({"nhsNumber": "9992041871"}, {"identifier_invalid"}),
        ({"upn": "A840990118001"}, {"identifier_invalid"}),
        ({"sex": "neither"}, {"unknown_value"}),
        ({"ethnicitySelfDefined": "Q7"}, {"unknown_value"}),
        ({"address": {"lines": ["1 Row"], "postcode": "DH1 9CK"}}, {"postcode_invalid"}),
        ({"address": 7}, {"wrong_type"}),
        ({"name": "Test Test"}, {"test_marker"}),
        ({"name": "Zo\x00e \ud800 Example"}, {"bad_character"}),
        ({"name": ["Amina"]}, {"wrong_type", "name_partial"}),
        ({"name": 12}, {"wrong_type", "name_missing"}),
    ],
    ids=lambda value: str(value)[:40].encode("ascii", "replace").decode() if isinstance(value, dict) else "",
)
def test_a_wrong_field_is_noted_and_the_child_stays(child: dict[str, Any], codes: set[str]) -> None:
    draft = only_draft("police", as_json(a_notice(children=[AMINA | child])))
    assert defect_codes(draft) == codes


@pytest.mark.parametrize(
    ("grade", "severity", "codes"),
    [
        ({"scheme": "DASH", "value": "high"}, ("DASH", "HIGH"), set()),
        ({"scheme": "RAG", "value": "A"}, ("PPN_RAG", "AMBER"), set()),
        ({"scheme": "LMH", "value": "Low"}, ("LMH", "LOW"), set()),
        ({"scheme": "DASH", "value": "Amber"}, ("DASH", "Amber"), {"unknown_value"}),
        ({"scheme": "FORCE9", "value": "3"}, ("FORCE9", "3"), {"grade_unknown_scheme"}),
        ("Medium", ("UNKNOWN", "Medium"), {"grade_unknown_scheme"}),
        (None, ("DASH", "NOT_GRADED"), {"grade_missing"}),
    ],
)
def test_a_grade_keeps_its_own_scale(grade: object, severity: tuple[str, str], codes: set[str]) -> None:
    draft = only_draft("police", as_json(a_notice(riskGrade=grade)))
    found = draft.concerns[0].severity
    assert found is not None
    assert (found.scheme, found.value) == severity
    assert defect_codes(draft) == codes


@pytest.mark.parametrize(
    ("missing", "end", "markers"),
    [
        (True, None, {"missing_now"}),
        (True, "2026-11-20T23:00:00", {"missing_returned"}),
        ("missing now", None, {"missing_now"}),
        ("returned", None, {"missing_returned"}),
        ({"status": "returned", "overnight": True}, None, {"missing_returned", "missing_overnight"}),
        ({"returnedAt": "2026-11-20T23:00:00", "episodes90Days": 2}, None, {"missing_returned"}),
        ({"episodes90Days": 3}, None, {"missing_now", "missing_repeat"}),
        (False, None, set()),
    ],
)
def test_missing_is_now_unless_a_return_is_stated(missing: object, end: str | None, markers: set[str]) -> None:
    incident = {"ref": "1", "type": "Concern for child", "start": "2026-11-20T20:05:00", "end": end}
    draft = only_draft("police", as_json(a_notice(incident=incident, safeguarding={"missing": missing})))
    assert draft.markers == markers


@pytest.mark.parametrize(
    ("field", "marker"),
    [
        ("childProtectionSuspected", "child_protection_suspected"),
        ("childRemoved", "child_removed"),
        ("policeProtection", "police_protection"),
        ("emergencyProtectionOrder", "police_protection"),
        ("childInCustody", "child_in_custody"),
    ],
)
@pytest.mark.parametrize("spelled", [True, "true", "Y", "yes", 1, "Yes - used at 22:10"])
def test_safeguarding_flags_are_read_in_every_spelling(field: str, marker: str, spelled: object) -> None:
    assert only_draft("police", as_json(a_notice(safeguarding={field: spelled}))).markers == {marker}


def test_an_injury_is_a_marker_with_its_words_beside_it() -> None:
    draft = only_draft("police", as_json(a_notice(children=[AMINA | {"injuries": "graze on the knee"}])))
    assert draft.markers == {"child_injured"}
    assert (draft.concerns[-1].theme, draft.concerns[-1].text) == (None, "graze on the knee")


@pytest.mark.parametrize("words", ["None seen", "none", "N/A", "", False, []])
def test_no_injury_is_no_marker(words: object) -> None:
    assert only_draft("police", as_json(a_notice(children=[AMINA | {"injuries": words}]))).markers == frozenset()


def test_a_notice_without_id_or_version_is_accepted_and_noted() -> None:
    (item,) = read_items("police", as_json(a_notice(noticeId=None, version="two")))
    assert (item.identity, item.thread, item.version) == (None, None, 1)
    assert defect_codes(item.drafts[0]) == {"message_id_missing", "version_missing", "wrong_type"}


@pytest.mark.parametrize(
    "message", [[], {}, "text", 7, None, [1, "two"], {"noticeId": "1"}, {"children": [], "narrative": ""}]
)
def test_only_what_holds_neither_child_nor_concern_is_refused(message: object) -> None:
    with pytest.raises(Refused) as caught:
        read_items("police", as_json(message))
    assert caught.value.reason is Refusal.NOTHING_READABLE


def test_a_body_of_too_many_notices_is_to_be_split() -> None:
    with pytest.raises(Refused) as caught:
        read_items("police", as_json([{}] * 2_001))
    assert caught.value.reason is Refusal.TOO_MANY_ITEMS


def test_a_narrative_of_two_mebibytes_is_kept_whole() -> None:
    narrative = "Officers attended. " * 110_000
    draft = only_draft("police", as_json(a_notice(narrative=narrative)))
    assert story_of(draft) == narrative.strip()
    assert defect_codes(draft) == set()


def test_markup_formulas_and_direction_marks_are_kept_as_they_are() -> None:
    words = "<script>alert(1)</script> =cmd|'/c calc' \u202edlihc 👶"
    draft = only_draft("police", as_json(a_notice(narrative=words)))
    assert story_of(draft) == words


@pytest.mark.parametrize(
    ("stated", "restricted"),
    [
        (True, True),
        ("yes", True),
        ("Restricted: relative works in the MASH", True),
        ("see handling note", True),
        (2, True),
        ({"level": "gold"}, True),
        (False, False),
        ("No", False),
        ("", False),
        (None, False),
    ],
)
def test_words_about_a_restriction_that_cannot_be_read_restrict(stated: object, *, restricted: bool) -> None:
    draft = only_draft("police", as_json(a_notice(disclosure={"restricted": stated})))
    assert ("restricted" in draft.markers) is restricted


@pytest.mark.parametrize(("stated", "protected"), [("y", True), ("women's refuge", True), ("no", False), (None, False)])
def test_words_about_a_protected_address_that_cannot_be_read_protect(stated: object, *, protected: bool) -> None:
    assert only_draft("police", as_json(a_notice(protectedAddress=stated))).protected_address is protected


@pytest.mark.parametrize(
    ("stated", "status"),
    [
        ("Protected", "protected"),
        ("CONFIDENTIAL - refuge", "protected"),
        ("No fixed abode", "no_fixed_abode"),
        ("current", "known"),
        ("under review", "known"),
    ],
)
def test_the_status_of_an_address_is_read_in_any_case(stated: str, status: str) -> None:
    home = {"line1": "9 Hidden Row", "postcode": "DH1 1AA", "status": stated}
    draft = only_draft("police", as_json(a_notice(children=[{"name": "A B", "dob": "2017-05-14", "address": home}])))
    assert [address.status for address in child_of(draft).addresses] == [status]
    assert ("unknown_value" in defect_codes(draft)) is (stated == "under review")
