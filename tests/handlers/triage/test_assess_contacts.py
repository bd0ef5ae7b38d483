"""A contact received becomes an assessment: one test for each way it can end."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.triage.domain.in_force import Policies
from services.triage.handlers import assess_contacts
from services.triage.policy import load_policy
from services.triage.work import Rulebook
from shared.errors import PermanentFailure, ReasonCode
from shared.messages.assessment import Assessment
from shared.messages.build import message_of
from shared.messages.contact import Address, CanonicalContact, Concern
from shared.messages.contact_assessed import ContactAssessed
from shared.messages.contact_received import ContactReceived, ContactReceivedFacets
from shared.messages.envelope import Lane, SealedPart
from shared.sealing import KeyEncryption, new_kek_line
from tests.builders.triage import (
    RECEIVED_AT,
    RECEIVED_ON,
    a_child,
    a_contact,
    a_name,
    a_place,
    an_unborn_child,
    durham,
    nhs_number,
)
from tests.builders.triage_memory import MemoryUnits
from tests.unit.triage.test_pack import a_pack, entry

_KEK = KeyEncryption(new_kek_line())


def received(units: MemoryUnits, contact: CanonicalContact, lane: Lane = Lane.ROUTINE) -> ContactReceived:
    """The message intake sends about a contact, sealed under a key that the unit holds."""
    key, _ = _KEK.new_data_key(contact.contact_id)
    units.keys.held[contact.contact_id] = key
    return message_of(
        ContactReceived,
        contact_id=contact.contact_id,
        subject="hmac-of-reference",
        lane=lane,
        occurred_at=contact.received_at,
        trace="trace-1",
        facets=ContactReceivedFacets(
            authority="county-durham",
            agency_id=contact.agency_id,
            agency_kind=contact.agency_kind,
            receipt_id=str(contact.receipt_id),
            subject_kind=contact.subject.kind,
            danger=contact.danger_criteria,
            defects=tuple(defect.code for defect in contact.defects),
        ),
        parts={"contact": key.seal("contact", contact)},
    )


async def assess(units: MemoryUnits, *contacts: CanonicalContact, lane: Lane = Lane.ROUTINE) -> list[ContactAssessed]:
    before = len(units.state.sent)
    async with units() as work:
        await assess_contacts([received(units, contact, lane) for contact in contacts], work)
        await work.commit()
    return [message for _, message in units.state.sent[before:] if isinstance(message, ContactAssessed)]


def explanation(units: MemoryUnits, message: ContactAssessed) -> Assessment:
    opened = units.keys.held[message.contact_id].open("assessment", message.parts["assessment"])
    return Assessment.model_validate_json(opened)


async def test_a_contact_becomes_an_assessment_for_the_router() -> None:
    units = MemoryUnits()
    contact = a_contact("AT1", requested_service="tas", markers=("school_secondary",))
    (message,) = await assess(units, contact)
    assert units.state.sent[0][0].name == "contact.assessed.routine.v1"
    assert (message.type, message.contact_id, message.trace) == ("contact.assessed", contact.contact_id, "trace-1")
    assert (message.occurred_at, message.lane) == (RECEIVED_AT, Lane.ROUTINE)
    facets = message.facets
    assert facets.model_dump(exclude={"receipt_id"}) == {
        "authority": "county-durham",
        "agency_id": "school-ferndale",
        "agency_kind": "school",
        "received_at": RECEIVED_AT,
        "subject_kind": "child",
        "level": 2,
        "rating": "GREEN",
        "statutory_flag": "none",
        "danger": (),
        "indicators": ("AT1",),
        "markers": ("school_secondary",),
        "needs_person": None,
        "consent": "given",
        "age_band": "5_10",
        "district": "DH1",
        "requested_service": "tas",
        "known_within_12_months": False,
        "open_team": None,
        "defects": (),
        "supersedes": None,
        "policy_version": "county-durham/continuum@2026.1",
    }
    assert message.subject == str(next(iter(units.state.persons)))


async def test_the_contact_is_passed_on_unopened_and_the_explanation_is_sealed_under_the_same_key() -> None:
    units = MemoryUnits()
    contact = a_contact("NE2", narrative="Invented words.")
    incoming = received(units, contact)
    async with units() as work:
        await assess_contacts([incoming], work)
        await work.commit()
    (message,) = [sent for _, sent in units.state.sent]
    assert message.parts["contact"] is incoming.parts["contact"]
    shown = Assessment.model_validate_json(
        units.keys.held[contact.contact_id].open("assessment", message.parts["assessment"])
    )
    assert (shown.level, shown.rating.value, shown.match, shown.needs_person) == (4, "AMBER", "new", "level_4_5")
    assert [factor.code for factor in shown.factors] == ["NE2"]
    assert shown.person_id == UUID(message.subject)
    assert units.state.assessments[contact.contact_id].part == message.parts["assessment"]


async def test_danger_leaves_on_the_urgent_lane() -> None:
    units = MemoryUnits()
    (message,) = await assess(units, a_contact("SA2"))
    assert units.state.sent[0][0].name == "contact.assessed.urgent.v1"
    assert (message.lane, message.facets.danger, message.facets.needs_person) == (
        Lane.URGENT,
        ("sexual_abuse_disclosure",),
        "danger",
    )


async def test_a_contact_that_came_on_the_urgent_lane_stays_there() -> None:
    (message,) = await assess(MemoryUnits(), a_contact("AT1"), lane=Lane.URGENT)
    assert (message.lane, message.facets.rating.value) == (Lane.URGENT, "GREEN")


async def test_red_on_the_same_day_keeps_its_lane() -> None:
    (message,) = await assess(MemoryUnits(), a_contact("PH2"))
    assert (message.lane, message.facets.rating.value) == (Lane.ROUTINE, "RED")


async def test_danger_told_only_by_the_message_counts() -> None:
    units = MemoryUnits()
    contact = a_contact("AT1")
    incoming = received(units, contact)
    incoming = incoming.model_copy(update={"facets": incoming.facets.model_copy(update={"danger": ("hurt_now",)})})
    async with units() as work:
        await assess_contacts([incoming], work)
        await work.commit()
    (message,) = [sent for _, sent in units.state.sent if isinstance(sent, ContactAssessed)]
    assert (message.facets.level, message.facets.danger) == (5, ("hurt_now",))


async def test_the_second_contact_of_a_child_knows_about_the_first_one_of_the_same_batch() -> None:
    units = MemoryUnits()
    earlier = a_contact("NE2", received_at=RECEIVED_AT - timedelta(minutes=1))
    later = a_contact("AT1")
    messages = {message.contact_id: message for message in await assess(units, later, earlier)}
    assert not messages[earlier.contact_id].facets.known_within_12_months
    assert messages[later.contact_id].facets.known_within_12_months
    assert messages[later.contact_id].facets.needs_person == "history_review"
    assert messages[later.contact_id].subject == messages[earlier.contact_id].subject
    assert explanation(units, messages[later.contact_id]).prior_involvement.referrals_12_months == 1


async def test_a_repeat_in_a_later_batch_finds_the_person_and_the_history() -> None:
    units = MemoryUnits()
    (first,) = await assess(units, a_contact("AT1", received_at=RECEIVED_AT - timedelta(days=30)))
    (second,) = await assess(units, a_contact("AT1"))
    assert (second.subject, second.facets.known_within_12_months) == (first.subject, True)
    prior = explanation(units, second).prior_involvement
    assert (prior.contacts_90_days, [item.contact_id for item in prior.items]) == (1, [first.contact_id])
    assert explanation(units, second).match == "name_and_birth_date"


async def test_siblings_are_two_persons_with_two_histories() -> None:
    units = MemoryUnits()
    brother = a_child(names=(a_name("Robin"),))
    sister = a_child(names=(a_name("Jude"),))
    messages = await assess(units, a_contact("AT1", subject=brother), a_contact("AT1", subject=sister))
    assert len({message.subject for message in messages}) == 2
    assert not any(message.facets.known_within_12_months for message in messages)


async def test_an_uncertain_identity_waits_for_a_person_and_is_not_linked() -> None:
    units = MemoryUnits()
    number = (nhs_number("9992041870"),)
    other = a_child(names=(a_name("Noah", "Okafor"),), born_on=a_child().born_on, identifiers=number)
    (first,) = await assess(units, a_contact("AT1", subject=a_child(identifiers=number)))
    (second,) = await assess(units, a_contact("AT1", subject=other))
    assert second.subject != first.subject
    assert (second.facets.needs_person, explanation(units, second).match) == ("identity_uncertain", "review")
    assert not second.facets.known_within_12_months


async def test_a_child_without_name_date_and_number_is_a_person_of_its_own() -> None:
    units = MemoryUnits()
    nobody = a_child(names=(), born_on=None)
    messages = await assess(units, a_contact("AT1", subject=nobody), a_contact("AT1", subject=nobody))
    assert {message.facets.needs_person for message in messages} == {"identity_missing"}
    assert len({message.subject for message in messages}) == 2
    assert explanation(units, messages[0]).match == "none"


async def test_an_unborn_child_waits_for_a_person() -> None:
    (message,) = await assess(MemoryUnits(), a_contact("UB1", subject=an_unborn_child()))
    assert (message.facets.needs_person, message.facets.age_band, message.facets.level) == ("unborn", "unborn", 3)


async def test_a_place_is_its_own_subject_and_has_no_person() -> None:
    units = MemoryUnits()
    contact = a_contact("AS1", subject=a_place())
    (message,) = await assess(units, contact)
    assert message.subject == str(contact.contact_id)
    assert (message.facets.subject_kind, message.facets.level, message.facets.district) == ("place", 2, "DH1")
    assert (units.state.persons, units.state.entries) == ({}, {})
    assert units.state.assessments[contact.contact_id].person_id is None


@pytest.mark.parametrize(
    ("addresses", "protected", "district"),
    [
        ((Address(postcode="DH1 9ZZ", postcode_valid=True),), False, "DH1"),
        ((Address(postcode="DH1 9ZZ", postcode_valid=True),), True, None),
        ((Address(postcode="DH1 9ZZ", postcode_valid=True, status="protected"),), False, None),
        ((Address(postcode="DH1", postcode_valid=False),), False, None),
        (
            (
                Address(postcode="SR8 9ZZ", postcode_valid=True, type="temporary"),
                Address(postcode="DL1 9ZZ", postcode_valid=True),
            ),
            False,
            "DL1",
        ),
        ((), False, None),
    ],
    ids=["home", "protected contact", "protected address", "no full postcode", "home before temporary", "none"],
)
async def test_only_the_district_is_open_and_a_protected_address_is_not(
    addresses: tuple[Address, ...], protected: bool, district: str | None
) -> None:
    contact = a_contact("AT1", subject=a_child(addresses=addresses), protected_address=protected)
    (message,) = await assess(MemoryUnits(), contact)
    assert message.facets.district == district


async def test_nothing_personal_stands_outside_the_sealed_parts() -> None:
    contact = a_contact(
        concerns=(Concern(theme="AT1", text="Canary words"),),
        narrative="Canary narrative",
        subject=a_child(identifiers=(nhs_number("9992041870"),)),
    )
    (message,) = await assess(MemoryUnits(), contact)
    open_part = message.model_dump_json(exclude={"parts"})
    for canary in ("Canary", "Robin", "Testcase", "9992041870", "2018-01-02", "9ZZ"):
        assert canary not in open_part


async def test_a_contact_whose_key_was_destroyed_cannot_be_assessed() -> None:
    units = MemoryUnits()
    message = received(units, a_contact("AT1"))
    units.keys.held.clear()
    async with units() as work:
        with pytest.raises(PermanentFailure) as failure:
            await assess_contacts([message], work)
    assert failure.value.reason is ReasonCode.KEY_DESTROYED


async def test_a_changed_seal_is_noticed() -> None:
    units = MemoryUnits()
    message = received(units, a_contact("AT1"))
    sealed = message.parts["contact"]
    broken = SealedPart(nonce=sealed.nonce, ciphertext=bytes([sealed.ciphertext[0] ^ 1]) + sealed.ciphertext[1:])
    async with units() as work:
        with pytest.raises(PermanentFailure) as failure:
            await assess_contacts([message.model_copy(update={"parts": {"contact": broken}})], work)
    assert failure.value.reason is ReasonCode.SEAL_BROKEN


@pytest.mark.parametrize("body", [b"{}", b"not json", b"[]"])
async def test_a_part_that_is_no_contact_is_unreadable(body: bytes) -> None:
    units = MemoryUnits()
    message = received(units, a_contact("AT1"))
    part = units.keys.held[message.contact_id].seal("contact", body)
    async with units() as work:
        with pytest.raises(PermanentFailure) as failure:
            await assess_contacts([message.model_copy(update={"parts": {"contact": part}})], work)
    assert failure.value.reason is ReasonCode.UNREADABLE


async def test_a_message_without_its_contact_is_unreadable() -> None:
    units = MemoryUnits()
    message = received(units, a_contact("AT1")).model_copy(update={"parts": {}})
    async with units() as work:
        with pytest.raises(PermanentFailure) as failure:
            await assess_contacts([message], work)
    assert failure.value.reason is ReasonCode.UNREADABLE


async def test_each_contact_is_scored_by_the_version_in_force_on_its_day_and_keeps_it() -> None:
    later = load_policy(
        a_pack(
            lambda data: (
                data.update(version="2026.2", valid_from=RECEIVED_ON),
                entry(data, "indicators", "AT1").update(level=3),
            )
        )
    )
    units = MemoryUnits(rulebook=Rulebook("county-durham", Policies((durham(), later))))
    the_day_before = a_contact("AT1", received_at=RECEIVED_AT - timedelta(days=1))
    before, after = await assess(units, the_day_before, a_contact("AT1", subject=a_child(names=(a_name("Ash"),))))
    assert (before.facets.policy_version, before.facets.level) == ("county-durham/continuum@2026.1", 2)
    assert (after.facets.policy_version, after.facets.level) == ("test/continuum@2026.2", 3)
    assert explanation(units, before).policy_version == "county-durham/continuum@2026.1"
    assert [row.policy_version for row in units.state.assessments.values()] == [
        "county-durham/continuum@2026.1",
        "test/continuum@2026.2",
    ]
