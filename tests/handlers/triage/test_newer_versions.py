"""A newer version of a contact: the agency got in touch once, and what was known before stays the same."""

from datetime import timedelta

from shared.ids import new_id
from tests.builders.triage import RECEIVED_AT, a_child, a_contact, a_name
from tests.builders.triage_memory import MemoryUnits
from tests.handlers.triage.test_assess_contacts import assess, explanation
from tests.handlers.triage.test_learn_decisions import decided, learn

THREE_DAYS_AGO = RECEIVED_AT - timedelta(days=3)


async def test_a_newer_version_is_no_prior_involvement_of_itself() -> None:
    units = MemoryUnits()
    first = a_contact("NE2", received_at=THREE_DAYS_AGO)
    await assess(units, first)
    second = a_contact("NE2", supersedes=str(first.contact_id))
    (message,) = await assess(units, second)
    prior = explanation(units, message).prior_involvement
    assert (prior.known_within_12_months, prior.contacts_12_months, prior.referrals_12_months) == (False, 0, 0)
    assert message.facets.supersedes == first.contact_id
    assert message.facets.needs_person == "level_4_5"


async def test_versions_of_one_notice_do_not_add_up_to_a_third_contact() -> None:
    units = MemoryUnits()
    first = a_contact("AT1", received_at=THREE_DAYS_AGO)
    second = a_contact("AT1", received_at=THREE_DAYS_AGO + timedelta(hours=1), supersedes=str(first.contact_id))
    third = a_contact("AT1", received_at=THREE_DAYS_AGO + timedelta(hours=2), supersedes=str(second.contact_id))
    await assess(units, first, second)
    await assess(units, third)
    (message,) = await assess(units, a_contact("AT1"))
    prior = explanation(units, message).prior_involvement
    assert (prior.contacts_12_months, prior.contacts_90_days, len(prior.items)) == (1, 1, 1)
    assert message.facets.needs_person is None


async def test_a_version_that_arrives_after_its_successor_counts_no_more_than_in_order() -> None:
    units = MemoryUnits()
    first = a_contact("AT1", received_at=THREE_DAYS_AGO)
    second = a_contact("AT1", supersedes=str(first.contact_id))
    await assess(units, second)
    (late,) = await assess(units, first)
    assert explanation(units, late).prior_involvement.contacts_12_months == 0
    (message,) = await assess(units, a_contact("AT1", received_at=RECEIVED_AT + timedelta(days=1)))
    assert explanation(units, message).prior_involvement.contacts_12_months == 1


async def test_what_a_person_decided_about_the_first_version_stands_until_they_decide_about_the_next() -> None:
    units = MemoryUnits()
    first = a_contact("AT1", received_at=THREE_DAYS_AGO)
    await assess(units, first)
    await learn(units, decided(first.contact_id, level=4, outcome="CIN"))
    second = a_contact("AT1", received_at=RECEIVED_AT - timedelta(days=1), supersedes=str(first.contact_id))
    await assess(units, second)
    (message,) = await assess(units, a_contact("AT1"))
    assert explanation(units, message).prior_involvement.referrals_12_months == 1
    await learn(units, decided(second.contact_id, level=2, outcome="EH"))
    (message,) = await assess(units, a_contact("AT1", received_at=RECEIVED_AT + timedelta(days=1)))
    assert explanation(units, message).prior_involvement.referrals_12_months == 0


async def test_a_version_that_turns_out_to_be_about_another_child_takes_nothing_from_the_first() -> None:
    units = MemoryUnits()
    first = a_contact("AT1", received_at=THREE_DAYS_AGO)
    await assess(units, first)
    await assess(units, a_contact("AT1", subject=a_child(names=(a_name("Jude"),)), supersedes=str(first.contact_id)))
    (message,) = await assess(units, a_contact("AT1"))
    assert explanation(units, message).prior_involvement.contacts_12_months == 1


async def test_a_version_of_something_never_seen_is_assessed_like_any_other() -> None:
    units = MemoryUnits()
    (message,) = await assess(units, a_contact("AT1", supersedes=str(new_id())))
    assert message.facets.needs_person is None
