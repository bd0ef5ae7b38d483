"""What only PostgreSQL can show: the view, the constraints, and units at the same time."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.notifier.domain.retry import Status
from shared.ids import new_id
from shared.messages.envelope import Lane
from shared.messages.notice_requested import NoticeKind
from tests.builders.notifier import QUIET, SCHOOL, SCREENING, URGENT, a_notice
from tests.contract.notifier.conftest import TableStores
from tests.contract.notifier.test_stores import an_alert, bundle, claim, keep, record

VIEW = "select kind, channel, recipient, status, attempts, settled_at is not null from notifier.v_notice order by 1, 2"


async def test_the_view_shows_a_notice_from_its_request_to_its_end(tables: TableStores) -> None:
    await keep(tables, a_notice(recipient=SCHOOL))
    assert await tables.rows(VIEW) == [("receipt", "none", "school-ferndale", "waiting", 0, False)]
    await bundle(tables)
    mail, hook = sorted(await claim(tables), key=lambda claimed: claimed.channel)
    await record(tables, mail, Status.DELIVERED)
    await record(tables, hook, Status.FAILED)
    assert await tables.rows(VIEW) == [
        ("receipt", "email", "school-ferndale", "delivered", 1, True),
        ("receipt", "webhook", "school-ferndale", "failed", 1, True),
    ]


async def test_the_view_shows_what_was_not_wanted(tables: TableStores) -> None:
    await keep(tables, a_notice(recipient=QUIET))
    await bundle(tables)
    assert await tables.rows(VIEW) == [("receipt", "none", "vcs-quiet", "not_wanted", 0, True)]


async def test_every_attempt_is_kept_with_the_directory_version_it_used(tables: TableStores) -> None:
    await keep(tables, an_alert(1))
    await bundle(tables)
    (first,) = await claim(tables)
    await record(tables, first, Status.WAITING, after=timedelta(0))
    (second,) = await claim(tables)
    await record(tables, second, Status.DELIVERED)
    assert await tables.rows(
        "select attempt, sent, reason, directory_version, ended_at >= started_at"
        " from notifier.delivery_attempts order by attempt"
    ) == [(1, False, "remote-unreachable", "test", True), (2, True, None, "test", True)]


async def test_a_commit_that_recorded_notices_wakes_the_workers_of_their_lanes(tables: TableStores) -> None:
    await keep(tables, a_notice(), a_notice(kind=NoticeKind.DANGER_ALERT, recipient=URGENT, lane=Lane.URGENT))
    await bundle(tables)
    assert tables.woken == [frozenset({Lane.ROUTINE, Lane.URGENT})]


async def test_two_units_at_once_never_claim_the_same_delivery(tables: TableStores) -> None:
    await keep(tables, *(a_notice(contact_id=UUID(int=n), recipient=SCHOOL) for n in range(2)), an_alert(9))
    await bundle(tables)
    async with tables() as one, tables() as other:
        first = await one.deliveries.claim(Lane.ROUTINE, limit=2, lease=timedelta(seconds=30), token=new_id())
        second = await other.deliveries.claim(Lane.ROUTINE, limit=10, lease=timedelta(seconds=30), token=new_id())
        await one.commit()
        await other.commit()
    assert (len(first), len(second)) == (2, 1)
    assert {c.delivery_id for c in first}.isdisjoint(c.delivery_id for c in second)


async def test_two_units_at_once_never_take_the_same_notice(tables: TableStores) -> None:
    await keep(tables, *(an_alert(n) for n in range(4)))
    whom = [(SCREENING, NoticeKind.QUEUE_ALERT)]
    async with tables() as one, tables() as other:
        first = await one.notices.take(Lane.ROUTINE, whom, 3)
        second = await other.notices.take(Lane.ROUTINE, whom, 3)
    assert (len(first), len(second)) == (3, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "update notifier.deliveries set status = 'sent'",
        "update notifier.deliveries set status = 'failed'",
        "update notifier.deliveries set status = 'failed', settled_at = now()",
        "update notifier.deliveries set settled_at = now()",
        "update notifier.deliveries set lease_token = gen_random_uuid()",
        "update notifier.deliveries set channel = 'pigeon'",
        "update notifier.notices set kind = 'gossip'",
        "update notifier.notices set recipient_kind = 'agency'",
        "update notifier.bundles set kind = 'danger-alert', size = 2",
        "update notifier.notices set bundle_id = gen_random_uuid()",
    ],
)
async def test_the_database_refuses_what_no_rule_allows(tables: TableStores, statement: str) -> None:
    await keep(tables, an_alert(1))
    await bundle(tables)
    with pytest.raises(IntegrityError):
        async with tables.engine.begin() as connection:
            await connection.execute(text(statement))


async def test_no_column_can_hold_an_address(tables: TableStores) -> None:
    columns = await tables.rows(
        "select distinct column_name from information_schema.columns where table_schema = 'notifier'"
        " and (column_name like '%mail%' or column_name like '%address%' or column_name like '%url%')"
    )
    assert columns == []
