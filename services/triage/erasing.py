"""What triage keeps in the open so that it can match people goes with the contact that told it."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# A person whom no contact tells of any more is found by nothing: the keyed digests go as well.
_STATEMENTS = (
    "create temporary table told on commit drop as "
    "select person_id from triage.told_identity where contact_id = :contact "
    "union select person_id from triage.person_identifier where contact_id = :contact",
    "delete from triage.told_identity where contact_id = :contact",
    "delete from triage.person_identifier where contact_id = :contact",
    "update triage.involvement set detail = null where contact_id = :contact",
    "delete from triage.match_key k where person_id in (select person_id from told) "
    "and not exists (select from triage.told_identity t where t.person_id = k.person_id) "
    "and not exists (select from triage.person_identifier i where i.person_id = k.person_id)",
    "drop table told",
)


async def forget_told(connection: AsyncConnection, contact_id: UUID) -> None:
    """Forget names, birth dates and identifiers that one contact told. That there was a contact stays."""
    for statement in _STATEMENTS:
        parameters = {"contact": contact_id} if ":contact" in statement else {}
        await connection.execute(text(statement), parameters)
