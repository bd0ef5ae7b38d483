"""From bytes to contacts ready to be sealed: ids, keys, danger and links."""

import base64
from uuid import UUID

import orjson
import pytest

from services.intake.domain.refusals import Refusal, Refused
from shared.messages.contact import CanonicalContact
from tests.builders.contacts import AMINA, a_bundle, a_form, a_notice, a_row, a_table, as_json
from tests.unit.intake.preparing import RECEIPT, prepared

NO_ID = as_json(a_form(submissionId=None))


def test_the_canonical_contact_holds_agency_receipt_and_sender() -> None:
    ((contact,),) = [item.contacts for item in prepared("police", as_json(a_notice()))]
    canonical = CanonicalContact.model_validate_json(contact.body)
    assert canonical.model_dump(
        include={"receipt_id", "agency_id", "agency_kind", "sender_org", "channel", "source_code"}
    ) == {
        "receipt_id": RECEIPT,
        "agency_id": "police-1",
        "agency_kind": "police",
        "sender_org": "11",
        "channel": "http",
        "source_code": "6",
    }
    assert (canonical.message_id, canonical.message_version, canonical.supersedes) == ("PPN-2026-000123", 1, None)
    assert canonical.contact_id == contact.contact_id


def test_a_child_with_a_reference_of_the_agency_is_ordered_by_its_keyed_hash() -> None:
    first, again, other = (
        prepared("police", as_json(a_notice(children=[AMINA | {"personId": person}])))[0].contacts[0]
        for person in ("C1", "C1", "C2")
    )
    assert first.subject == again.subject != other.subject
    assert len(first.subject) == 32
    assert first.child_key == again.child_key != other.child_key


def test_a_child_without_one_is_ordered_by_its_contact_id() -> None:
    contact = prepared("police", as_json(a_notice()))[0].contacts[0]
    assert contact.subject == str(contact.contact_id)


def test_identities_are_hashes_of_agency_organisation_and_reference() -> None:
    first, same, other_force = (
        prepared("police", as_json(a_notice(**fields)))[0] for fields in ({}, {"narrative": "x"}, {"force": "46"})
    )
    assert first.identity == same.identity
    assert first.digest != same.digest
    assert first.identity != other_force.identity
    assert first.identity is not None
    assert "PPN" not in first.identity


@pytest.mark.parametrize(("explicit_key", "identified"), [(False, True), (True, False)])
def test_without_a_reference_the_content_identifies_unless_the_sender_gave_a_key(
    explicit_key: bool, identified: bool
) -> None:
    (item,) = prepared("vcs", NO_ID, explicit_key=explicit_key)
    assert (item.identity is not None, item.passing) == (identified, identified)


def test_a_row_without_reference_is_identified_by_its_content_whatever_key_was_sent() -> None:
    rows = a_table(a_row(IncidentRef=""), a_row(IncidentRef="", Forename="Dan"))
    first, second = prepared("school", rows, explicit_key=True)
    assert first.passing
    assert second.passing
    assert first.identity != second.identity


def test_the_order_of_fields_and_spacing_do_not_change_the_digest() -> None:
    notice = a_notice()
    turned = as_json(dict(reversed(notice.items()))).replace(b": ", b" :  ")
    assert prepared("police", as_json(notice))[0].digest == prepared("police", turned)[0].digest


def test_words_in_one_item_of_several_prompt_for_that_item_only() -> None:
    items = prepared("police", as_json([a_notice(), a_notice(noticeId="2", narrative="He has a knife")]))
    assert [contact.danger for item in items for contact in item.contacts] == [(), ("text_prompt",)]
    assert [contact.lane for item in items for contact in item.contacts] == ["routine", "urgent"]


def test_a_flag_in_a_field_that_is_not_mapped_prompts_for_its_item_only_and_whatever_the_others_say() -> None:
    flagged = a_notice(noticeId="2") | {"other": {"immediateRisk": "yes"}}
    for third, danger in (
        (a_notice(noticeId="3"), ()),
        (a_notice(noticeId="3", narrative="A knife"), ("text_prompt",)),
    ):
        items = prepared("police", as_json([a_notice(), flagged, third]))
        assert [contact.danger for item in items for contact in item.contacts] == [(), ("text_prompt",), danger]


@pytest.mark.parametrize("beside", [{"cover": "He has a knife"}, {"immediateRisk": True}])
def test_danger_beside_the_list_of_items_prompts_for_all_of_them(beside: dict[str, object]) -> None:
    items = prepared("police", as_json({"notices": [a_notice(), a_notice(noticeId="2")], **beside}))
    assert [contact.danger for item in items for contact in item.contacts] == [("text_prompt",), ("text_prompt",)]


