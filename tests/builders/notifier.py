"""Builders of the notifier's values: a test names only what it is about. Every name and address is invented."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.notifier.domain.directory import (
    Directory,
    EmailChannel,
    Entry,
    FrontDoor,
    Recipient,
    RecipientKind,
    WebhookChannel,
)
from services.notifier.domain.line import EmailAddress, Line
from services.notifier.domain.notice import Notice
from shared.ids import new_id
from shared.messages.case_moved import CaseMoved, CaseMovedFacets, CaseState
from shared.messages.envelope import Lane
from shared.messages.notice_requested import NoticeKind, NoticeRequested, NoticeRequestedFacets

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
RECEIPT_ID = "0193a000-0000-7000-8000-00000000000a"
CONTACT_ID = UUID("0193a000-0000-7000-8000-000000000001")
POLICE = Recipient(RecipientKind.AGENCY, "police-durham")
SCHOOL = Recipient(RecipientKind.AGENCY, "school-ferndale")
QUIET = Recipient(RecipientKind.AGENCY, "vcs-quiet")
SCREENING = Recipient(RecipientKind.QUEUE, "mash-screening")
URGENT = Recipient(RecipientKind.QUEUE, "mash-urgent")
HOOK = WebhookChannel("referral-system", "https://hooks.school-ferndale.example/mash", "school-ferndale")


def an_email_channel(address: str, name: str = "desk", **changes: Any) -> EmailChannel:
    return EmailChannel(name, EmailAddress(address), **changes)


def a_directory(**changes: Any) -> Directory:
    """Two agencies (the school also has a webhook), one that wants no messages, two queues."""
    entries = {
        POLICE: Entry(Line("Durham police"), (an_email_channel("mash-replies@police-durham.example"),)),
        SCHOOL: Entry(Line("Ferndale School"), (an_email_channel("dsl@school-ferndale.example"), HOOK)),
        QUIET: Entry(Line("Quiet Charity"), ()),
        SCREENING: Entry(Line("MASH screening queue"), (an_email_channel("screening@mash.example"),)),
        URGENT: Entry(
            Line("MASH urgent queue"),
            (
                an_email_channel("urgent@mash.example", "screeners"),
                an_email_channel(
                    "duty-manager@mash.example", "duty-manager", only=frozenset({NoticeKind.DANGER_ALERT})
                ),
            ),
        ),
        Recipient(RecipientKind.QUEUE, "one-point"): Entry(
            Line("One Point"), (an_email_channel("one-point@services.example"),)
        ),
    }
    door = FrontDoor(
        title=Line("First Contact, County Durham"),
        phone=Line("01632 960 001"),
        out_of_hours=Line("01632 960 002"),
        escalation_title=Line("the MASH duty manager"),
        escalation_phone=Line("01632 960 003"),
        escalation_days=1,
    )
    values: dict[str, Any] = {
        "version": "county-durham/directory@test",
        "front_door": door,
        "entries": entries,
        "unlisted_queue": SCREENING,
    }
    return Directory(**{**values, **changes})


def a_notice(**changes: Any) -> Notice:
    """A receipt for the police unless told otherwise."""
    values: dict[str, Any] = {
        "notice_id": new_id(),
        "contact_id": CONTACT_ID,
        "subject": str(CONTACT_ID),
        "trace": "trace-1",
        "lane": Lane.ROUTINE,
        "kind": NoticeKind.RECEIPT,
        "recipient": POLICE,
        "occasion": "",
        "receipt_id": RECEIPT_ID,
        "requested_at": NOON,
    }
    return Notice(**{**values, **changes})


def a_notice_request(**changes: Any) -> NoticeRequested:
    """The message that asks for a receipt to the police; facets are changed by their own names, the rest by theirs."""
    envelope = ("id", "occurred_at", "trace", "subject", "contact_id", "lane", "type", "major", "minor")
    outer = {name: changes.pop(name) for name in list(changes) if name in envelope}
    facets: dict[str, Any] = {"kind": NoticeKind.RECEIPT, "receipt_id": RECEIPT_ID}
    if "agency_id" not in changes and "queue" not in changes:
        facets["agency_id"] = "police-durham"
    values: dict[str, Any] = {
        "id": new_id(),
        "type": NoticeRequested.TYPE,
        "major": 1,
        "minor": 0,
        "occurred_at": NOON,
        "trace": "trace-1",
        "subject": "person-1",
        "contact_id": CONTACT_ID,
        "lane": Lane.ROUTINE,
        "facets": NoticeRequestedFacets(**{**facets, **changes}),
    }
    return NoticeRequested(**{**values, **outer})


def a_move(**changes: Any) -> CaseMoved:
    """A contact of the school placed with One Point on the routine lane; facets are changed by their own names."""
    outer = {name: changes.pop(name) for name in ("id", "lane") if name in changes}
    facets: dict[str, Any] = {
        "authority": "county-durham",
        "agency_id": "school-ferndale",
        "agency_kind": "school",
        "receipt_id": RECEIPT_ID,
        "received_at": NOON,
        "version": 1,
        "state": CaseState.PLACED,
        "queue": "one-point",
        "level": 2,
        "rating": "GREEN",
        "statutory_flag": "none",
        "reason": "auto_early_help",
        "outcome": "EH",
        "decide_by": NOON + timedelta(days=1),
        "catalogue_version": "county-durham/catalogue@2026.1",
    }
    envelope: dict[str, Any] = {
        "id": new_id(),
        "type": CaseMoved.TYPE,
        "major": 1,
        "minor": 0,
        "occurred_at": NOON,
        "trace": "trace-1",
        "subject": "person-1",
        "contact_id": CONTACT_ID,
        "lane": Lane.ROUTINE,
    }
    return CaseMoved(**(envelope | outer), facets=CaseMovedFacets(**(facets | changes)))


def a_danger_request(**changes: Any) -> NoticeRequested:
    """The message that asks to alert the urgent queue."""
    defaults: dict[str, Any] = {"kind": NoticeKind.DANGER_ALERT, "queue": "mash-urgent", "lane": Lane.URGENT}
    return a_notice_request(**{**defaults, **changes})
