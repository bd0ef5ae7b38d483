"""From recorded notices to messages and their ends, with units in memory and channels that do what a test says."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.notifier.bundler import Bundler
from services.notifier.delivery import LEASE, DeliveryWorker
from services.notifier.dispatch import Dispatcher
from services.notifier.domain.directory import Directory, EmailChannel, Entry, WebhookChannel
from services.notifier.domain.letter import Letter, Links
from services.notifier.domain.line import Line
from services.notifier.domain.notice import notice_of
from services.notifier.domain.retry import DeliveryReason, NotSent, Result, Sent
from shared.messages.envelope import Lane
from shared.messages.notice_requested import NoticeKind, NoticeRequested
from tests.builders.notifier import (
    SCREENING,
    a_danger_request,
    a_directory,
    a_notice_request,
    an_email_channel,
)
from tests.builders.notifier_memory import MemoryUnits

REFUSED = NotSent(DeliveryReason.REMOTE_REFUSED, 550, lasting=True)
AWAY = NotSent(DeliveryReason.REMOTE_UNREACHABLE)


class ScriptedMail:
    """Answers with each of its results in turn, then with 250."""

    def __init__(self, *results: Result) -> None:
        self.results = list(results)
        self.sent: list[tuple[str, UUID, str]] = []

    async def send(self, channel: EmailChannel, delivery_id: UUID, letter: Letter, written_at: datetime) -> Result:
        self.sent.append((channel.address.text, delivery_id, letter.subject.text))
        return self.results.pop(0) if self.results else Sent(250)


class ScriptedHooks:
    def __init__(self) -> None:
        self.sent: list[tuple[str, UUID]] = []

    async def send(self, channel: WebhookChannel, delivery_id: UUID, payload: str) -> Result:
        self.sent.append((channel.url, delivery_id))
        return Sent(204)


class Bench:
    """A delivery worker for one lane over units in memory."""

    def __init__(self, lane: Lane = Lane.ROUTINE, *results: Result, directory: Directory | None = None) -> None:
        self.units = MemoryUnits()
        self.mail, self.hooks = ScriptedMail(*results), ScriptedHooks()
        self.dispatcher = Dispatcher(directory or a_directory(), Links("https://mash.example"), self.mail, self.hooks)
        self.bundler = Bundler(
            self.units, self.dispatcher.directory, lane, timedelta(seconds=15) * (lane is Lane.ROUTINE)
        )
        self.worker = DeliveryWorker(self.units, self.bundler, self.dispatcher, lane, slots=8)

    async def asked(self, *requests: NoticeRequested) -> None:
        async with self.units() as work:
            await work.notices.record([notice_of(request) for request in requests])
            await work.commit()

    async def work(self, limit: int = 100) -> None:
        await self.bundler.run_once()
        for claimed, notices in await self.worker.claim(limit):
            await self.worker.deliver(claimed, notices)

    def settled(self) -> Sequence[tuple[str, dict[str, Any]]]:
        return [(topic, message.model_dump()["facets"]) for topic, message in self.units.sent]


async def test_a_receipt_is_delivered_and_makes_no_message_because_nobody_would_act_on_it() -> None:
    bench = Bench()
    await bench.asked(a_notice_request())
    await bench.work()
    assert [address for address, _, _ in bench.mail.sent] == ["mash-replies@police-durham.example"]
    assert bench.units.statuses() == [("desk", "delivered", 1)]
    assert bench.settled() == []


async def test_a_delivered_danger_alert_is_told_for_each_channel() -> None:
    bench = Bench(Lane.URGENT)
    request = a_danger_request()
    await bench.asked(request)
    await bench.work()
    assert [address for address, _, _ in bench.mail.sent] == ["urgent@mash.example", "duty-manager@mash.example"]
    expected = {
        "notice_id": str(request.id),
        "kind": "danger-alert",
        "channel": "email",
        "recipient": "mash-urgent",
        "status": "delivered",
        "attempts": 1,
        "reason": None,
    }
    assert bench.settled() == [("notice.settled.v1", expected), ("notice.settled.v1", expected)]


async def test_the_settled_message_carries_contact_subject_lane_and_trace_of_its_request() -> None:
    bench = Bench(Lane.URGENT)
    request = a_danger_request(subject="person-7", trace="trace-7")
    await bench.asked(request)
    await bench.work()
    _, message = bench.units.sent[0]
    assert (message.contact_id, message.subject, message.lane, message.trace) == (
        request.contact_id,
        "person-7",
        Lane.URGENT,
        "trace-7",
    )


async def test_many_alerts_for_a_queue_are_one_mail() -> None:
    bench = Bench()
    await bench.asked(*(_alert(n) for n in range(30)))
    await bench.work()
    assert [subject for _, _, subject in bench.mail.sent] == ["MASH: 30 contacts for you"]


async def test_after_a_message_the_next_of_its_kind_waits_for_the_pause_and_goes_in_one() -> None:
    bench = Bench()
    await bench.asked(_alert(1))
    await bench.work()
    for n in range(2, 6):
        bench.units.later(timedelta(seconds=2))
        await bench.asked(_alert(n))
        await bench.work()
    assert len(bench.mail.sent) == 1
    bench.units.later(timedelta(seconds=8))
    await bench.work()
    assert [subject for _, _, subject in bench.mail.sent[1:]] == ["MASH: 4 contacts for you"]


async def test_another_recipient_does_not_wait_for_that_pause() -> None:
    bench = Bench()
    await bench.asked(_alert(1))
    await bench.work()
    await bench.asked(a_notice_request(kind=NoticeKind.QUEUE_ALERT, queue="one-point"))
    await bench.work()
    assert [address for address, _, _ in bench.mail.sent] == ["screening@mash.example", "one-point@services.example"]


async def test_danger_alerts_go_alone_and_at_once() -> None:
    bench = Bench(Lane.URGENT)
    await bench.asked(*(a_danger_request(contact_id=UUID(int=n)) for n in range(3)))
    await bench.work()
    await bench.asked(a_danger_request(contact_id=UUID(int=9)))
    await bench.work()
    to_screeners = [subject for address, _, subject in bench.mail.sent if address == "urgent@mash.example"]
    assert len(to_screeners) == 4
    assert all(subject.startswith("URGENT: MASH: immediate danger, reference") for subject in to_screeners)


async def test_both_channels_of_an_agency_are_used() -> None:
    bench = Bench()
    await bench.asked(a_notice_request(agency_id="school-ferndale"))
    await bench.work()
    assert [address for address, _, _ in bench.mail.sent] == ["dsl@school-ferndale.example"]
    assert [url for url, _ in bench.hooks.sent] == ["https://hooks.school-ferndale.example/mash"]


async def test_a_failed_attempt_is_made_again_with_the_same_reference_after_its_pause() -> None:
    bench = Bench(Lane.ROUTINE, AWAY)
    await bench.asked(a_notice_request())
    await bench.work()
    bench.units.later(timedelta(seconds=4))
    await bench.work()
    assert len(bench.mail.sent) == 1
    bench.units.later(timedelta(seconds=1))
    await bench.work()
    assert len(bench.mail.sent) == 2
    assert bench.mail.sent[0] == bench.mail.sent[1]
    assert bench.units.statuses() == [("desk", "delivered", 2)]


async def test_when_every_attempt_fails_each_notice_becomes_a_task() -> None:
    bench = Bench(Lane.ROUTINE, *[AWAY] * 6)
    first, second = a_notice_request(contact_id=UUID(int=1)), a_notice_request(contact_id=UUID(int=2))
    await bench.asked(first, second)
    for _ in range(8):
        await bench.work()
        bench.units.later(timedelta(minutes=31))
    assert len(bench.mail.sent) == 6
    assert bench.units.statuses() == [("desk", "failed", 6)]
    assert [(f["notice_id"], f["status"], f["reason"], f["attempts"]) for _, f in bench.settled()] == [
        (str(first.id), "failed", "remote-unreachable", 6),
        (str(second.id), "failed", "remote-unreachable", 6),
    ]


async def test_a_lasting_refusal_is_a_task_at_once() -> None:
    bench = Bench(Lane.ROUTINE, REFUSED)
    await bench.asked(a_notice_request())
    await bench.work()
    assert bench.units.statuses() == [("desk", "failed", 1)]
    assert [f["reason"] for _, f in bench.settled()] == ["remote-refused"]


async def test_a_queue_that_is_not_listed_is_a_task_and_the_people_named_for_it_are_told() -> None:
    bench = Bench()
    await bench.asked(a_notice_request(kind=NoticeKind.QUEUE_ALERT, queue="closed-team"))
    await bench.work()
    assert [address for address, _, _ in bench.mail.sent] == ["screening@mash.example"]
    assert [(f["recipient"], f["channel"], f["status"], f["reason"]) for _, f in bench.settled()] == [
        ("closed-team", "none", "failed", "recipient-unlisted")
    ]


async def test_an_agency_that_is_not_listed_is_a_task_and_nobody_is_written_to() -> None:
    bench = Bench()
    await bench.asked(a_notice_request(agency_id="stranger"))
    await bench.work()
    assert bench.mail.sent == []
    assert [(f["recipient"], f["status"]) for _, f in bench.settled()] == [("stranger", "failed")]


async def test_an_agency_without_channels_is_not_written_to_and_nobody_is_troubled() -> None:
    bench = Bench()
    await bench.asked(a_notice_request(agency_id="vcs-quiet"))
    await bench.work()
    assert bench.units.statuses() == [("none", "not_wanted", 0)]
    assert bench.settled() == []


async def test_a_corrected_address_counts_from_the_next_attempt() -> None:
    bench = Bench(Lane.ROUTINE, AWAY)
    await bench.asked(_alert(1))
    await bench.work()
    entries = {**a_directory().entries, SCREENING: Entry(Line("Screening"), (an_email_channel("new@mash.example"),))}
    corrected = Dispatcher(a_directory(entries=entries), Links("https://mash.example"), bench.mail, bench.hooks)
    bench.worker = DeliveryWorker(bench.units, bench.bundler, corrected, Lane.ROUTINE, slots=8)
    bench.units.later(timedelta(seconds=5))
    await bench.work()
    assert [address for address, _, _ in bench.mail.sent] == ["screening@mash.example", "new@mash.example"]


async def test_a_channel_that_was_taken_out_is_not_used_any_more() -> None:
    bench = Bench(Lane.ROUTINE, AWAY)
    await bench.asked(_alert(1))
    await bench.work()
    entries = {**a_directory().entries, SCREENING: Entry(Line("Screening"), ())}
    emptied = Dispatcher(a_directory(entries=entries), Links("https://mash.example"), bench.mail, bench.hooks)
    bench.worker = DeliveryWorker(bench.units, bench.bundler, emptied, Lane.ROUTINE, slots=8)
    bench.units.later(timedelta(seconds=5))
    await bench.work()
    assert len(bench.mail.sent) == 1
    assert [f["reason"] for _, f in bench.settled()] == ["channel-removed"]


async def test_a_claimed_delivery_is_left_alone_until_its_lease_runs_out_and_then_sent_with_the_same_reference() -> (
    None
):
    bench = Bench()
    await bench.asked(a_notice_request())
    await bench.bundler.run_once()
    (lost, notices), *_ = await bench.worker.claim(10)
    await bench.dispatcher.send(lost, notices)  # The process dies here, before it records.
    bench.units.later(LEASE)
    await bench.work()
    assert len(bench.mail.sent) == 1
    bench.units.later(timedelta(seconds=1))
    await bench.work()
    assert bench.mail.sent[0] == bench.mail.sent[1]
    assert bench.units.statuses() == [("desk", "delivered", 2)]


async def test_a_worker_that_wakes_after_its_lease_changes_nothing() -> None:
    bench = Bench(Lane.URGENT)
    await bench.asked(a_danger_request())
    await bench.bundler.run_once()
    asleep = await bench.worker.claim(10)
    bench.units.later(LEASE + timedelta(seconds=1))
    await bench.work()
    before = (bench.units.statuses(), len(bench.settled()))
    bench.mail.results = [REFUSED, REFUSED]
    for claimed, notices in asleep:
        await bench.worker.deliver(claimed, notices)
    assert (bench.units.statuses(), len(bench.settled())) == before


async def test_attempts_that_die_without_a_record_end_as_a_task() -> None:
    bench = Bench()
    await bench.asked(a_notice_request())
    await bench.bundler.run_once()
    for _ in range(6):
        assert len(await bench.worker.claim(10)) == 1
        bench.units.later(LEASE + timedelta(seconds=1))
    await bench.work()
    assert bench.mail.sent == []
    assert [f["reason"] for _, f in bench.settled()] == ["crashed-repeatedly"]


def _alert(number: int) -> NoticeRequested:
    return a_notice_request(kind=NoticeKind.QUEUE_ALERT, queue="mash-screening", contact_id=UUID(int=number))
