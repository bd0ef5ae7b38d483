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
from tests.builders.notifier import a_danger_request, a_move, a_notice_request
from tests.builders.records import mark_headers
from tests.integration.notifier.post import Post, settings_for, until, write_policy
from tests.integration.notifier.sinks import HookSink, MailSink

REQUESTS, MOVES = "request-notices", "note-moves"


def with_topics_of_its_own(service: Service) -> Service:
    """The same service reading fresh topics under fresh groups, apart from everybody else on this Kafka."""
    name = f"notifier-{new_id()}"
    stages = [
        dataclasses.replace(
            stage,
            service=name,
            topic=dataclasses.replace(stage.topic, name=f"{name}.{stage.name}.{stage.topic.lane.value}"),
            also=(),
        )
        for stage in service.stages
    ]
    return dataclasses.replace(service, stages=stages)


async def put(bootstrap: str, service: Service, *records: tuple[str, Lane, bytes]) -> None:
    """Records of stage, lane and body."""
    topics = {(stage.name, stage.topic.lane): stage.topic for stage in service.stages}
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic.name, 1, 1) for topic in topics.values()])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    for stage, lane, body in records:
        topic = topics[stage, lane]
        await producer.send_and_wait(topic.name, body, headers=mark_headers(service.foundation.marks, topic, body))
    await producer.stop()


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[None]:
    one = RunningService(service)
    await one.start()
    try:
        yield
    finally:
        await one.stop()


async def test_requests_and_moves_become_letters_once_and_a_broken_one_waits_for_a_person(
    database: str, kafka_bootstrap: str, tmp_path: Path
) -> None:
    danger, receipt, move = a_danger_request(), a_notice_request(), a_move(alerts=("mash-screening",))
    broken = a_notice_request(agency_id="police-durham", queue="mash-urgent")
    async with MailSink().listening() as mail:
        write_policy(tmp_path, 9)
        settings = settings_for(database, tmp_path, mail.port, kafka_bootstrap=kafka_bootstrap)
        service = with_topics_of_its_own(build(settings))
        post = Post(service, mail, HookSink())
        await put(
            kafka_bootstrap,
            service,
            (REQUESTS, Lane.URGENT, to_bytes(danger)),
            (REQUESTS, Lane.URGENT, to_bytes(danger)),
            (REQUESTS, Lane.ROUTINE, to_bytes(broken)),
            (REQUESTS, Lane.ROUTINE, b"not a message"),
            (REQUESTS, Lane.ROUTINE, to_bytes(receipt)),
            (REQUESTS, Lane.ROUTINE, to_bytes(receipt)),
            (MOVES, Lane.ROUTINE, to_bytes(move)),
            (MOVES, Lane.ROUTINE, to_bytes(move)),
        )
        async with running(service):
            await until(lambda: post.all_delivered(4), "four letters", seconds=60)
            assert sorted(str(letter["To"]) for letter in mail.letters) == [
                "duty-manager@mash.example",
                "mash-replies@police-durham.example",
                "mash-screening@mash.example",
                "mash-urgent@mash.example",
            ]
            kept = await post.rows("select kind, contact_id from notifier.notices order by kind")
            assert kept == [
                ("danger-alert", danger.contact_id),
                ("queue-alert", move.contact_id),
                ("receipt", receipt.contact_id),
            ]
            reasons = await post.rows("select reason, count(*) from notifier.quarantine group by reason order by 1")
            assert reasons == [("rule-failed", 1), ("unreadable", 1)]
