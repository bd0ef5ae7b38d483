"""Health referrals: worked FHIR samples with their quirks, and one rule a test."""

import base64
from datetime import date
from typing import Any

import pytest

from services.intake.domain.refusals import Refusal, Refused
from tests.builders.contacts import PATIENT, a_bundle, a_patient, a_request, as_json
from tests.unit.intake.reading import (
    child_of,
    defect_codes,
    only_draft,
    read_items,
    read_sample,
    themes_of,
)

EDD = {"coding": [{"system": "http://snomed.info/sct", "code": "161714006"}]}


def due_on(day: str) -> tuple[str, dict[str, Any]]:
    """An observation that gives the patient's expected date of delivery."""
    return "urn:uuid:9", {
        "resourceType": "Observation",
        "subject": {"reference": PATIENT},
        "code": EDD,
        "valueDateTime": day,
    }


def test_a_referral_of_a_child_is_read_through_its_references() -> None:
    (item,) = read_sample("health_child_referral.json")
    assert (item.sender_org, item.thread) == ("A99999", "https://gp.example.nhs.uk/referral|GP-5512")
    (draft,) = item.drafts
    child = child_of(draft)
    assert [(n.forename, n.surname, n.middle, n.use) for n in child.names] == [
        ("Eleanor", "Example", "May", "official"),
        ("Ellie", None, None, "usual"),
    ]
    assert [(i.type, i.normalised, i.verified) for i in child.identifiers] == [
        ("nhs_number", "9993770515", True),
        ("local", "77120", None),
    ]
    assert (child.born_on, child.sex, child.ethnicity) == (date(2019, 7, 1), "F", "MWAS")
    assert (child.gp, child.languages) == ("Invented Surgery", ("Polish",))
    assert [(a.name.forename, a.roles, a.phone) for a in draft.adults] == [
        ("Rose", ("carer",), "01632 960444"),
        ("Piotr", ("carer",), None),
    ]
    assert themes_of(draft) == [("PH2", "Unexplained injury"), ("NE1", "Was not brought")]
    assert [(c.severity.scheme, c.severity.value) for c in draft.concerns if c.severity] == [("FHIR", "URGENT")] * 2
    assert draft.markers == {"child_in_need_plan", "child_injured"}
    assert (draft.consent.status, draft.requested_service, draft.source_code) == ("given", "one-point", "3A")
    assert (draft.referrer.name, draft.referrer.email) == ("Noor Invented", "gp@surgery.example.nhs.uk")
    assert defect_codes(draft) == set()


def test_a_maternity_referral_is_about_the_unborn_child_of_its_patient() -> None:
    (item,) = read_sample("health_unborn_by_mother.json")
    (draft,) = item.drafts
    assert child_of(draft).model_dump(include={"unborn", "expected_on", "born_on", "names", "identifiers", "sex"}) == {
        "unborn": True,
        "expected_on": date(2026, 12, 24),
        "born_on": None,
        "names": (),
        "identifiers": (),
        "sex": "U",
    }
    assert [(a.name.surname, a.roles, a.identifiers[0].normalised) for a in draft.adults] == [
        ("Example", ("pregnant", "carer"), "9994588206")
    ]
    assert draft.markers == {"birth_within_6_weeks"}
    assert themes_of(draft) == [("UB2", "Unborn concern")]
    assert defect_codes(draft) == {"unknown_profile", "unknown_value", "unresolved_reference"}


def test_a_pregnant_girl_and_her_unborn_child_are_two_contacts() -> None:
    bundle = a_bundle(None, a_patient(birthDate="2010-08-09"), due_on("2027-03-01"))
    (item,) = read_items("health", as_json(bundle))
    assert [(child_of(d).unborn, child_of(d).born_on) for d in item.drafts] == [(False, date(2010, 8, 9)), (True, None)]


def test_an_unborn_child_with_a_record_of_its_own_is_that_child() -> None:
    extension = [{"url": "https://mash.example/StructureDefinition/expected-birth-date", "valueDate": "2027-02-01"}]
    patient = a_patient(birthDate=None, extension=extension, gender="unknown", name=[])
    draft = only_draft("health", as_json(a_bundle(a_request(code={"text": "Unborn concern"}), patient)))
    assert (child_of(draft).unborn, child_of(draft).expected_on) == (True, date(2027, 2, 1))
    assert draft.adults == ()


