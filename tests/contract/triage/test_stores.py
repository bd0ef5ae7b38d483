"""What the stores of triage promise, in memory and in PostgreSQL alike."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.triage.domain.decisions import DecidedEntry
from services.triage.domain.history import Entry, Episode
from services.triage.domain.identity import Identity, KeyKind, KnownName, MatchKey, identity_of
from services.triage.domain.placing import Arrival, Placing, place_children
from services.triage.domain.register import Register
from services.triage.identification import ChildOfContact, identify
from services.triage.records import EntryRecord, EpisodeRecord
from shared.ids import new_id
from shared.messages.contact import Child
from tests.builders.triage import RECEIVED_ON, a_child, a_name, nhs_number, upn
from tests.contract.triage.conftest import Units

ROBIN = a_child(identifiers=(nhs_number("9992041870"), upn("H840990118001")))


def identity(child: Child) -> Identity:
    return identity_of(child, "county-durham", RECEIVED_ON)


async def identified(units: Units, *children: Child) -> list[Placing]:
    arrivals = [ChildOfContact(new_id(), child, RECEIVED_ON) for child in children]
    async with units() as work:
        placings = await identify(arrivals, "county-durham", work.people)
        await work.commit()
    return [placings[arrival.contact_id] for arrival in arrivals]


async def holders(units: Units, *keys: MatchKey) -> dict[UUID, frozenset[MatchKey]]:
    async with units() as work:
        return {person.person_id: person.keys for person in await work.people.who_hold(keys)}


async def test_nobody_is_known_at_first(units: Units) -> None:
    assert await holders(units, *identity(ROBIN).keys) == {}
    assert await holders(units) == {}


async def test_a_person_is_found_by_any_key_with_everything_told(units: Units) -> None:
    (placing,) = await identified(units, ROBIN)
    for key in identity(ROBIN).keys:
        async with units() as work:
            (person,) = await work.people.who_hold([key])
        assert person.person_id == placing.person_id
        assert person.keys == frozenset(identity(ROBIN).keys)
        assert person.names == frozenset({KnownName("robin", "testcase")})
        assert person.born_on == frozenset({date(2018, 1, 2)})


async def test_a_child_that_comes_again_is_the_same_person_and_may_bring_more(units: Units) -> None:
    (first,) = await identified(units, a_child())
    (second,) = await identified(units, a_child(identifiers=(nhs_number("9992041870"),)))
    (third,) = await identified(
        units, a_child(names=(a_name("Robin", "Newname"),), identifiers=(nhs_number("9992041870"),))
    )
    assert {first.person_id, second.person_id, third.person_id} == {first.person_id}
    async with units() as work:
        (person,) = await work.people.who_hold(identity(a_child()).keys)
    assert person.names == frozenset({KnownName("robin", "testcase"), KnownName("robin", "newname")})
    assert {key.kind for key in person.keys} == {KeyKind.NHS_NUMBER, KeyKind.NAME_AND_BIRTH_DATE}
    assert len(person.keys) == 3


async def test_children_of_one_batch_are_told_apart_and_found_together(units: Units) -> None:
    twins = [a_child(names=(a_name("Ella"),)), a_child(names=(a_name("Eva"),)), a_child(names=(a_name("Ella"),))]
    ella, eva, again = await identified(units, *twins)
    assert ella.person_id == again.person_id
    assert ella.person_id != eva.person_id


async def test_a_key_that_was_lost_undoes_the_whole_claim(units: Units) -> None:
    (winner,) = await identified(units, ROBIN)
    arrivals = [Arrival(new_id(), new_id(), identity(child)) for child in (ROBIN, a_child(names=(a_name("Jude"),)))]
    late = place_children(arrivals, Register())
    async with units() as work:
        lost = await work.people.claim(late)
        await work.commit()
    assert lost == frozenset(identity(ROBIN).keys)
    assert await holders(units, *identity(ROBIN).keys) == {winner.person_id: frozenset(identity(ROBIN).keys)}
    assert await holders(units, *arrivals[1].identity.keys) == {}


async def test_what_is_not_committed_never_was(units: Units) -> None:
    async with units() as work:
        await identify([ChildOfContact(new_id(), ROBIN, RECEIVED_ON)], "county-durham", work.people)
    assert await holders(units, *identity(ROBIN).keys) == {}


async def test_persons_without_keys_are_kept_apart(units: Units) -> None:
    nobody = a_child(names=(), born_on=None)
    first, second = await identified(units, nobody, nobody)
    assert first.person_id != second.person_id


def an_entry_record(person_id: UUID, on: date, level: int = 2, detail: str | None = None) -> EntryRecord:
    contact_id = new_id()
    entry = Entry(on, "contact", "school", level, None, ("AT1", "BE1"), detail, contact_id)
    return EntryRecord(contact_id, person_id, entry)


async def test_a_history_comes_back_as_it_was_recorded_oldest_first(units: Units) -> None:
    placing, other = await identified(units, ROBIN, a_child(names=(a_name("Jude"),)))
    later = an_entry_record(placing.person_id, date(2026, 2, 1))
    earlier = an_entry_record(placing.person_id, date(2025, 2, 1), detail="a plan")
    team = EpisodeRecord(new_id(), placing.person_id, "ff-north-1", date(2025, 3, 1), None)
    async with units() as work:
        await work.involvement.add([later, earlier], [team])
        await work.commit()
    async with units() as work:
        histories = await work.involvement.history_of([placing.person_id, other.person_id])
    assert histories[placing.person_id].entries == (earlier.entry, later.entry)
    assert histories[placing.person_id].episodes == (Episode("ff-north-1", date(2025, 3, 1), None),)
    assert other.person_id not in histories


async def test_an_entry_recorded_again_stays_as_it_was(units: Units) -> None:
    (placing,) = await identified(units, ROBIN)
    record = an_entry_record(placing.person_id, date(2026, 2, 1))
    team = EpisodeRecord(new_id(), placing.person_id, "ff-north-1", date(2025, 3, 1), None)
    for _ in range(2):
        async with units() as work:
            await work.involvement.add([record], [team])
            await work.commit()
    async with units() as work:
        history = (await work.involvement.history_of([placing.person_id]))[placing.person_id]
    assert (history.entries, len(history.episodes)) == ((record.entry,), 1)


async def test_an_entry_names_the_version_it_follows(units: Units) -> None:
    (placing,) = await identified(units, ROBIN)
    first = an_entry_record(placing.person_id, date(2026, 2, 1))
    second = an_entry_record(placing.person_id, date(2026, 2, 3))
    newer = replace(second, entry=replace(second.entry, supersedes=first.entry.contact_id))
    async with units() as work:
        await work.involvement.add([first, newer])
        await work.commit()
    async with units() as work:
        history = (await work.involvement.history_of([placing.person_id]))[placing.person_id]
    assert history.entries == (first.entry, newer.entry)


async def test_nobody_has_no_history(units: Units) -> None:
    async with units() as work:
        assert await work.involvement.history_of([]) == {}
        assert await work.involvement.of_contacts([new_id()]) == {}
        assert await work.assessments.which_exist([new_id()]) == frozenset()


@pytest.mark.parametrize(("level", "outcome"), [(4, "CIN"), (2, None)])
async def test_a_decision_is_written_into_the_entry_of_its_contact(
    units: Units, level: int, outcome: str | None
) -> None:
    (placing,) = await identified(units, ROBIN)
    record, untouched = (an_entry_record(placing.person_id, date(2026, 2, day)) for day in (1, 2))
    assert record.entry.contact_id is not None
    decided = Entry(
        date(2026, 2, 1),
        "referral",
        "school",
        level,
        outcome,
        ("AT1", "BE1"),
        None,
        record.entry.contact_id,
        decided=True,
    )
    async with units() as work:
        await work.involvement.add([record, untouched])
        await work.involvement.settle([DecidedEntry(record.entry.contact_id, decided, 6)])
        await work.commit()
    async with units() as work:
        found = await work.involvement.of_contacts([record.entry.contact_id])
        history = (await work.involvement.history_of([placing.person_id]))[placing.person_id]
    assert found == {record.entry.contact_id: DecidedEntry(record.entry.contact_id, decided, 6)}
    assert history.entries == (decided, untouched.entry)
