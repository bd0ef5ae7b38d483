"""From a record on Kafka to letters, through the runtime as it runs in production."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from services.notifier.app import build
from shared.ids import new_id
from shared.messages.build import to_bytes
from shared.messages.envelope import Lane
from shared.runtime import RunningService
from shared.service import Service
from shared.topics import NOTICE_REQUESTED
from tests.builders.notifier import a_danger_request, a_notice_request
from tests.builders.records import mark_headers
from tests.integration.notifier.post import Post, settings_for, until, write_policy
from tests.integration.notifier.sinks import HookSink, MailSink


def with_topics_of_its_own(service: Service) -> Service:
    """The same service reading fresh topics under fresh groups, apart from everybody else on this Kafka."""
    name = f"notifier-{new_id()}"
    stages = [
        dataclasses.replace(
            stage, service=name, topic=dataclasses.replace(NOTICE_REQUESTED[stage.topic.lane], name=f"{name}.{lane}")
        )
        for stage in service.stages
        for lane in [stage.topic.lane.value]
    ]
    return dataclasses.replace(service, stages=stages)


async def put(bootstrap: str, service: Service, *records: tuple[Lane, bytes]) -> None:
    topics = {stage.topic.lane: stage.topic for stage in service.stages}
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic.name, 1, 1) for topic in topics.values()])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    for lane, body in records:
        headers = mark_headers(service.foundation.marks, topics[lane], body)
        await producer.send_and_wait(topics[lane].name, body, headers=headers)
    await producer.stop()


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[None]:
    one = RunningService(service)
    await one.start()
    try:
        yield
    finally:
        await one.stop()


async def test_requests_on_both_lanes_become_letters_once_and_a_broken_one_waits_for_a_person(
    database: str, kafka_bootstrap: str, tmp_path: Path
) -> None:
    danger, receipt = a_danger_request(), a_notice_request()
    broken = a_notice_request(agency_id="police-durham", queue="mash-urgent")
    async with MailSink().listening() as mail:
        write_policy(tmp_path, 9)
        settings = settings_for(database, tmp_path, mail.port, kafka_bootstrap=kafka_bootstrap)
        service = with_topics_of_its_own(build(settings))
        post = Post(service, mail, HookSink())
        await put(
            kafka_bootstrap,
            service,
            (Lane.URGENT, to_bytes(danger)),
            (Lane.URGENT, to_bytes(danger)),
            (Lane.ROUTINE, to_bytes(broken)),
            (Lane.ROUTINE, b"not a message"),
            (Lane.ROUTINE, to_bytes(receipt)),
            (Lane.ROUTINE, to_bytes(receipt)),
        )
        async with running(service):
            await until(lambda: post.all_delivered(3), "three letters", seconds=60)
            assert sorted(str(letter["To"]) for letter in mail.letters) == [
                "duty-manager@mash.example",
                "mash-replies@police-durham.example",
                "mash-urgent@mash.example",
            ]
            kept = await post.rows("select notice_id from notifier.notices order by notice_id")
            assert kept == sorted([(danger.id,), (receipt.id,)])
            reasons = await post.rows("select reason, count(*) from notifier.quarantine group by reason order by 1")
            assert reasons == [("rule-failed", 1), ("unreadable", 1)]
