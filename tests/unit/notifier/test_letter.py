import csv
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.letter import LISTED, OUTCOMES, Letter, Links, decision_words, letter_of, london_time
from services.notifier.domain.line import Line
from services.notifier.domain.notice import Notice, notice_of
from shared.messages.notice_requested import NoticeKind
from shared.settings import ROOT
from tests.builders.notifier import (
    CONTACT_ID,
    NOON,
    RECEIPT_ID,
    SCREENING,
    URGENT,
    a_danger_request,
    a_directory,
    a_notice,
    a_notice_request,
)

LINKS = Links("https://mash.example")
DIRECTORY = a_directory()


def letter(*notices: Notice) -> Letter:
    return letter_of(notices, Line("Durham police"), DIRECTORY, LINKS)


def test_a_receipt_reads_word_for_word() -> None:
    written = letter(a_notice(decide_by=NOON + timedelta(hours=24)))
    assert written.subject.text == "MASH: contact received, reference 0193a000-0000-7000-8000-00000000000a"
    assert written.body == (
        "To: Durham police\n"
        "\n"
        "We have received one contact from you.\n"
        "\n"
        "  Our reference: 0193a000-0000-7000-8000-00000000000a\n"
        "  Status, for your system with its token: https://mash.example/v1/receipts/0193a000-0000-7000-8000-00000000000a\n"
        "  Received: Monday 23 November 2026, 12:00 (London time)\n"
        "  You hear by: Tuesday 24 November 2026, 12:00 (London time)\n"
        "\n"
        "What happens next: each contact is read against the threshold document, and a person decides wherever the\n"
        "rules do not clearly say. You are told the outcome within one working day, or by the time given above.\n"
        "\n"
        "Who to ring: First Contact, County Durham, 01632 960 001; nights, weekends and bank holidays 01632 960 002.\n"
        "If a child is in immediate danger, ring 999.\n"
        "\n"
        "This message holds references only. Do not answer it with details about a family.\n"
    )


def test_an_outcome_says_what_was_decided_and_how_to_disagree() -> None:
    written = letter(a_notice(kind=NoticeKind.OUTCOME, outcome="EH", service="one-point"))
    assert "  Outcome: early help; service: One Point\n" in written.body
    assert (
        "If you disagree: within one working day ring the MASH duty manager, 01632 960 003,\n"
        "quote our reference, and say what you think should happen. This starts the escalation procedure.\n"
    ) in written.body


def test_a_danger_alert_is_marked_in_the_subject_and_leads_to_the_contact() -> None:
    written = letter(a_notice(kind=NoticeKind.DANGER_ALERT, recipient=URGENT, rating="RED"))
    assert written.subject.text == f"URGENT: MASH: immediate danger, reference {RECEIPT_ID}"
    assert (
        "IMMEDIATE DANGER to a child is reported, or words that may mean it. Open this contact now.\n" in written.body
    )
    assert f"  See: https://mash.example/contacts/{CONTACT_ID}\n" in written.body
    assert "  Rating: RED\n" in written.body


def test_an_alert_about_a_refused_message_does_not_lead_to_a_contact_that_is_not_there() -> None:
    refused = a_notice(kind=NoticeKind.DANGER_ALERT, recipient=URGENT, receipt_id=str(CONTACT_ID))
    written = letter(refused)
    assert written.body.startswith(
        "To: Durham police\n\n"
        "IMMEDIATE DANGER to a child may be described in a message that could not be read as a contact.\n\n"
        f"  Reference of the refused message: {CONTACT_ID}\n"
    )
    assert "https://" not in written.body
    assert "rings whoever sent it" in written.body


def test_many_alerts_for_a_queue_are_one_list_with_a_number_and_a_place_for_the_rest() -> None:
    notices = [
        a_notice(kind=NoticeKind.QUEUE_ALERT, recipient=SCREENING, contact_id=UUID(int=n)) for n in range(LISTED + 3)
    ]
    written = letter(*notices)
    assert written.subject.text == "MASH: 53 contacts for you"
    assert "There are 53 contacts for you in your queue, MASH screening queue." in written.body
    assert written.body.count("Our reference:") == 50
    assert "and 3 more: https://mash.example/queues\n" in written.body


def test_a_digest_for_an_agency_leaves_no_contact_out() -> None:
    written = letter(*(a_notice(receipt_id=f"receipt-{n}", kind=NoticeKind.OUTCOME) for n in range(500)))
    assert all(f"Our reference: receipt-{n}\n" in written.body for n in range(500))


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_every_kind_says_who_to_ring_and_999(kind: NoticeKind) -> None:
    body = letter(a_notice(kind=kind, recipient=URGENT)).body
    assert "If a child is in immediate danger, ring 999." in body
    assert "01632 960 001" in body
    assert "01632 960 002" in body
    assert "What happens next:" in body


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "Sunday 29 March 2026, 00:59 (London time)"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "Sunday 29 March 2026, 02:00 (London time)"),
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), "Wednesday 1 July 2026, 00:30 (London time)"),
        (datetime(2026, 10, 25, 1, 0, tzinfo=UTC), "Sunday 25 October 2026, 01:00 (London time)"),
        (datetime(2026, 12, 25, 8, 5, tzinfo=UTC), "Friday 25 December 2026, 08:05 (London time)"),
    ],
)
def test_times_are_london_times(instant: datetime, text: str) -> None:
    assert london_time(instant) == text


@given(st.text(min_size=4), st.text(min_size=4), st.text(min_size=4))
def test_text_in_place_of_a_code_never_reaches_a_letter(outcome: str, service: str, rating: str) -> None:
    clean = letter(a_notice(kind=NoticeKind.OUTCOME))
    dirty = letter(a_notice(kind=NoticeKind.OUTCOME, outcome=f"{outcome}~", service=f"{service}~", rating=f"{rating}~"))
    assert dirty == clean


@pytest.mark.parametrize(
    "canary",
    [
        "Kacey Testchild",
        "2014-05-06",
        "999 000 0018",
        "{{7*7}}",
        "${jndi:ldap://x}",
        "%s%n",
        "{0.__class__}",
        "\r\nBcc: a@b.example",
    ],
)
def test_a_canary_anywhere_in_a_request_is_in_no_letter(canary: str) -> None:
    personal = {"child_name": canary, "narrative": canary, "outcome": canary, "service": canary, "rating": canary}
    requests = [
        a_notice_request(**personal),
        a_notice_request(kind=NoticeKind.OUTCOME, **personal),
        a_notice_request(kind=NoticeKind.QUEUE_ALERT, queue="mash-screening", **personal),
        a_danger_request(**personal),
    ]
    for request in requests:
        notice = replace(notice_of(request), subject=canary, trace=canary)
        written = letter(notice)
        assert canary not in written.subject.text
        assert canary not in written.body


def test_every_letter_is_ascii_plain_text_with_short_lines() -> None:
    for kind in NoticeKind:
        body = letter(a_notice(kind=kind, recipient=URGENT, decide_by=NOON)).body
        assert body.isascii()
        assert max(len(line) for line in body.splitlines()) <= 130
        assert re.search(r"<[a-z]", body) is None


def test_an_unknown_outcome_is_told_as_decided_without_its_text() -> None:
    words = decision_words(a_notice(outcome="Z9"), DIRECTORY)
    assert words == "decided; the receipt status shows how"


def test_every_outcome_code_has_words() -> None:
    with (ROOT / "shared/codes/contact_outcome.csv").open(newline="") as file:
        assert {row["code"] for row in csv.DictReader(file)} == set(OUTCOMES)


def test_a_letter_about_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one notice"):
        letter()
