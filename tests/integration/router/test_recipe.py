"""Whole batches through the recipe on a real PostgreSQL: repeats, a bad neighbour, a decision that came too early."""

import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from structlog.testing import capture_logs

from services.router.app import build
from services.router.settings import RouterSettings
from shared.batch import BatchRecipe
from shared.messages.envelope import Lane, Message
from shared.messages.staff_decided import DecisionAction
from shared.parked_worker import ParkedWorker
from shared.quarantine import Record
from shared.service import Service
from shared.topics import Topic
from tests.builders.records import a_record
from tests.builders.router import a_decided_message, an_assessed_message


class Router:
    """The router as `build` makes it, fed without Kafka."""

    def __init__(self, service: Service) -> None:
        self.service = service
        base = service.foundation
        self.recipes = {
            stage.consumer: BatchRecipe(stage, base.open_work, base.engine, base.tables, base.seal, base.marks)
            for stage in service.stages
        }
        self.parked = ParkedWorker(base, service.stages)
        self._offset = 0

    async def takes(self, consumer: str, *messages: Message) -> None:
        topic = self.recipes[consumer].stage.topic
        await self.recipes[consumer]([self._record(topic, message) for message in messages])

    def _record(self, topic: Topic, message: Message) -> Record:
        self._offset += 1
        return a_record(self.service.foundation.marks, topic, self._offset, message)

    async def rows(self, statement: str) -> list[tuple[Any, ...]]:
        async with self.service.foundation.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(statement))]

    async def change(self, statement: str) -> None:
        async with self.service.foundation.engine.begin() as connection:
            await connection.execute(text(statement))


@pytest.fixture
async def router(database: str) -> AsyncIterator[Router]:
    settings = RouterSettings(
        database_url=SecretStr(database),
        kafka_bootstrap="127.0.0.1:1",
        kek=SecretStr(base64.b64encode(bytes(32)).decode()),
    )
    service = build(settings)
    with capture_logs():  # Drawing the tracebacks of what is parked on purpose would take longer than the test.
        yield Router(service)
    await service.foundation.engine.dispose()


ROUTINE, DECISIONS = "router.place-contacts.routine", "router.apply-decisions.routine"


def test_every_stage_reads_one_lane_under_a_name_of_its_own(router: Router) -> None:
    assert {stage.consumer: stage.topic.name for stage in router.service.stages} == {
        "router.place-contacts.urgent": "contact.assessed.urgent.v1",
        "router.place-contacts.routine": "contact.assessed.routine.v1",
        "router.apply-decisions.urgent": "staff.decided.urgent.v1",
        "router.apply-decisions.routine": "staff.decided.routine.v1",
    }


async def test_a_repeat_in_the_same_or_a_later_batch_changes_nothing(router: Router) -> None:
    message = an_assessed_message()
    await router.takes(ROUTINE, message, message)
    await router.takes(ROUTINE, message)
    assert await router.rows("select version, state from router.v_case") == [(1, "placed")]
    assert await router.rows("select count(*) from router.v_placement") == [(1,)]
    assert await router.rows("select topic, count(*) from router.outbox group by topic order by topic") == [
        ("queue.vcs-alliance.v1", 1),
    ]


async def test_a_decision_before_its_contact_is_parked_and_applied_once_the_contact_is_there(router: Router) -> None:
    known, late = an_assessed_message(consent="unknown"), an_assessed_message(consent="unknown", subject="subject-2")
    await router.takes(ROUTINE, known)
    early = a_decided_message(late.contact_id, DecisionAction.CONFIRM)
    await router.takes(DECISIONS, a_decided_message(known.contact_id, DecisionAction.CONFIRM), early)
    assert await router.rows("select contact_id, reason from router.parked") == [(late.contact_id, "contact-unknown")]
    assert await router.rows("select contact_id, state from router.v_case") == [(known.contact_id, "placed")]
    await router.takes(ROUTINE, late)
    await router.change("update router.parked set next_attempt_at = now()")
    assert await router.parked.work_one()
    assert await router.rows("select distinct state, version from router.v_case") == [("placed", 2)]
    assert await router.rows("select distinct state from router.parked") == [("done",)]


async def test_one_contact_that_cannot_be_kept_does_not_hold_up_its_neighbours(router: Router) -> None:
    good = [an_assessed_message(subject=f"subject-{number}") for number in range(3)]
    bad = an_assessed_message(subject="subject-bad", subject_kind="planet")
    await router.takes(ROUTINE, good[0], bad, *good[1:])
    assert await router.rows("select count(*) from router.v_case") == [(3,)]
    assert await router.rows("select contact_id, reason from router.parked") == [(bad.contact_id, "rule-failed")]


async def test_danger_goes_on_while_earlier_work_of_the_child_is_parked(router: Router) -> None:
    bad = an_assessed_message(subject_kind="planet")
    danger = an_assessed_message(lane=Lane.URGENT, level=5, rating="RED", danger=("missing_now",))
    await router.takes(ROUTINE, bad)
    await router.takes("router.place-contacts.urgent", danger)
    assert await router.rows("select contact_id, queue from router.v_case") == [(danger.contact_id, "mash-urgent")]
