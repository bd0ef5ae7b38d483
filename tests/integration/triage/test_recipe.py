"""Whole batches through the recipe on a real PostgreSQL: repeats, a bad neighbour, a destroyed key."""

from shared.messages.contact_assessed import ContactAssessed
from shared.messages.envelope import Lane
from tests.builders.triage import a_child, a_contact, a_name
from tests.handlers.triage.test_learn_decisions import decided
from tests.integration.triage.conftest import DECISIONS, ROUTINE, URGENT, Triage


def test_every_stage_reads_one_topic_under_a_name_of_its_own(triage: Triage) -> None:
    assert {stage.consumer: stage.topic.name for stage in triage.service.stages} == {
        "triage.assess-contacts.urgent": "contact.received.urgent.v1",
        "triage.assess-contacts.routine": "contact.received.routine.v1",
        "triage.learn-decisions.routine": "case.decided.v1",
    }


async def test_a_batch_taken_twice_changes_nothing_the_second_time(triage: Triage) -> None:
    batch = await triage.received(a_contact("AT1"), a_contact("NE2", subject=a_child(names=(a_name("Jude"),))))
    for _ in range(2):
        await triage.takes(ROUTINE, batch)
    for table in ("assessment", "involvement", "outbox", "person"):
        assert await triage.rows(f"select count(*) from triage.{table}") == [(2,)]


async def test_what_leaves_is_readable_and_on_its_lane(triage: Triage) -> None:
    await triage.takes(ROUTINE, await triage.received(a_contact("SA2")))
    ((topic, key, body),) = await triage.rows("select topic, key, body from triage.outbox")
    message = ContactAssessed.model_validate_json(body)
    assert (topic, message.lane, key) == ("contact.assessed.urgent.v1", Lane.URGENT, message.subject)
    assert await triage.rows("select person_id::text from triage.person") == [(key,)]


async def test_nothing_personal_rests_in_the_open_outside_what_a_person_is_found_by(triage: Triage) -> None:
    contact = a_contact("AT1", narrative="Canary narrative", voice_of_child="Canary voice")
    await triage.takes(ROUTINE, await triage.received(contact))
    for table in ("assessment", "involvement", "outbox", "match_key", "person", "inbox"):
        (dump,) = await triage.rows(f"select string_agg(t::text, ' ') from triage.{table} t")
        for canary in ("Canary", "Robin", "Testcase", "robin", "2018-01-02"):
            assert canary not in dump[0]


async def test_one_contact_with_a_destroyed_key_is_a_persons_task_and_the_others_are_assessed(triage: Triage) -> None:
    good, shredded, other = await triage.received(
        a_contact("AT1"), a_contact("AT1"), a_contact("AT1", subject=a_child(names=(a_name("Jude"),)))
    )
    await triage.change(
        f"update keyring.data_keys set wrapped = null, destroyed_at = now() where contact_id = '{shredded.contact_id}'"
    )
    await triage.takes(ROUTINE, [good, shredded, other])
    assert await triage.rows("select reason, contact_id from triage.quarantine") == [
        ("key-destroyed", shredded.contact_id)
    ]
    assessed = await triage.rows("select contact_id from triage.assessment")
    assert {row[0] for row in assessed} == {good.contact_id, other.contact_id}


async def test_danger_and_routine_of_one_child_meet_in_one_history(triage: Triage) -> None:
    danger, routine = await triage.received(a_contact("MI3"), a_contact("AT1"))
    await triage.takes(URGENT, [danger])
    await triage.takes(ROUTINE, [routine])
    assert await triage.rows("select count(distinct person_id), count(*) from triage.involvement") == [(1, 2)]
    assert await triage.rows("select needs_person from triage.assessment order by level desc") == [
        ("danger",),
        ("history_review",),
    ]


async def test_a_decision_reaches_the_history_once(triage: Triage) -> None:
    (contact,) = await triage.received(a_contact("AT1"))
    await triage.takes(ROUTINE, [contact])
    decision = decided(contact.contact_id, 2, 4, "CIN")
    for _ in range(2):
        await triage.takes(DECISIONS, [decision])
    assert await triage.rows("select kind, level, outcome, decided_version from triage.involvement") == [
        ("referral", 4, "CIN", 2)
    ]
    assert await triage.rows("select count(*) from triage.decision") == [(1,)]


async def test_a_decision_about_an_unknown_contact_is_a_persons_task(triage: Triage) -> None:
    contact = a_contact("AT1")
    await triage.takes(DECISIONS, [decided(contact.contact_id)])
    assert await triage.rows("select reason from triage.quarantine") == [("contact-unknown",)]
