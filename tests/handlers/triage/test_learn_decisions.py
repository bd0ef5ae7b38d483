"""What the router carried out of people's decisions stands in the history of the child from then on."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.triage.handlers import learn_decisions
from shared.errors import PermanentFailure, ReasonCode
from shared.ids import new_id
from shared.messages.assessment import Rating, StatutoryFlag
from shared.messages.build import message_of
from shared.messages.case_decided import CaseDecided, CaseDecidedFacets
from shared.messages.case_moved import CaseState
from shared.messages.envelope import Lane
from shared.messages.staff_decided import DecisionAction
from tests.builders.triage import RECEIVED_AT, a_contact, a_place
from tests.builders.triage_memory import MemoryUnits
from tests.handlers.triage.test_assess_contacts import assess, explanation


def decided(contact_id: UUID, version: int = 2, level: int = 3, outcome: str | None = None) -> CaseDecided:
    """A contact as it stands at this version of its case, after a screener's change."""
    return message_of(
        CaseDecided,
        contact_id=contact_id,
        subject="person",
        lane=Lane.ROUTINE,
        occurred_at=RECEIVED_AT,
        trace="trace-1",
        facets=CaseDecidedFacets(
            authority="county-durham",
            decision_id=str(new_id()),
            staff_id="staff-1",
            role="screener",
            action=DecisionAction.CHANGE,
            reason_code="person_decided",
            version=version,
            state=CaseState.WAITING if outcome is None else CaseState.PLACED,
            queue="mash-screening" if outcome is None else "families-first",
            level=level,
            rating=Rating.AMBER,
            statutory_flag=StatutoryFlag.NONE,
            outcome=outcome,
        ),
    )


async def learn(units: MemoryUnits, *decisions: CaseDecided) -> None:
    async with units() as work:
        await learn_decisions(decisions, work)
        await work.commit()


async def test_a_contact_decided_as_a_referral_makes_the_next_one_a_rereferral() -> None:
    units = MemoryUnits()
    first = a_contact("AT1", received_at=RECEIVED_AT - timedelta(days=60))
    await assess(units, first)
    await learn(units, decided(first.contact_id, level=4, outcome="CIN"))
    (second,) = await assess(units, a_contact("AT1"))
    assert explanation(units, second).prior_involvement.referrals_12_months == 1
    assert second.facets.needs_person == "history_review"


async def test_a_contact_stepped_down_by_a_person_is_no_referral() -> None:
    units = MemoryUnits()
    first = a_contact("NE2", received_at=RECEIVED_AT - timedelta(days=60))
    await assess(units, first)
    await learn(units, decided(first.contact_id, level=2, outcome="EH"))
    (second,) = await assess(units, a_contact("AT1"))
    assert explanation(units, second).prior_involvement.referrals_12_months == 0
    assert second.facets.needs_person is None


async def test_the_decision_is_kept_and_a_repeat_of_it_changes_nothing() -> None:
    units = MemoryUnits()
    contact = a_contact("NE2")
    await assess(units, contact)
    message = decided(contact.contact_id, version=3, level=3, outcome="EH")
    await learn(units, message)
    await learn(units, message)
    ((record, version),) = units.state.entries.values()
    assert (record.entry.level, record.entry.outcome, record.entry.kind, version) == (3, "EH", "contact", 3)
    assert list(units.state.decisions) == [UUID(message.facets.decision_id)]


async def test_two_decisions_of_one_batch_leave_the_later_one() -> None:
    units = MemoryUnits()
    contact = a_contact("NE2")
    await assess(units, contact)
    await learn(units, decided(contact.contact_id, 4, 5, "CP_ENQUIRY"), decided(contact.contact_id, 2, 2, "EH"))
    ((record, version),) = units.state.entries.values()
    assert (record.entry.level, record.entry.outcome, version) == (5, "CP_ENQUIRY", 4)
    assert len(units.state.decisions) == 2


async def test_a_decision_that_arrives_after_a_later_one_changes_nothing() -> None:
    units = MemoryUnits()
    contact = a_contact("NE2")
    await assess(units, contact)
    await learn(units, decided(contact.contact_id, version=3, level=2, outcome="EH"))
    await learn(units, decided(contact.contact_id, version=2, level=5, outcome="CP_ENQUIRY"))
    ((record, version),) = units.state.entries.values()
    assert (record.entry.level, record.entry.outcome, record.entry.kind, version) == (2, "EH", "contact", 3)


async def test_an_outcome_that_was_taken_back_no_longer_stands_in_the_history() -> None:
    units = MemoryUnits()
    contact = a_contact("AT1")
    await assess(units, contact)
    await learn(units, decided(contact.contact_id, 2, 4, "CIN"), decided(contact.contact_id, 3, 2, None))
    ((record, version),) = units.state.entries.values()
    assert (record.entry.level, record.entry.outcome, record.entry.kind, version) == (2, None, "contact", 3)


async def test_a_decision_about_a_place_is_kept_without_a_history() -> None:
    units = MemoryUnits()
    place = a_contact("AS1", subject=a_place())
    await assess(units, place)
    await learn(units, decided(place.contact_id, outcome="OTHER"))
    assert len(units.state.decisions) == 1
    assert units.state.entries == {}


async def test_a_decision_about_a_contact_never_assessed_is_a_persons_task() -> None:
    async with MemoryUnits()() as work:
        with pytest.raises(PermanentFailure) as failure:
            await learn_decisions([decided(new_id())], work)
    assert failure.value.reason is ReasonCode.CONTACT_UNKNOWN
