import json
from datetime import timedelta
from uuid import UUID

import pytest

from services.notifier.domain.letter import Links
from services.notifier.domain.notice import notice_of
from services.notifier.domain.payload import payload_of
from shared.messages.notice_requested import NoticeKind
from tests.builders.notifier import CONTACT_ID, NOON, RECEIPT_ID, SCREENING, a_directory, a_notice, a_notice_request

LINKS = Links("https://mash.example")
DIRECTORY = a_directory()


def test_an_outcome_is_codes_and_references() -> None:
    notice = a_notice(
        notice_id=UUID(int=7),
        kind=NoticeKind.OUTCOME,
        outcome="EH",
        service="one-point",
        rating="GREEN",
        decide_by=NOON + timedelta(hours=1),
    )
    assert json.loads(payload_of([notice], DIRECTORY, LINKS)) == {
        "type": "notice.outcome.v1",
        "timestamp": "2026-11-23T12:00:00Z",
        "data": {
            "notices": [
                {
                    "notice_id": "00000000-0000-0000-0000-000000000007",
                    "contact_id": str(CONTACT_ID),
                    "receipt_id": RECEIPT_ID,
                    "requested_at": "2026-11-23T12:00:00Z",
                    "outcome": "EH",
                    "service": "one-point",
                    "rating": None,
                    "decide_by": "2026-11-23T13:00:00Z",
                    "status_url": f"https://mash.example/v1/receipts/{RECEIPT_ID}",
                }
            ]
        },
    }


def test_a_queue_is_sent_to_the_contact_and_told_the_rating() -> None:
    notice = a_notice(kind=NoticeKind.QUEUE_ALERT, recipient=SCREENING, rating="AMBER")
    item = json.loads(payload_of([notice], DIRECTORY, LINKS))["data"]["notices"][0]
    assert (item["status_url"], item["rating"]) == (f"https://mash.example/contacts/{CONTACT_ID}", "AMBER")


def test_the_same_notices_give_the_same_text_so_a_signature_over_it_stays_comparable() -> None:
    notices = [a_notice(), a_notice(requested_at=NOON + timedelta(seconds=5))]
    assert payload_of(notices, DIRECTORY, LINKS) == payload_of(notices, DIRECTORY, LINKS)


@pytest.mark.parametrize("canary", ["Kacey Testchild", "999 000 0018", "2014-05-06"])
def test_a_canary_anywhere_in_a_request_is_in_no_payload(canary: str) -> None:
    request = a_notice_request(
        child_name=canary, outcome=canary, service=canary, rating=canary, subject=canary, trace=canary
    )
    assert canary not in payload_of([notice_of(request)], DIRECTORY, LINKS)


def test_a_payload_about_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one notice"):
        payload_of([], DIRECTORY, LINKS)
