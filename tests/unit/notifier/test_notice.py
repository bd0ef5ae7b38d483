from datetime import timedelta

import pytest

from services.notifier.domain.directory import Recipient, RecipientKind
from services.notifier.domain.notice import notice_of
from shared.errors import PermanentFailure, ReasonCode
from shared.messages.envelope import Lane
from shared.messages.notice_requested import NoticeKind
from tests.builders.notifier import NOON, POLICE, a_danger_request, a_notice_request


def test_a_receipt_goes_to_the_agency_that_the_request_names() -> None:
    assert notice_of(a_notice_request(agency_id="police-durham")).recipient == POLICE


def test_an_alert_goes_to_the_queue_that_the_request_names() -> None:
    notice = notice_of(a_notice_request(kind=NoticeKind.QUEUE_ALERT, queue="one-point"))
    assert notice.recipient == Recipient(RecipientKind.QUEUE, "one-point")


def test_the_notice_has_the_id_of_its_request_so_a_repeat_is_recognised() -> None:
    request = a_notice_request()
    assert notice_of(request).notice_id == request.id


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": NoticeKind.RECEIPT, "queue": "mash-urgent"},
        {"kind": NoticeKind.RECEIPT, "agency_id": "police-durham", "queue": "mash-urgent"},
        {"kind": NoticeKind.OUTCOME, "queue": "one-point"},
        {"kind": NoticeKind.QUEUE_ALERT, "agency_id": "police-durham"},
        {"kind": NoticeKind.DANGER_ALERT, "agency_id": "police-durham", "queue": "mash-urgent"},
        {"kind": NoticeKind.DANGER_ALERT, "queue": ""},
        {"receipt_id": "R1\r\nBcc: other@agency.example"},
        {"receipt_id": "Kacey Testchild"},
        {"receipt_id": ""},
    ],
)
def test_a_request_without_exactly_one_fitting_recipient_or_a_plain_reference_needs_a_person(
    changes: dict[str, str],
) -> None:
    with pytest.raises(PermanentFailure) as raised:
        notice_of(a_notice_request(**changes))
    assert raised.value.reason is ReasonCode.RULE_FAILED
    assert "Kacey" not in str(raised.value.fields)


@pytest.mark.parametrize("text", ["Kacey Testchild", "EH\n", "", "x" * 41, "{{7*7}}", "Zoë"])
def test_text_in_place_of_a_code_is_not_kept(text: str) -> None:
    notice = notice_of(a_notice_request(kind=NoticeKind.OUTCOME, outcome=text, service=text, rating=text))
    assert (notice.outcome, notice.service, notice.rating) == (None, None, None)


def test_danger_is_urgent_whatever_lane_it_came_on() -> None:
    assert notice_of(a_danger_request(lane=Lane.ROUTINE)).lane is Lane.URGENT


def test_a_receipt_is_told_once_for_a_contact() -> None:
    first, second = a_notice_request(), a_notice_request(occurred_at=NOON + timedelta(hours=1))
    assert notice_of(first).occasion == notice_of(second).occasion == ""


@pytest.mark.parametrize("kind", [NoticeKind.QUEUE_ALERT, NoticeKind.DANGER_ALERT])
def test_a_contact_that_comes_back_to_a_queue_is_announced_again(kind: NoticeKind) -> None:
    first = notice_of(a_notice_request(kind=kind, queue="mash-urgent"))
    later = notice_of(a_notice_request(kind=kind, queue="mash-urgent", occurred_at=NOON + timedelta(hours=1)))
    assert (first.occasion, later.occasion) == ("2026-11-23T12:00:00+00:00", "2026-11-23T13:00:00+00:00")


def test_a_changed_outcome_is_told_again() -> None:
    first = notice_of(a_notice_request(kind=NoticeKind.OUTCOME))
    later = notice_of(a_notice_request(kind=NoticeKind.OUTCOME, occurred_at=NOON + timedelta(days=1)))
    assert first.occasion != later.occasion
