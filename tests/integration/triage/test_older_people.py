"""Persons from before each contact kept what it told: nothing they are found by is lost, on a real PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import date
from hashlib import blake2b
from uuid import UUID

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.triage.domain.identity import KeyKind, KnownName, match_key, name_key
from services.triage.erasing import forget_told
from shared.ids import new_id
from shared.migrations import LOCATIONS, migrate
from shared.settings import ROOT

BORN = date(2018, 1, 2)
NUMBER = "9992041870"
ASSESSED = """
    insert into triage.assessment (contact_id, person_id, match, level, rating, statutory_flag, policy_version,
        received_at, assessed_at, assessment_part)
    values (:contact, :person, 'new', 2, 'GREEN', 'none', 'county-durham/continuum@2026.1', now(), now(), '{}')
"""


def _as_it_was(connection: Connection) -> None:
    connection.execute(text('create schema "triage"'))
    config = Config()
    config.set_main_option("script_location", str(ROOT / LOCATIONS["triage"]))
    config.attributes["connection"] = connection
    command.upgrade(config, "0004")


def _old_name_key(name: str) -> bytes:
    return blake2b(f"name_and_birth_date\x1f{name}\x1f{BORN.isoformat()}".encode(), digest_size=16).digest()


@pytest.fixture
async def engine(unmigrated_database: str) -> AsyncIterator[AsyncEngine]:
    made = create_async_engine(unmigrated_database)
    yield made
    await made.dispose()


async def _person(engine: AsyncEngine, forename: str, surname: str, key: bytes) -> tuple[UUID, list[UUID]]:
    """A person whom three contacts told of, the first of them noted."""
    person, contacts = new_id(), [new_id() for _ in range(3)]
    values = {"person": person, "first": contacts[0], "forename": forename, "surname": surname, "key": key}
    async with engine.begin() as connection:
        await connection.execute(text("insert into triage.person (person_id) values (:person)"), values)
        await connection.execute(
            text("insert into triage.match_key values (:key, 'name_and_birth_date', :person)"), values
        )
        await connection.execute(
            text(
                "insert into triage.told_identity (person_id, forename, surname, forename_key, surname_key, born_on, "
                "contact_id) values (:person, :forename, :surname, lower(:forename), lower(:surname), :born, :first)"
            ),
            values | {"born": BORN},
        )
        for contact in contacts:
            await connection.execute(text(ASSESSED), {"contact": contact, "person": person})
    return person, contacts


async def _keys(engine: AsyncEngine, person: UUID) -> set[bytes]:
    statement = text("select digest from triage.match_key where person_id = :person")
    async with engine.connect() as connection:
        return {bytes(digest) for digest in (await connection.execute(statement, {"person": person})).scalars()}


async def test_a_child_from_before_is_found_until_the_last_of_its_contacts_is_erased(
    engine: AsyncEngine, unmigrated_database: str
) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(_as_it_was)
    ella, contacts = await _person(engine, "Ella", "Marsh", _old_name_key("marsh\x1fella"))
    number = match_key(KeyKind.NHS_NUMBER, NUMBER).digest
    values = {"person": ella, "contact": contacts[1], "number": NUMBER, "digest": number}
    async with engine.begin() as connection:
        await connection.execute(text("insert into triage.match_key values (:digest, 'nhs_number', :person)"), values)
        await connection.execute(
            text(
                "insert into triage.person_identifier (person_id, type, value, contact_id) "
                "values (:person, 'nhs_number', :number, :contact)"
            ),
            values,
        )
    await migrate(unmigrated_database, ["keyring"])
    async with engine.begin() as connection:
        await connection.execute(
            text("insert into keyring.data_keys (contact_id, kek_id, destroyed_at) values (:erased, 'k', now())"),
            {"erased": contacts.pop()},
        )
    await migrate(unmigrated_database)
    name = name_key(KnownName("ella", "marsh"), BORN).digest
    for contact in contacts:
        assert await _keys(engine, ella) == {name, number}
        async with engine.begin() as connection:
            await forget_told(connection, contact)
    assert await _keys(engine, ella) == set()


async def test_a_child_from_before_is_found_by_a_name_written_without_its_strokes(
    engine: AsyncEngine, unmigrated_database: str
) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(_as_it_was)
    lukasz, _ = await _person(engine, "Łukasz", "Bjørnsen", _old_name_key("bjørnsen\x1fłukasz"))
    await migrate(unmigrated_database)
    assert await _keys(engine, lukasz) == {name_key(KnownName("lukasz", "bjornsen"), BORN).digest}
    async with engine.connect() as connection:
        compared = await connection.execute(
            text("select distinct forename_key, surname_key from triage.told_identity where person_id = :person"),
            {"person": lukasz},
        )
        assert list(compared) == [("lukasz", "bjornsen")]
