import pytest

from services.notifier.handlers import request_notices
from shared.errors import PermanentFailure, ReasonCode
from shared.messages.envelope import Lane
from shared.messages.notice_requested import NoticeKind
from tests.builders.notifier import a_danger_request, a_notice_request
from tests.builders.notifier_memory import MemoryUnits


async def test_requests_of_a_batch_are_kept_as_notices() -> None:
    units = MemoryUnits()
    receipt, danger = a_notice_request(), a_danger_request()
    async with units() as work:
        await request_notices([receipt, danger], work)
        await work.commit()
    kept = units.state.notices
    assert {i: (n.kind, n.lane, n.recipient.id) for i, n in kept.items()} == {
        receipt.id: (NoticeKind.RECEIPT, Lane.ROUTINE, "police-durham"),
        danger.id: (NoticeKind.DANGER_ALERT, Lane.URGENT, "mash-urgent"),
    }


async def test_a_second_request_for_the_same_receipt_changes_nothing() -> None:
    units = MemoryUnits()
    first = a_notice_request()
    for request in (first, first, a_notice_request()):
        async with units() as work:
            await request_notices([request], work)
            await work.commit()
    assert list(units.state.notices) == [first.id]


async def test_recording_sends_nothing_and_tells_nobody() -> None:
    units = MemoryUnits()
    async with units() as work:
        await request_notices([a_danger_request()], work)
        await work.commit()
    assert units.sent == []
    assert units.state.deliveries == {}


async def test_a_request_that_names_two_recipients_keeps_nothing_of_its_batch() -> None:
    units = MemoryUnits()
    broken = a_notice_request(agency_id="police-durham", queue="mash-urgent")
    async with units() as work:
        with pytest.raises(PermanentFailure) as raised:
            await request_notices([a_notice_request(), broken], work)
    assert raised.value.reason is ReasonCode.RULE_FAILED
    assert units.state.notices == {}
