"""What stands in fields that no connector reads is shown to people and, where the field is unknown, noted."""

from typing import Any

import pytest

from shared.messages.contact import CanonicalContact
from tests.builders.contacts import PATIENT, a_bundle, a_form, a_notice, a_patient, a_request, a_row, a_table, as_json
from tests.unit.intake.preparing import prepared
from tests.unit.intake.reading import defect_codes, only_draft, read_items

WORDS = "He sleeps in the car"


def more(resource: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return ("urn:uuid:00000000-0000-4000-8000-000000000009", resource)


def observed(**value: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "code": {"text": "Body map"}, "subject": {"reference": PATIENT}, **value}


UNKNOWN: dict[str, tuple[str, bytes, str]] = {
    "police": ("police", as_json(a_notice(forceSpecific={"a": WORDS})), f"forceSpecific/a: {WORDS}"),
    "police child": (
        "police",
        as_json(a_notice(children=[{"name": "Amina Example", "dob": "2017-05-14", "sleeps": WORDS}])),
        f"children/0/sleeps: {WORDS}",
    ),
    "vcs list": ("vcs", as_json(a_form(extra={"a": [WORDS]})), f"extra/a/0: {WORDS}"),
    "vcs number": ("vcs", as_json(a_form(nightsInCar=4)), "nightsInCar: 4"),
    "vcs yes": ("vcs", as_json(a_form(strangled=True)), "strangled: yes"),
    "one name in two spellings": (
        "vcs",
        as_json(a_form(concern={"whatHappened": "Late.", "what_happened": WORDS})),
        f"concern/what_happened: {WORDS}",
    ),
    "health field": ("health", as_json(a_bundle(a_request(madeUp=WORDS))), f"entry/1/resource/madeUp: {WORDS}"),
    "health death": ("health", as_json(a_bundle(None, a_patient(deceasedBoolean=True))), "deceasedBoolean: yes"),
    "health extension": (
        "health",
        as_json(a_bundle(a_request(extension=[{"url": "https://x.example/e", "valueString": WORDS}]))),
        f"extension/0/valueString: {WORDS}",
    ),
    "health resource": (
        "health",
        as_json(
            a_bundle(
                None, None, more({"resourceType": "QuestionnaireResponse", "item": [{"text": WORDS, "linkId": "1"}]})
            )
        ),
        f"entry/4/resource/item/0/text: {WORDS}",
    ),
    "health concept": (
        "health",
        as_json(a_bundle(None, None, more(observed(valueCodeableConcept={"text": WORDS})))),
        f"valueCodeableConcept/text: {WORDS}",
    ),
    "health markup": (
        "health",
        as_json(a_bundle(a_request(text={"div": f"<div>{WORDS}</div>"}))),
        f"entry/1/resource/text/div: {WORDS}",
    ),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_words_in_an_unknown_field_stand_beneath_the_story_and_are_noted(name: str) -> None:
    kind, body, line = UNKNOWN[name]
    draft = only_draft(kind, body)
    assert line in (draft.narrative or "")
    assert "field_unknown" in defect_codes(draft)


def test_cells_of_unknown_columns_stand_beneath_the_story() -> None:
    draft = only_draft("school", a_table(a_row(Mood=WORDS), columns=(*a_row(), "Mood")))
    assert f"Mood: {WORDS}" in (draft.narrative or "")
    assert "column_unknown" in defect_codes(draft)


def test_agreed_columns_without_a_place_of_their_own_are_shown_without_a_note() -> None:
    draft = only_draft("school", a_table(a_row(SENStatus="K", LinkedPupilUPNs="H840990118001")))
    assert (draft.narrative or "").splitlines()[-2:] == ["SENStatus: K", "LinkedPupilUPNs: H840990118001"]
    assert defect_codes(draft) == set()


def test_every_child_of_a_form_shows_what_was_not_read() -> None:
    form = a_form(child=[{"first": "A", "last": "B", "dob": "2015-01-01"}] * 2, extra=WORDS)
    (item,) = read_items("vcs", as_json(form))
    assert [f"extra: {WORDS}" in (draft.narrative or "") for draft in item.drafts] == [True, True]


@pytest.mark.parametrize(
    ("kind", "body", "line"),
    [
        ("school", a_table(a_row(DOB="31/02/2012")), "DOB: 31/02/2012"),
        ("school", a_table(a_row(DOB="41207")), "DOB: 41207"),
        ("school", a_table(a_row(Sex="purple")), "Sex: purple"),
        ("vcs", as_json(a_form(child=[{"first": "Ben", "last": "E", "dob": "2015-13-01"}])), "child/0/dob: 2015-13-01"),
        ("vcs", as_json(a_form(child="Ben")), "child: Ben"),
        ("vcs", as_json(a_form(levelThought=[{"guess": "four"}])), "levelThought/0/guess: four"),
        ("health", as_json(a_bundle(None, a_patient(birthDate="2021-02-30"))), "birthDate: 2021-02-30"),
    ],
)
def test_what_was_asked_for_and_not_understood_is_shown_as_it_was_written(kind: str, body: bytes, line: str) -> None:
    draft = only_draft(kind, body)
    assert line in (draft.narrative or "")


def test_a_message_that_was_read_as_a_whole_adds_nothing_to_its_story() -> None:
    assert only_draft("vcs", as_json(a_form(consent={"given": True}))).narrative == (
        "Ben cooks for his brother most evenings."
    )
    assert only_draft("health", as_json(a_bundle())).narrative == "Two appointments were missed without word."


def test_a_protected_address_is_not_repeated_beneath_the_story() -> None:
    notice = a_notice(protectedAddress=True, incident={"type": "Other", "place": {"address": "9 Hidden Row"}})
    draft = only_draft("police", as_json(notice))
    assert "9 Hidden Row" not in (draft.narrative or "")
    assert "incident/place/address: kept with the raw message only" in (draft.narrative or "")


def test_danger_in_an_unknown_field_is_found() -> None:
    (item,) = prepared("police", as_json(a_notice(forceSpecific=[{"b": "He strangled her"}])))
    assert item.contacts[0].danger


def test_more_than_is_shown_is_said_to_be_cut_and_names_and_bytes_that_cannot_be_stored_are_cleaned() -> None:
    (item,) = prepared("vcs", as_json(a_form(**{f"x{n}\ud800\x01": f"word {n}\ud800" for n in range(300)})))
    contact = CanonicalContact.model_validate_json(item.contacts[0].body)
    assert "word 198?" in (contact.narrative or "")
    assert "word 199" not in (contact.narrative or "")
    codes = [defect.code for defect in contact.defects]
    assert (codes.count("field_unknown"), codes.count("text_too_long")) == (20, 1)
