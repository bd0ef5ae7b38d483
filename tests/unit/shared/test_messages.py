"""Reading bytes: a message, or one of the reasons why not; what a newer sender adds is kept and passed on."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import PermanentFailure, ReasonCode
from shared.messages.build import read_message, to_bytes
from shared.messages.contact_assessed import ContactAssessed
from shared.messages.contact_received import ContactReceived
from tests.builders.messages import a_contact_received


def _reason(body: bytes) -> ReasonCode:
    with pytest.raises(PermanentFailure) as failure:
        read_message(ContactReceived, body)
    return failure.value.reason


def test_a_message_reads_back_as_it_was_written() -> None:
    message = a_contact_received()
    assert read_message(ContactReceived, to_bytes(message)) == message


def test_the_reason_says_what_is_wrong_with_the_bytes() -> None:
    whole = json.loads(to_bytes(a_contact_received()))
    assert _reason(b"") is ReasonCode.UNREADABLE
    assert _reason(b"\xff\xfe") is ReasonCode.UNREADABLE
    assert _reason(b"[" * 100_000) is ReasonCode.UNREADABLE
    assert _reason(json.dumps({**whole, "facets": {}}).encode()) is ReasonCode.UNREADABLE
    assert _reason(json.dumps({**whole, "type": "contact.assessed"}).encode()) is ReasonCode.WRONG_TYPE
    assert _reason(json.dumps({**whole, "major": 2}).encode()) is ReasonCode.UNSUPPORTED_VERSION
    assert _reason(json.dumps({**whole, "major": 2, "facets": 7}).encode()) is ReasonCode.UNSUPPORTED_VERSION


def test_a_message_of_another_kind_is_not_taken_for_ours() -> None:
    with pytest.raises(PermanentFailure) as failure:
        read_message(ContactAssessed, to_bytes(a_contact_received()))
    assert failure.value.reason is ReasonCode.WRONG_TYPE


def test_fields_of_a_newer_minor_version_are_kept_and_passed_on() -> None:
    whole = json.loads(to_bytes(a_contact_received()))
    whole["minor"] = 7
    whole["facets"]["added_later"] = "kept"
    whole["added_too"] = [1, 2]
    passed_on = json.loads(to_bytes(read_message(ContactReceived, json.dumps(whole).encode())))
    assert passed_on["facets"]["added_later"] == "kept"
    assert passed_on["added_too"] == [1, 2]


@given(st.binary(max_size=400))
def test_no_bytes_at_all_escape_the_closed_list_of_reasons(body: bytes) -> None:
    assert _reason(body) in {ReasonCode.UNREADABLE, ReasonCode.WRONG_TYPE, ReasonCode.UNSUPPORTED_VERSION}
