"""The console reads its topics on real Kafka and wakes the live lists through PostgreSQL."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiokafka import AIOKafkaProducer

from services.console.app import build
from services.console.domain.roles import Role
from services.console.http.identity import Caller
from services.console.lag import LagReader
from services.console.live import LiveQueues
from services.console.pages.queues import events
from services.console.sign_in import SignedIn, sign_in
from shared.clock import now
from shared.ids import new_id
from shared.kafka_link import KafkaLink
from shared.marks import Marks
from shared.messages.build import to_bytes
from shared.messages.case_moved import CaseState
from shared.messages.envelope import Lane, Message
from shared.runtime import RunningService
from shared.sealing import KeyEncryption
from shared.topic_admin import apply_topics
from shared.topics import CONTACT_ASSESSED, CONTACT_RECEIVED, NOTICE_SETTLED, QUEUES, Topic
from tests.builders.console import a_contact_in_danger, a_move, a_settled_notice
from tests.builders.console_app import PASSWORD, STAFF, ConsoleUnderTest, live_of, settings_for
from tests.builders.console_desk import KEK_TEXT, Desk
from tests.builders.records import mark_headers
from tests.builders.router import an_assessed_message


async def _until(condition: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    limit = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < limit, f"{condition.__name__}: not within {seconds} s"
        await asyncio.sleep(0.1)


@pytest.fixture
async def live(database: str, kafka_bootstrap: str) -> AsyncIterator[LiveQueues]:
    await apply_topics(KafkaLink(kafka_bootstrap), most_partitions=2)
    service = build(settings_for(database, kafka_bootstrap=kafka_bootstrap))
    running = RunningService(service)
    await running.start()
    yield live_of(service)
    await running.stop()


async def test_moves_danger_and_failed_notices_reach_the_lists(live: LiveQueues, kafka_bootstrap: str) -> None:
    danger = a_contact_in_danger()
    found = an_assessed_message(lane=Lane.URGENT, danger=("non_mobile_baby_injury",), level=5, rating="RED")
    moved = a_move(queue="mash-identity")
    placed = a_move(state=CaseState.PLACED, queue="tas", moved_at=now())  # a list drops what was placed long ago
    failed = a_settled_notice(notice_id=str(new_id()))
    sent: list[tuple[Topic, Message]] = [
        (CONTACT_RECEIVED[Lane.URGENT], danger),
        (CONTACT_ASSESSED[Lane.URGENT], found),
        (QUEUES["mash"], moved),
        (QUEUES["tas"], placed),
        (NOTICE_SETTLED, failed),
        (QUEUES["mash"], moved),
    ]
    marks = Marks(KeyEncryption(KEK_TEXT))
    producer = AIOKafkaProducer(bootstrap_servers=kafka_bootstrap)
    await producer.start()
    for topic, message in sent:
        body = to_bytes(message)
        headers = mark_headers(marks, topic, body)
        await producer.send_and_wait(topic.name, body, key=message.subject.encode(), headers=headers)
    await producer.stop()

    async def shown() -> bool:
        page, _ = await live.page(None)
        ids = {item.contact_id for item in page.items}
        tasks = {task.notice_id for task in page.tasks}
        return {danger.contact_id, found.contact_id, moved.contact_id} <= ids and failed.facets.notice_id in tasks

    await _until(shown)

    async def placed_shown() -> bool:
        page, _ = await live.page("tas")
        return placed.contact_id in {item.contact_id for item in page.items}

    await _until(placed_shown)
    reader = LagReader(KafkaLink(kafka_bootstrap))

    async def caught_up() -> bool:
        behind = {lag.group: lag.behind for lag in await reader.read() or ()}
        groups = (
            "console.danger.urgent",
            "console.danger-found.urgent",
            "console.queues.routine",
            "console.notices.routine",
        )
        return all(behind.get(group) == 0 for group in groups)

    await _until(caught_up)


async def test_a_live_list_is_sent_at_once_when_something_commits_and_ends_with_the_session(
    console: ConsoleUnderTest, desk: Desk
) -> None:
    listening = asyncio.create_task(console.live.listen())
    signed = await sign_in(STAFF[Role.SCREENER], PASSWORD, "browser", console.service.foundation.open_work, None)
    assert isinstance(signed, SignedIn)
    stream = events(Caller(signed.staff, signed.token), console.parts, None)
    assert await anext(stream) == "retry: 1000\n\n"
    assert "Nothing is waiting here." in await anext(stream)
    began = time.monotonic()

    contact_id = await desk.contact()
    first = await asyncio.wait_for(anext(stream), 5)

    assert first.startswith("event: list\ndata: ")
    assert str(contact_id) in first
    assert time.monotonic() - began < 2
    await console.live.stop()
    assert [event async for event in stream] == []
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
