"""A routine move says whom it concerns; each of them gets a notice, once."""

from datetime import timedelta

import pytest

from services.notifier.handlers import note_moves
from shared.errors import PermanentFailure, ReasonCode
from shared.messages.case_moved import CaseMoved, CaseState
from shared.messages.envelope import Lane
from shared.messages.notice_requested import NoticeKind
from tests.builders.notifier import NOON, a_move
from tests.builders.notifier_memory import MemoryUnits


async def noted(units: MemoryUnits, *moves: CaseMoved) -> None:
    async with units() as work:
        await note_moves(moves, work)
        await work.commit()


async def test_each_queue_it_names_and_the_referrer_get_a_notice() -> None:
    units = MemoryUnits()

    await noted(units, a_move(alerts=("one-point", "vcs-alliance"), tells_referrer=True))

    kept = [(n.kind, n.recipient.id, n.outcome, n.service, n.decide_by) for n in units.state.notices.values()]
    due = NOON + timedelta(days=1)
    assert kept == [
        (NoticeKind.QUEUE_ALERT, "one-point", None, None, due),
        (NoticeKind.QUEUE_ALERT, "vcs-alliance", None, None, due),
        (NoticeKind.OUTCOME, "school-ferndale", "EH", "one-point", None),
    ]
    assert {(n.lane, n.rating, n.occasion) for n in units.state.notices.values()} == {
        (Lane.ROUTINE, "GREEN", "2026-11-23T12:00:00+00:00")
    }


async def test_a_closed_contact_names_no_service_to_the_referrer() -> None:
    units = MemoryUnits()

    await noted(units, a_move(state=CaseState.CLOSED, queue="mash-screening", outcome="NFA", tells_referrer=True))

    assert [(n.kind, n.outcome, n.service) for n in units.state.notices.values()] == [(NoticeKind.OUTCOME, "NFA", None)]


async def test_a_repeat_of_a_move_changes_nothing() -> None:
    units = MemoryUnits()
    move = a_move(alerts=("one-point",), tells_referrer=True)

    await noted(units, move)
    first = list(units.state.notices)
    await noted(units, move)

    assert list(units.state.notices) == first
    assert len(first) == 2


async def test_a_move_that_concerns_nobody_leaves_no_notice() -> None:
    units = MemoryUnits()

    await noted(units, a_move(lane=Lane.URGENT))

    assert units.state.notices == {}


async def test_a_move_with_a_broken_reference_keeps_nothing_of_its_batch() -> None:
    units = MemoryUnits()
    broken = a_move(receipt_id="see attached: the child said", tells_referrer=True)
    async with units() as work:
        with pytest.raises(PermanentFailure) as raised:
            await note_moves([a_move(alerts=("one-point",)), broken], work)
    assert raised.value.reason is ReasonCode.RULE_FAILED
    assert units.state.notices == {}