def test_a_worry_about_an_adult_patient_is_about_the_adults_children() -> None:
    son = {
        "resourceType": "RelatedPerson",
        "patient": {"reference": PATIENT},
        "relationship": [{"text": "son"}],
        "name": [{"family": "Example", "given": ["Olek"]}],
        "birthDate": "2022-01-05",
    }
    bundle = a_bundle(
        a_request(code={"text": "Parent psychosis"}), a_patient(birthDate="1990-01-01"), ("urn:uuid:8", son)
    )
    draft = only_draft("health", as_json(bundle))
    assert (child_of(draft).names[0].forename, child_of(draft).born_on) == ("Olek", date(2022, 1, 5))
    assert [(a.name.forename, a.roles) for a in draft.adults] == [("Dina", ("carer",))]
    assert child_of(draft).addresses[0].postcode == "DH1 9ZZ"


def test_an_adult_patient_without_children_named_leaves_a_child_to_be_found() -> None:
    draft = only_draft("health", as_json(a_bundle(None, a_patient(birthDate="1990-01-01"))))
    assert defect_codes(draft) == {"child_missing"}
    assert draft.adults[0].roles == ("carer",)


def test_a_subject_that_is_not_in_the_bundle_is_a_child_to_be_found() -> None:
    bundle = a_bundle(a_request(subject={"reference": "urn:uuid:elsewhere"}))
    bundle["entry"][2]["resource"]["resourceType"] = "Person"
    draft = only_draft("health", as_json(bundle))
    assert defect_codes(draft) == {"child_missing", "unresolved_reference", "field_unknown"}


@pytest.mark.parametrize(
    ("priority", "severity", "markers", "codes"),
    [
        ("stat", "STAT", {"sender_says_immediate"}, set()),
        ("urgent", "URGENT", set(), set()),
        ("very-soon", "VERY-SOON", set(), {"unknown_value"}),
    ],
)
def test_a_priority_keeps_its_scale_and_stat_says_immediate(
    priority: str, severity: str, markers: set[str], codes: set[str]
) -> None:
    draft = only_draft("health", as_json(a_bundle(a_request(priority=priority))))
    found = draft.concerns[0].severity
    assert found is not None
    assert found.value == severity
    assert draft.markers == markers
    assert defect_codes(draft) == codes


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"status": "revoked"}, {"cancelled_by_sender"}),
        ({"status": "entered-in-error"}, {"cancelled_by_sender"}),
        ({"code": {"text": "Zebra watching"}}, {"unknown_category"}),
        ({"note": None}, {"narrative_missing"}),
        ({"note": None, "code": None}, {"concern_missing"}),
    ],
)
def test_a_request_is_accepted_with_what_is_odd_about_it(fields: dict[str, Any], codes: set[str]) -> None:
    assert defect_codes(only_draft("health", as_json(a_bundle(a_request(**fields))))) == codes


@pytest.mark.parametrize(
    ("birth_date", "ages", "codes"),
    [
        ("2015", (10, 11), {"birth_date_estimated"}),
        ("2015-03", (11, 11), {"birth_date_estimated"}),
        ("soon", None, {"bad_date", "birth_date_missing"}),
    ],
)
def test_a_date_of_birth_known_in_part_gives_a_range(birth_date: str, ages: object, codes: set[str]) -> None:
    draft = only_draft("health", as_json(a_bundle(None, a_patient(birthDate=birth_date))))
    assert (child_of(draft).age_years, defect_codes(draft)) == (ages, codes)


def test_inline_text_is_read_and_what_is_no_text_waits_for_a_person() -> None:
    document = {
        "resourceType": "DocumentReference",
        "description": "Chronology",
        "content": [
            {
                "attachment": {
                    "contentType": "text/plain",
                    "title": "notes.txt",
                    "data": base64.b64encode(b"He has a knife.").decode(),
                }
            },
            {"attachment": {"contentType": "application/pdf", "title": "scan.pdf", "data": "JVBERi0="}},
        ],
    }
    draft = only_draft("health", as_json(a_bundle(None, None, ("urn:uuid:7", document))))
    assert draft.narrative is not None
    assert draft.narrative.split("\n\n")[1:] == ["Chronology", "He has a knife."]
    assert draft.attachments == ("notes.txt", "scan.pdf")
    assert defect_codes(draft) == {"document_unread"}


@pytest.mark.parametrize(
    "message",
    [
        {"resourceType": "Patient"},
        {"resourceType": "Bundle"},
        {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Basic"}}]},
    ],
)
def test_what_is_no_referral_bundle_is_refused(message: object) -> None:
    with pytest.raises(Refused) as caught:
        read_items("health", as_json(message))
    assert caught.value.reason is Refusal.NOT_A_MESSAGE_BUNDLE


def test_entries_of_wrong_types_do_not_cost_the_referral() -> None:
    bundle = a_bundle()
    bundle["entry"] += [None, 7, "x", {"resource": []}, {"fullUrl": 3, "resource": {"resourceType": 4, "id": []}}]
    bundle["entry"][2]["resource"]["name"] = "Dina"
    draft = only_draft("health", as_json(bundle))
    assert defect_codes(draft) >= {"wrong_type"}
