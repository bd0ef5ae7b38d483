"""What must hold after any fault: nothing lost, nothing twice, everything drained."""

from collections.abc import Mapping

from shared.topics import all_topics
from tests.faults.system import SERVICES, System, until


async def assert_nothing_lost_and_nothing_twice(system: System, receipts: Mapping[str, list[str]]) -> None:
    """receipts: what the sender was told, contact ids by its own key."""
    told = [contact for contacts in receipts.values() for contact in contacts]
    assert len(told) == len(set(told)), "two answers named the same contact"
    accepted = {str(row[0]) for row in await system.rows("select contact_id from intake.v_accepted")}
    assert accepted == set(told), "what was accepted is not what was answered"
    ledger = await system.ledger()
    assert ledger.balanced
    assert ledger.total.accepted == len(told)
    assert ledger.total.in_flight == 0
    for what, statement in _ONCE.items():
        assert await system.rows(statement) == [], what


_ONCE = {
    "a contact without exactly one assessment": """
        select a.contact_id from intake.v_accepted a left join triage.v_assessment t using (contact_id)
        group by 1 having count(t.contact_id) <> 1""",
    "a contact without exactly one case": """
        select a.contact_id from intake.v_accepted a left join router.v_case c using (contact_id)
        group by 1 having count(c.contact_id) <> 1""",
    "a move of a case that happened twice": """
        select contact_id, version from router.v_placement group by 1, 2 having count(*) > 1""",
    "a first move that was sent twice or never": """
        select a.contact_id from intake.v_accepted a
        left join router.outbox o on o.contact_id = a.contact_id and o.topic like 'queue.%'
        group by 1 having count(o.id) <> 1""",
    "an assessment that was sent twice or never": """
        select a.contact_id from intake.v_accepted a
        left join triage.outbox o on o.contact_id = a.contact_id and o.topic like 'contact.assessed.%'
        group by 1 having count(o.id) <> 1""",
    "a notice that was recorded twice": """
        select contact_id, kind, recipient, channel from notifier.v_notice group by 1, 2, 3, 4 having count(*) > 1""",
}


async def drained(system: System, seconds: float) -> None:
    """Wait until no outbox row is unpublished and every published message is in the inbox of each of its readers."""

    async def done() -> bool:
        for service in SERVICES:
            if await system.rows(f"select 1 from {service}.outbox where published_at is null limit 1"):
                return False
        for topic in all_topics():
            for owner in topic.owners:
                for reader in topic.readers:
                    unread = await system.rows(
                        f"select 1 from {owner}.outbox o where topic = '{topic.name}' and not exists "
                        f"(select 1 from {reader}.inbox i where i.message_id = o.id) limit 1"
                    )
                    if unread:
                        return False
        return True

    await until(done, "every outbox drained into every inbox", seconds)
