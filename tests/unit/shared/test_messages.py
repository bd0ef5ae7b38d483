"""Reading bytes: a message, or one of the reasons why not; what a newer sender adds is kept and passed on."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.errors import PermanentFailure, ReasonCode
from shared.messages.build import read_message, to_bytes
from shared.messages.case_moved import CaseMovedFacets
from shared.messages.contact_assessed import ContactAssessed, ContactAssessedFacets
from shared.messages.contact_received import ContactReceived
from shared.messages.staff_decided import StaffDecidedFacets
from tests.builders.messages import a_contact_received

EXAMPLES = Path(__file__).parents[2] / "contract" / "messages" / "examples"


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


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "a\0b"},
        {"trace": "\0"},
        {"added_later": {"deep": ["\0"]}, "another": float("inf")},
        {"a\0name": 1},
        {"minor": 10**30},
        {"minor": -1},
        {"occurred_at": 10**18},
    ],
)
def test_what_no_table_can_hold_is_unreadable(change: dict[str, object]) -> None:
    whole = json.loads(to_bytes(a_contact_received()))
    assert _reason(json.dumps({**whole, **change}).encode()) is ReasonCode.UNREADABLE


def test_a_text_that_only_speaks_of_the_character_nul_is_read() -> None:
    message = a_contact_received().model_copy(update={"trace": "\\u0000"})
    assert read_message(ContactReceived, to_bytes(message)).trace == "\\u0000"


@pytest.mark.parametrize("version", [0, -1, 1_000_001, 2**31 - 1, 10**30])
def test_no_decision_and_no_move_has_an_absurd_version(version: int) -> None:
    facets = {"decision_id": "d", "staff_id": "s", "role": "screener", "action": "confirm", "reason_code": "r"}
    with pytest.raises(ValidationError):
        StaffDecidedFacets.model_validate({**facets, "case_version": version})
    assert StaffDecidedFacets.model_validate({**facets, "case_version": 1_000_000}).case_version == 1_000_000
    moved = json.loads((EXAMPLES / "case.moved.v1.json").read_bytes())["facets"]
    with pytest.raises(ValidationError):
        CaseMovedFacets.model_validate({**moved, "version": version})


@pytest.mark.parametrize("level", [0, 6, -1, 10**30])
def test_there_are_five_levels(level: int) -> None:
    assessed = json.loads((EXAMPLES / "contact.assessed.v1.json").read_bytes())["facets"]
    with pytest.raises(ValidationError):
        ContactAssessedFacets.model_validate({**assessed, "level": level})


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
