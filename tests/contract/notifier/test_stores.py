from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from services.notifier.domain.bundle import Bundle, bundle_up
from services.notifier.domain.delivery import AttemptRecord, Claimed
from services.notifier.domain.directory import Recipient
from services.notifier.domain.notice import Notice
from services.notifier.domain.retry import DeliveryReason, Status
from shared.ids import new_id
from shared.messages.envelope import Lane
from shared.messages.notice_requested import NoticeKind
from tests.builders.notifier import NOON, POLICE, QUIET, SCHOOL, SCREENING, URGENT, a_directory, a_notice
from tests.contract.notifier.conftest import Stores

PAUSE = timedelta(seconds=15)
LEASE = timedelta(seconds=30)
DIRECTORY = a_directory()


async def keep(stores: Stores, *notices: Notice) -> None:
    async with stores() as work:
        await work.notices.record(notices)
        await work.commit()


async def due(stores: Stores, lane: Lane = Lane.ROUTINE, pause: timedelta = PAUSE) -> set[tuple[Recipient, NoticeKind]]:
    async with stores() as work:
        return set(await work.notices.recipients_due(lane, pause))


async def bundle(stores: Stores, lane: Lane = Lane.ROUTINE, pause: timedelta = PAUSE) -> list[Bundle]:
    async with stores() as work:
        recipients = await work.notices.recipients_due(lane, pause)
        made = bundle_up(await work.notices.take(lane, recipients, 100), DIRECTORY, new_id) if recipients else []
        await work.deliveries.add(made)
        await work.commit()
    return made


async def claim(stores: Stores, lane: Lane = Lane.ROUTINE, limit: int = 10) -> Sequence[Claimed]:
    async with stores() as work:
        claimed = await work.deliveries.claim(lane, limit=limit, lease=LEASE, token=new_id())
        await work.commit()
    return claimed


async def record(stores: Stores, claimed: Claimed, status: Status, after: timedelta | None = None) -> bool:
    async with stores() as work:
        kept = await work.deliveries.record(
            AttemptRecord(
                delivery_id=claimed.delivery_id,
                lease_token=claimed.lease_token,
                attempt=claimed.attempt,
                status=status,
                reason=None if status is Status.DELIVERED else DeliveryReason.REMOTE_UNREACHABLE,
                code=None,
                directory_version="test",
                next_attempt_at=work.now + after if after is not None else None,
            )
        )
        await work.commit()
    return kept


def an_alert(number: int, recipient: Recipient = SCREENING, **changes: object) -> Notice:
    return a_notice(kind=NoticeKind.QUEUE_ALERT, recipient=recipient, contact_id=UUID(int=number), **changes)


async def test_a_notice_comes_back_as_it_was_kept(stores: Stores) -> None:
    notice = a_notice(
        kind=NoticeKind.OUTCOME, occasion="x", outcome="EH", service="one-point", rating="RED", decide_by=NOON
    )
    await keep(stores, notice)
    (made,) = await bundle(stores)
    async with stores() as work:
        assert await work.notices.of_bundles([made.bundle_id]) == {made.bundle_id: [notice]}


async def test_nothing_is_kept_without_a_commit(stores: Stores) -> None:
    async with stores() as work:
        await work.notices.record([a_notice()])
    assert await due(stores) == set()


async def test_keeping_nothing_is_allowed(stores: Stores) -> None:
    await keep(stores)
    async with stores() as work:
        await work.deliveries.add([])
        assert await work.notices.of_bundles([]) == {}


async def test_a_second_notice_for_one_contact_kind_recipient_and_occasion_is_not_kept(stores: Stores) -> None:
    first, second = a_notice(), a_notice()
    await keep(stores, first, first, second)
    await keep(stores, second)
    (made,) = await bundle(stores)
    assert made.notice_ids == (first.notice_id,)


async def test_another_occasion_recipient_or_contact_is_another_notice(stores: Stores) -> None:
    await keep(
        stores,
        a_notice(kind=NoticeKind.OUTCOME, occasion="monday"),
        a_notice(kind=NoticeKind.OUTCOME, occasion="tuesday"),
        a_notice(kind=NoticeKind.OUTCOME, occasion="monday", recipient=SCHOOL),
        a_notice(kind=NoticeKind.OUTCOME, occasion="monday", contact_id=UUID(int=2)),
    )
    assert sorted(len(made.notice_ids) for made in await bundle(stores)) == [1, 3]


async def test_waiting_notices_make_their_recipients_due_by_lane_and_kind(stores: Stores) -> None:
    await keep(
        stores,
        an_alert(1),
        an_alert(2),
        a_notice(),
        a_notice(kind=NoticeKind.DANGER_ALERT, recipient=URGENT, lane=Lane.URGENT),
    )
    assert await due(stores) == {(SCREENING, NoticeKind.QUEUE_ALERT), (POLICE, NoticeKind.RECEIPT)}
    assert await due(stores, Lane.URGENT) == {(URGENT, NoticeKind.DANGER_ALERT)}


