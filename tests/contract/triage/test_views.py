"""The contract views of triage, and the constraints behind its rules, in PostgreSQL."""

import base64
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.triage.handlers import assess_contacts, learn_decisions
from services.triage.tables import metadata
from shared.keyring.keys import Keys
from shared.messages.assessment import Assessment
from shared.messages.contact import CanonicalContact
from shared.messages.envelope import SealedPart
from shared.sealing import KeyEncryption, new_kek_line
from tests.builders.triage import a_contact, a_place
from tests.builders.triage_memory import MemoryUnits
from tests.contract.triage.conftest import units_of
from tests.handlers.triage.test_assess_contacts import received
from tests.handlers.triage.test_learn_decisions import decided


async def rows(engine: AsyncEngine, statement: str) -> Sequence[Any]:
    async with engine.connect() as connection:
        return (await connection.execute(text(statement))).all()


async def assess(engine: AsyncEngine, kek: KeyEncryption, *contacts: CanonicalContact) -> None:
    """Seal under keys kept in PostgreSQL, and assess."""
    sealed = MemoryUnits()
    messages = [received(sealed, contact) for contact in contacts]
    async with units_of(engine, kek)() as work:
        for contact, message in zip(contacts, messages, strict=True):
            key = work.keys.create(contact.contact_id)
            message.parts["contact"] = key.seal("contact", contact)
        await work.keys.write()
        await assess_contacts(messages, work)
        await work.commit()


async def test_the_assessment_view_carries_what_the_case_file_opens(engine: AsyncEngine) -> None:
    kek = KeyEncryption(new_kek_line())
    contact = a_contact("NE2", narrative="Canary")
    await assess(engine, kek, contact)
    (row,) = await rows(engine, "select * from triage.v_assessment")
    assert list(row._fields) == [
        "contact_id",
        "person_id",
        "level",
        "rating",
        "statutory_flag",
        "needs_person",
        "policy_version",
        "assessed_at",
        "assessment_part",
    ]
    assert (row.contact_id, row.level, row.rating, row.statutory_flag) == (contact.contact_id, 4, "AMBER", "s17")
    assert (row.needs_person, row.policy_version) == ("level_4_5", "county-durham/continuum@2026.1")
    part = row.assessment_part
    assert base64.urlsafe_b64decode(part["nonce"]) != b""
    async with engine.connect() as connection:
        key = (await Keys(connection, kek).of([contact.contact_id]))[contact.contact_id]
    opened = Assessment.model_validate_json(key.open("assessment", SealedPart.model_validate(part)))
    assert [factor.code for factor in opened.factors] == ["NE2"]


async def test_the_involvement_view_follows_the_decision(engine: AsyncEngine) -> None:
    contact, place = a_contact("AT1"), a_contact("AS1", subject=a_place())
    await assess(engine, KeyEncryption(new_kek_line()), contact, place)
    (row,) = await rows(engine, "select * from triage.v_involvement")
    assert list(row._fields) == ["contact_id", "person_id", "on_date", "kind", "agency_kind"]
    assert (row.contact_id, row.kind, row.agency_kind, str(row.on_date)) == (
        contact.contact_id,
        "contact",
        "school",
        "2026-03-10",
    )
    async with units_of(engine)() as work:
        await learn_decisions(
            [decided(contact.contact_id, 2, 4, "CIN"), decided(place.contact_id, 2, 3, "OTHER")], work
        )
        await work.commit()
    assert [row.kind for row in await rows(engine, "select kind from triage.v_involvement")] == ["referral"]
    kept = await rows(engine, "select suggested_level, level, outcome from triage.involvement")
    assert [tuple(row) for row in kept] == [(2, 4, "CIN")]
    assert len(await rows(engine, "select * from triage.decision")) == 2


async def test_the_tables_in_code_are_the_tables_in_the_database(engine: AsyncEngine) -> None:
    columns = await rows(
        engine, "select table_name, column_name from information_schema.columns where table_schema = 'triage'"
    )
    found = {(row.table_name, row.column_name) for row in columns}
    declared = {(table.name, column.name) for table in metadata.tables.values() for column in table.columns}
    assert declared <= found
    ours = {name for name, _ in declared}
    assert {pair for pair in found if pair[0] in ours} == declared


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (
            "update triage.assessment set needs_person = null",
            "ck_assessment_a_person_at_4_and_5",
        ),
        (
            "update triage.assessment set level = 2, danger = '{hurt_now}', needs_person = null",
            "ck_assessment_a_person_in_danger",
        ),
        ("update triage.assessment set rating = 'PINK'", "ck_assessment_rating"),
        ("update triage.assessment set level = 6", "ck_assessment_level"),
        ("update triage.involvement set kind = 'rumour'", "ck_involvement_kind"),
        ("update triage.person set merged_into = person_id", "ck_person_not_into_itself"),
        ("delete from triage.person", "fk_match_key_person_id"),
        (
            "insert into triage.match_key select digest, kind, person_id from triage.match_key",
            "pk_match_key",
        ),
    ],
)
async def test_the_database_backs_the_rules(engine: AsyncEngine, statement: str, constraint: str) -> None:
    await assess(engine, KeyEncryption(new_kek_line()), a_contact("NE2"))
    async with engine.connect() as connection:
        with pytest.raises(IntegrityError) as refused:
            await connection.execute(text(statement))
    assert constraint in str(refused.value)
