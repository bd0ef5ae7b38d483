"""What a person releases is really handled again, once; what a person resolves stands in nobody's way."""

from collections.abc import Sequence

from sqlalchemy import text

from shared.messages.contact_received import ContactReceived
from shared.work import Work
from tests.builders.messages import a_contact_received
from tests.integration.handling.unfed import Unfed, forgiving


async def test_a_released_message_is_handled_once_and_a_redelivery_changes_nothing(unfed: Unfed) -> None:
    record = unfed.record(message := a_contact_received(defects=("permanent",)))
    await unfed.takes(record)
    assert await unfed.attention() == [("quarantined", "unknown-code", 1, "open")]
    unfed.handle = forgiving
    assert await unfed.settles("release")
    await unfed.works()
    await unfed.takes(record)
    await unfed.works()
    assert await unfed.effects() == [message.id]
    assert await unfed.attention() == [("quarantined", "unknown-code", 1, "released")]


async def test_a_released_message_that_fails_again_is_the_same_task_again(unfed: Unfed) -> None:
    await unfed.takes(a_contact_received(defects=("permanent",)))
    for attempts in (2, 3):
        assert await unfed.settles("release")
        await unfed.works()
        assert await unfed.attention() == [("quarantined", "unknown-code", attempts, "open")]
    assert await unfed.effects() == []
    unfed.handle = forgiving
    assert await unfed.settles("release")
    await unfed.works()
    assert len(await unfed.effects()) == 1


async def test_a_released_message_that_may_work_later_is_parked(unfed: Unfed) -> None:
    message = a_contact_received(defects=("transient",))
    await unfed.takes(message.model_copy(update={"major": 2}))
    assert await unfed.attention() == [("quarantined", "unsupported-version", 1, "open")]
    await unfed.takes(a_contact_received(defects=("permanent",)))

    async def not_now(messages: object, work: object) -> None:
        from shared.errors import ReasonCode, TransientFailure

        raise TransientFailure(ReasonCode.TRY_AGAIN)

    unfed.handle = not_now
    assert await unfed.settles("release")
    await unfed.works()
    assert await unfed.rows("select state, attempts, reason from probe.parked") == [("waiting", 1, "try-again")]


async def test_a_released_message_that_cannot_be_read_is_a_task_again(unfed: Unfed) -> None:
    await unfed.takes(b"\xff not a message")
    assert await unfed.settles("release")
    await unfed.works()
    assert await unfed.attention() == [("quarantined", "unreadable", 2, "open")]
    assert await unfed.rows("select count(*) from probe.parked") == [(0,)]


async def test_releasing_a_copy_of_what_was_done_does_nothing_twice(unfed: Unfed) -> None:
    message = a_contact_received()
    await unfed.takes(unfed.record(message, poisoned=True), message)
    assert await unfed.effects() == [message.id]
    assert await unfed.settles("release")
    await unfed.works()
    assert await unfed.effects() == [message.id]
    assert await unfed.attention() == [("quarantined", "poison-header", 1, "released")]


async def test_a_released_message_with_a_poisoned_header_is_handled(unfed: Unfed) -> None:
    message = a_contact_received()
    await unfed.takes(unfed.record(message, poisoned=True))
    assert await unfed.settles("release")
    await unfed.works()
    assert await unfed.effects() == [message.id]


async def test_resolved_parked_work_lets_the_later_messages_of_its_subject_pass(unfed: Unfed) -> None:
    await unfed.takes(a_contact_received(subject="child", defects=("transient",)))
    later = a_contact_received(subject="child")
    await unfed.takes(later)
    await unfed.works()
    assert await unfed.effects() == []
    ((head,),) = await unfed.rows("select id from probe.parked where attempts = 1")
    await unfed.rows("select probe.settle_attention(:head, 'resolve', 'ops-1', 'told by telephone')", head=head)
    await unfed.works()
    assert await unfed.effects() == [later.id]
    await unfed.takes(a_contact_received(subject="child"))
    assert len(await unfed.effects()) == 2