async def test_a_bundled_notice_waits_no_more(stores: Stores) -> None:
    await keep(stores, an_alert(1))
    assert len(await bundle(stores)) == 1
    assert await due(stores, pause=timedelta(0)) == set()


async def test_a_recipient_who_was_just_told_is_not_due_until_the_pause_is_over(stores: Stores) -> None:
    await keep(stores, an_alert(1))
    await bundle(stores)
    await keep(stores, an_alert(2), a_notice())
    assert await due(stores) == {(POLICE, NoticeKind.RECEIPT)}
    await stores.passes(PAUSE + timedelta(seconds=1))
    assert await due(stores) == {(POLICE, NoticeKind.RECEIPT), (SCREENING, NoticeKind.QUEUE_ALERT)}


async def test_without_a_pause_everybody_with_waiting_notices_is_due(stores: Stores) -> None:
    await keep(stores, an_alert(1))
    await bundle(stores)
    await keep(stores, an_alert(2))
    assert await due(stores, pause=timedelta(0)) == {(SCREENING, NoticeKind.QUEUE_ALERT)}


async def test_only_notices_of_the_named_recipients_are_taken_and_no_more_than_asked_for(stores: Stores) -> None:
    await keep(stores, *(an_alert(n) for n in range(5)), a_notice())
    async with stores() as work:
        taken = await work.notices.take(Lane.ROUTINE, [(SCREENING, NoticeKind.QUEUE_ALERT)], 3)
    assert [(waiting.kind, waiting.recipient) for waiting in taken] == [(NoticeKind.QUEUE_ALERT, SCREENING)] * 3


async def test_a_claimed_delivery_says_what_it_is(stores: Stores) -> None:
    notice = a_notice(recipient=SCHOOL)
    await keep(stores, notice)
    (made,) = await bundle(stores)
    claimed = await claim(stores)
    assert {(c.channel, c.channel_name, c.listed_as, c.recipient, c.kind, c.lane, c.attempt) for c in claimed} == {
        ("email", "desk", SCHOOL, SCHOOL, NoticeKind.RECEIPT, Lane.ROUTINE, 1),
        ("webhook", "referral-system", SCHOOL, SCHOOL, NoticeKind.RECEIPT, Lane.ROUTINE, 1),
    }
    assert {c.bundle_id for c in claimed} == {made.bundle_id}
    assert {c.delivery_id for c in claimed} == {planned.delivery_id for planned in made.deliveries}


async def test_a_claimed_delivery_is_in_nobody_elses_hand_until_its_lease_runs_out(stores: Stores) -> None:
    await keep(stores, an_alert(1))
    await bundle(stores)
    (first,) = await claim(stores)
    assert await claim(stores) == []
    await stores.passes(LEASE + timedelta(seconds=1))
    (second,) = await claim(stores)
    assert (second.delivery_id, second.attempt) == (first.delivery_id, 2)
    assert second.lease_token != first.lease_token


async def test_no_more_than_the_limit_is_claimed(stores: Stores) -> None:
    await keep(stores, an_alert(1), a_notice(), a_notice(recipient=SCHOOL))
    await bundle(stores)
    assert len(await claim(stores, limit=3)) == 3
    assert len(await claim(stores, limit=3)) == 1


async def test_lanes_do_not_claim_from_each_other(stores: Stores) -> None:
    await keep(stores, an_alert(1))
    await bundle(stores)
    assert await claim(stores, Lane.URGENT) == []


async def test_a_delivered_one_is_never_claimed_again(stores: Stores) -> None:
    await keep(stores, an_alert(1))
    await bundle(stores)
    (claimed,) = await claim(stores)
    assert await record(stores, claimed, Status.DELIVERED)
    await stores.passes(timedelta(days=1))
    assert await claim(stores) == []


async def test_one_that_waits_is_claimed_again_when_its_pause_is_over(stores: Stores) -> None:
    await keep(stores, an_alert(1))
    await bundle(stores)
    (claimed,) = await claim(stores)
    assert await record(stores, claimed, Status.WAITING, after=timedelta(seconds=5))
    assert await claim(stores) == []
    await stores.passes(timedelta(seconds=6))
    assert [again.attempt for again in await claim(stores)] == [2]


async def test_the_result_of_a_lost_lease_is_not_kept(stores: Stores) -> None:
    await keep(stores, an_alert(1))
    await bundle(stores)
    (slow,) = await claim(stores)
    await stores.passes(LEASE + timedelta(seconds=1))
    (holder,) = await claim(stores)
    assert not await record(stores, slow, Status.FAILED)
    assert await record(stores, holder, Status.DELIVERED)
    assert not await record(stores, holder, Status.FAILED)


async def test_what_is_not_wanted_is_settled_from_the_start(stores: Stores) -> None:
    await keep(stores, a_notice(recipient=QUIET))
    (made,) = await bundle(stores)
    assert [planned.status for planned in made.deliveries] == [Status.NOT_WANTED]
    assert await claim(stores) == []
