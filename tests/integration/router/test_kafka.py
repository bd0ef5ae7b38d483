"""Versions of one contact on a real Kafka: on either lane, out of order and repeated."""

import asyncio
import base64
import dataclasses
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pydantic import SecretStr
from sqlalchemy import text

from services.router.app import build
from services.router.settings import RouterSettings
from shared.ids import new_id
from shared.messages.build import to_bytes
from shared.messages.contact_assessed import ContactAssessed
from shared.messages.envelope import Lane
from shared.runtime import RunningService
from shared.service import Service
from tests.builders.records import mark_headers
from tests.builders.router import an_assessed_message

CASES = "select subject, state, queue, reason from router.v_case order by subject, superseded_by is not null, reason"


def reading_topics_of_its_own(service: Service) -> Service:
    """The same service reading fresh topics under fresh groups, apart from everybody else on this Kafka."""
    name = f"router-{new_id()}"
    stages = [
        dataclasses.replace(
            stage,
            service=name,
            topic=dataclasses.replace(stage.topic, name=f"{name}.{stage.name}.{stage.topic.lane.value}"),
        )
        for stage in service.stages
    ]
    return dataclasses.replace(service, stages=stages)


async def put(bootstrap: str, service: Service, *messages: ContactAssessed) -> None:
    topics = {stage.topic.lane: stage.topic for stage in service.stages if stage.name == "place-contacts"}
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    for message in messages:
        topic, body = topics[message.lane], to_bytes(message)
        await producer.send_and_wait(topic.name, body, headers=mark_headers(service.foundation.marks, topic, body))
    await producer.stop()


async def rows(service: Service, statement: str) -> list[tuple[Any, ...]]:
    async with service.foundation.engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(statement))]


async def test_versions_end_together_whatever_lane_and_order_kafka_brings_them_in(
    database: str, kafka_bootstrap: str
) -> None:
    settings = RouterSettings(
        database_url=SecretStr(database),
        kafka_bootstrap=kafka_bootstrap,
        kek=SecretStr(base64.b64encode(bytes(32)).decode()),
    )
    service = reading_topics_of_its_own(build(settings))
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(stage.topic.name, 1, 1) for stage in service.stages])
    await admin.close()
    danger: dict[str, Any] = {"level": 5, "rating": "RED", "danger": ("missing_now",), "lane": Lane.URGENT}
    calmer = an_assessed_message(subject="child-1", **danger)
    calmed = an_assessed_message(subject="child-1", supersedes=calmer.contact_id)
    first = an_assessed_message(subject="child-2")
    worse = an_assessed_message(subject="child-2", supersedes=first.contact_id, **danger)
    last = an_assessed_message(subject="child-2", supersedes=worse.contact_id)
    running = RunningService(service)
    await put(kafka_bootstrap, service, last, calmed, calmed)
    await running.start()
    try:
        async with asyncio.timeout(60):
            while len(await rows(service, CASES)) < 2:
                await asyncio.sleep(0.1)
            await put(kafka_bootstrap, service, worse, calmer, first, last, calmed, worse)
            marker = an_assessed_message(subject="child-9")
            await put(kafka_bootstrap, service, marker)
            while len(await rows(service, CASES)) < 6:
                await asyncio.sleep(0.1)
    finally:
        await running.stop()
    assert await rows(service, CASES) == [
        ("child-1", "waiting", "mash-urgent", "newer_version"),
        ("child-1", "waiting", "mash-urgent", "superseded"),
        ("child-2", "waiting", "mash-urgent", "newer_version"),
        ("child-2", "waiting", "mash-urgent", "superseded"),
        ("child-2", "waiting", "mash-urgent", "superseded"),
        ("child-9", "placed", "vcs-alliance", "auto_early_help"),
    ]
    assert await rows(
        service,
        "select count(*) from router.v_case c where c.version <>"
        " (select count(*) from router.v_placement p where p.contact_id = c.contact_id)",
    ) == [(0,)]
    await service.foundation.engine.dispose()