async def test_held_work_is_tried_once_when_released_and_held_again_where_it_fails(unfed: Unfed) -> None:
    message = a_contact_received(defects=("transient",))
    await unfed.takes(message)
    await unfed.rows("update probe.parked set state = 'held', attempts = 6")
    assert await unfed.settles("release")
    await unfed.works()
    assert await unfed.attention() == [("parked", "try-again", 7, "open")]
    unfed.handle = forgiving
    assert await unfed.settles("release")
    await unfed.works()
    assert await unfed.effects() == [message.id]
    assert await unfed.attention() == [("parked", "try-again", 7, "released")]


async def test_parked_work_that_kills_the_process_ends_in_quarantine(unfed: Unfed) -> None:
    message = a_contact_received(defects=("transient",))
    await unfed.takes(message)
    await unfed.rows("update probe.parked set next_attempt_at = now()")
    await unfed.rows(
        "insert into probe.crash_guard (consumer, topic, partition, kafka_offset, deaths) "
        "select consumer, topic, -2, seq, 2 from probe.parked"
    )
    unfed.handle = forgiving
    await unfed.works()
    assert await unfed.effects() == []
    assert await unfed.attention() == [("quarantined", "crashed-repeatedly", 1, "open")]
    assert await unfed.rows("select count(*) from probe.crash_guard") == [(0,)]


async def test_work_that_killed_before_and_kills_again_when_released_is_not_tried_a_third_time(unfed: Unfed) -> None:
    await unfed.takes(a_contact_received(defects=("permanent",)))
    await unfed.rows("update probe.quarantine set reason = 'crashed-repeatedly'")
    unfed.handle = forgiving
    assert await unfed.settles("release")
    assert await unfed.worker.give_back_one()
    await unfed.rows(
        "insert into probe.crash_guard (consumer, topic, partition, kafka_offset, deaths) "
        "select consumer, topic, -2, seq, 0 from probe.parked"
    )
    await unfed.works()
    assert await unfed.effects() == []
    assert await unfed.attention() == [("quarantined", "crashed-repeatedly", 2, "open")]


async def test_a_value_that_no_column_can_hold_is_a_persons_task_at_once(unfed: Unfed) -> None:
    async def too_large(messages: object, work: Work) -> None:
        statement = text("insert into probe.parked (attempts) values (cast(:n as int))")
        await work.connection.execute(statement, {"n": 2**40})

    unfed.handle = too_large
    await unfed.takes(a_contact_received())
    assert await unfed.attention() == [("quarantined", "value-refused", 1, "open")]
    assert await unfed.settles("release")
    await unfed.works()
    assert await unfed.attention() == [("quarantined", "value-refused", 2, "open")]
    unfed.handle = forgiving
    assert await unfed.settles("release")
    await unfed.works()
    assert len(await unfed.effects()) == 1


async def test_a_time_limit_within_a_handler_parks_the_message_and_lets_the_others_pass(unfed: Unfed) -> None:
    slow, good = a_contact_received(subject="slow"), a_contact_received(subject="good")

    async def limited(messages: Sequence[ContactReceived], work: Work) -> None:
        if slow.id in {message.id for message in messages}:
            raise TimeoutError
        await forgiving(messages, work)

    unfed.handle = limited
    await unfed.takes(slow, good)
    assert await unfed.effects() == [good.id]
    assert await unfed.rows("select message_id, reason from probe.parked") == [(slow.id, "rule-failed")]


async def test_a_body_moved_to_another_item_does_not_open(unfed: Unfed) -> None:
    await unfed.takes(a_contact_received(defects=("permanent",)))
    await unfed.takes(a_contact_received(defects=("permanent",)))
    await unfed.rows(
        "update probe.quarantine q set body = other.body from probe.quarantine other where other.id <> q.id"
    )
    unfed.handle = forgiving
    assert await unfed.settles("release")
    await unfed.works()
    assert await unfed.effects() == []
    assert await unfed.attention() == [("quarantined", "seal-broken", 2, "open")] * 2
