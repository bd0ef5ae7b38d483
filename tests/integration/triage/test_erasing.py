"""Erasing one contact takes what it alone told: the child stays known by every other, on a real PostgreSQL."""

import asyncio
from datetime import date
from random import Random

import pytest

from services.triage.erasing import forget_told
from services.triage.handlers import assess_contacts
from shared.messages.contact import CanonicalContact, Child
from tests.builders.triage import a_child, a_contact, a_name, an_unborn_child, nhs_number, upn
from tests.integration.triage.conftest import ROUTINE, Triage

ELLA_NHS, BEN_NHS = "9992041870", "9993770515"
ELLA = a_child(names=(a_name("Ella", "Marsh"),), identifiers=(nhs_number(ELLA_NHS),))
BEN = a_child(names=(a_name("Ben", "Stone"),), born_on=date(2012, 1, 9))

UNFOUND = """
select count(*) from (
    select digest from triage.told_identity union select digest from triage.person_identifier
) told where digest is not null and digest not in (select digest from triage.match_key)
"""
UNTOLD = """
select count(*) from triage.match_key k where not exists (
    select from triage.told_identity t where (t.person_id, t.digest) = (k.person_id, k.digest)
) and not exists (
    select from triage.person_identifier t where (t.person_id, t.digest) = (k.person_id, k.digest)
)
"""


async def told(triage: Triage, *children: Child) -> list[CanonicalContact]:
    contacts = [a_contact("AT1", subject=child) for child in children]
    for contact in contacts:
        await triage.takes(ROUTINE, await triage.received(contact))
    return contacts


async def erase(triage: Triage, contact: CanonicalContact) -> None:
    async with triage.service.foundation.engine.begin() as connection:
        await forget_told(connection, contact.contact_id)


async def how(triage: Triage, *contacts: CanonicalContact) -> list[tuple[str, int]]:
    """How each of these was matched, and how many contacts its person has by now."""
    rows = await triage.rows(
        "select a.contact_id, a.match, count(*) from triage.assessment a join triage.involvement i using (person_id) "
        "group by a.contact_id, a.match"
    )
    found = {contact_id: (match, count) for contact_id, match, count in rows}
    return [found[contact.contact_id] for contact in contacts]


async def test_a_child_whom_others_told_of_too_stays_known_when_the_first_contact_is_erased(triage: Triage) -> None:
    first, *_ = await told(triage, ELLA, ELLA, ELLA)
    await erase(triage, first)
    for table in ("told_identity", "person_identifier"):
        assert await triage.rows(f"select count(*) from triage.{table}") == [(2,)]
    by_number = a_child(names=(a_name("Ella", "Firth"),), identifiers=(nhs_number(ELLA_NHS),))
    again, renamed = await told(triage, ELLA, by_number)
    assert await how(triage, again, renamed) == [("identifier", 5), ("identifier", 5)]


async def test_a_wrong_number_goes_with_the_only_contact_that_told_it(triage: Triage) -> None:
    with_ellas_number = BEN.model_copy(update={"identifiers": (nhs_number(ELLA_NHS),)})
    wrong, _ = await told(triage, with_ellas_number, BEN)
    await erase(triage, wrong)
    assert await triage.rows("select kind from triage.match_key") == [("name_and_birth_date",)]
    ella, ben = await told(triage, ELLA, BEN)
    assert await how(triage, ella, ben) == [("new", 1), ("name_and_birth_date", 3)]


async def test_a_name_that_only_the_erased_contact_told_finds_the_child_no_more(triage: Triage) -> None:
    known_as = ELLA.model_copy(update={"names": (a_name("Ella", "Firth"),)})
    _, erased = await told(triage, ELLA, known_as)
    await erase(triage, erased)
    by_name = known_as.model_copy(update={"identifiers": ()})
    (contact,) = await told(triage, by_name)
    assert await how(triage, contact) == [("new", 1)]


async def test_nothing_is_left_when_the_last_contact_of_a_child_is_erased(triage: Triage) -> None:
    for contact in await told(triage, ELLA, ELLA):
        await erase(triage, contact)
    for table in ("told_identity", "person_identifier", "match_key"):
        assert await triage.rows(f"select count(*) from triage.{table}") == [(0,)]
    assert await triage.rows("select count(*) from triage.involvement") == [(2,)]


async def test_a_number_freed_from_the_wrong_child_finds_the_child_of_whom_it_was_told_too(triage: Triage) -> None:
    wrong, _, ella = await told(triage, BEN.model_copy(update={"identifiers": (nhs_number(ELLA_NHS),)}), BEN, ELLA)
    assert await how(triage, ella) == [("review", 1)]
    await erase(triage, wrong)
    renamed = ELLA.model_copy(update={"names": (a_name("Ella", "Firth"),)})
    (contact,) = await told(triage, renamed)
    assert await how(triage, contact) == [("identifier", 2)]


async def test_a_contact_on_its_way_keeps_the_child_known(triage: Triage) -> None:
    (first,) = await told(triage, ELLA)
    (second,) = await triage.received(a_contact("AT1", subject=ELLA))
    async with triage.open_work() as work:
        await assess_contacts([second], work)
        erasing = asyncio.create_task(erase(triage, first))
        await asyncio.sleep(0.3)
        assert not erasing.done()
        await work.commit()
    await erasing
    (third,) = await told(triage, ELLA)
    assert await how(triage, third) == [("identifier", 3)]


async def test_a_contact_that_comes_while_the_only_other_is_erased_makes_the_child_known_anew(triage: Triage) -> None:
    (first,) = await told(triage, ELLA)
    messages = await triage.received(a_contact("AT1", subject=ELLA))
    async with triage.service.foundation.engine.begin() as connection:
        await forget_told(connection, first.contact_id)
        coming = asyncio.create_task(triage.takes(ROUTINE, messages))
        await asyncio.sleep(0.3)
        assert not coming.done()
    await coming
    assert await triage.rows(UNFOUND) == [(0,)]
    (third,) = await told(triage, ELLA)
    assert await how(triage, third) == [("identifier", 2)]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_is_erased_every_child_is_found_by_what_living_contacts_tell_and_by_nothing_else(
    triage: Triage, seed: int
) -> None:
    random, living = Random(seed), list[CanonicalContact]()
    for _ in range(40):
        if living and random.random() < 0.4:
            await erase(triage, living.pop(random.randrange(len(living))))
        else:
            living += await told(triage, _anybody(random))
        assert await triage.rows(UNFOUND) == [(0,)]
        assert await triage.rows(UNTOLD) == [(0,)]
    left = await triage.rows(
        "select contact_id from triage.told_identity union select contact_id from triage.person_identifier"
    )
    assert {row[0] for row in left} == {contact.contact_id for contact in living}


def _anybody(random: Random) -> Child:
    """One of few children, told well or badly."""
    if random.random() < 0.1:
        return an_unborn_child().model_copy(update={"identifiers": (nhs_number(ELLA_NHS),)})
    numbers = (nhs_number(ELLA_NHS), nhs_number(BEN_NHS), upn("H840990118001"))
    names = random.sample([a_name("Ella", "Marsh"), a_name("Ben", "Stone"), a_name("Ella", "Firth")], k=2)
    return a_child(
        names=tuple(names[: random.randint(1, 2)]),
        born_on=random.choice([date(2018, 1, 2), date(2012, 1, 9), None]),
        identifiers=tuple(random.sample(numbers, k=random.choice([0, 1, 1, 2]))),
    )