def test_danger_that_no_row_shows_by_itself_prompts_for_every_row() -> None:
    rows = a_table(a_row(), a_row(IncidentRef="2", UPN=""))
    items = prepared("school", rows.replace(b"SchoolName", b"Weapon", 1))
    assert [contact.danger for item in items for contact in item.contacts] == [("text_prompt",), ("text_prompt",)]


def test_a_document_that_nobody_could_read_asks_for_an_urgent_look() -> None:
    scan = {"resourceType": "Binary", "contentType": "image/png", "data": "iVBORw0KGgoAAAANSUhEUg=="}
    ((contact,),) = [item.contacts for item in prepared("health", as_json(a_bundle(None, None, ("urn:uuid:8", scan))))]
    canonical = CanonicalContact.model_validate_json(contact.body)
    assert (contact.lane, contact.asks_for_a_person, canonical.danger_criteria) == ("urgent", True, ("text_prompt",))
    assert [
        (c.text, c.source) for c in canonical.concerns if c.theme is None and c.source.startswith("text_prompt")
    ] == [("a document that could not be looked through", "text_prompt/document_unread")]


@pytest.mark.parametrize("filler", [1, 250_000, 2_900_000])
def test_words_at_the_very_end_of_a_long_document_are_seen_and_told(filler: int) -> None:
    data = base64.b64encode(b"Seen at home. " + b"x" * filler + b" He has a knife.").decode()
    letter = {
        "resourceType": "DocumentReference",
        "content": [{"attachment": {"contentType": "text/plain", "data": data}}],
    }
    ((contact,),) = [
        item.contacts for item in prepared("health", as_json(a_bundle(None, None, ("urn:uuid:8", letter))))
    ]
    assert contact.danger == ("text_prompt",)
    assert str(CanonicalContact.model_validate_json(contact.body).narrative).endswith("He has a knife.")


def test_a_held_item_keeps_its_danger_and_its_content() -> None:
    _, held = prepared("police", as_json([a_notice(), "he has a knife"]))
    assert (held.contacts, held.dangers, held.content) == ((), ("text_prompt",), b'"he has a knife"')


def test_rows_of_one_incident_know_each_other() -> None:
    first, second, other = prepared("school", a_table(a_row(), a_row(UPN="", Forename="D"), a_row(IncidentRef="9")))
    siblings = [orjson.loads(item.contacts[0].body)["siblings"] for item in (first, second, other)]
    assert siblings == [[str(second.contacts[0].contact_id)], [str(first.contacts[0].contact_id)], []]
    assert isinstance(first.contacts[0].contact_id, UUID)


def test_a_text_that_grows_in_json_is_shortened_to_fit_a_message_and_noted() -> None:
    quoted = '"' * 2_000_000 + "\u20ac" * 500_000
    body = a_table(a_row(Description=quoted))
    ((contact,),) = [item.contacts for item in prepared("school", body)]
    assert len(contact.body) < 5.2 * 1024 * 1024
    assert "text_too_long" in {defect.code for defect in contact.defects}


def test_a_long_narrative_for_many_children_is_shortened_for_each() -> None:
    children = [AMINA | {"personId": f"C{n}"} for n in range(200)]
    (item,) = prepared("police", as_json(a_notice(children=children, narrative="Officers attended. " * 100_000)))
    assert len(item.contacts) == 200
    assert sum(len(contact.body) for contact in item.contacts) < 36 * 1024 * 1024
    assert all(contact.asks_for_a_person for contact in item.contacts)


def test_the_danger_in_a_text_is_seen_before_it_is_shortened() -> None:
    children = [AMINA | {"personId": f"C{n}"} for n in range(200)]
    narrative = "Officers attended. " * 100_000 + "He has a knife."
    (item,) = prepared("police", as_json(a_notice(children=children, narrative=narrative)))
    assert {contact.danger for contact in item.contacts} == {("text_prompt",)}


def test_a_body_of_too_many_children_is_to_be_split() -> None:
    notices = [a_notice(noticeId=str(n), children=[AMINA] * 100) for n in range(21)]
    with pytest.raises(Refused) as caught:
        prepared("police", as_json(notices))
    assert caught.value.reason is Refusal.TOO_MANY_ITEMS


def test_words_of_danger_are_found_where_the_format_hides_them_from_a_raw_look() -> None:
    table = a_table(a_row(Description='He threatened to "kill" her and the children, said their mother.'))
    ((contact,),) = [item.contacts for item in prepared("school", table)]
    assert "text_prompt" in CanonicalContact.model_validate_json(contact.body).danger_criteria
