"""What triage keeps so that it can match people goes with the contact that told it, and with it alone.

What another contact told as well stays: a child is known as long as one contact tells of it. A key that only the erased
contact gave a person, a wrong number for instance, finds that person no more. Where a contact about somebody else told
the same, that person has the key from then on, so that nobody becomes unknown by a contact that was wrong about them.
"""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# Nobody adds to these persons until the end, so that a unit which found one by a key finds it again or asks anew.
_HOLD = """
with mine as (
    select person_id, digest from triage.told_identity where contact_id = :contact
    union select person_id, digest from triage.person_identifier where contact_id = :contact
), concerned as (
    select person_id from mine
    union select other.person_id from mine join triage.told_identity other using (digest)
    union select other.person_id from mine join triage.person_identifier other using (digest)
)
select person_id from triage.person where person_id in (select person_id from concerned)
order by person_id for update
"""
_FORGET = (
    "delete from triage.told_identity where contact_id = :contact",
    "delete from triage.person_identifier where contact_id = :contact",
    "update triage.involvement set detail = null where contact_id = :contact",
)
_FREE = """
delete from triage.match_key k where person_id = any(:persons)
and not exists (select from triage.told_identity t where t.digest = k.digest and t.person_id = k.person_id)
and not exists (select from triage.person_identifier t where t.digest = k.digest and t.person_id = k.person_id)
returning digest, kind
"""
_HAND_OVER = """
insert into triage.match_key (digest, kind, person_id)
select distinct on (told.digest) told.digest, freed.kind, told.person_id
from unnest(cast(:digests as bytea[]), cast(:kinds as text[])) freed (digest, kind)
join (
    select digest, person_id, told_at from triage.told_identity
    union all select digest, person_id, told_at from triage.person_identifier
) told on told.digest = freed.digest
order by told.digest, told.told_at, told.person_id
"""


async def forget_told(connection: AsyncConnection, contact_id: UUID) -> None:
    """Forget what only this contact told: names, birth dates, identifiers and keys. That there was a contact stays."""
    contact = {"contact": contact_id}
    persons = list((await connection.execute(text(_HOLD), contact)).scalars())
    for statement in _FORGET:
        await connection.execute(text(statement), contact)
    freed = (await connection.execute(text(_FREE), {"persons": persons})).all()
    if freed:
        given = {"digests": [bytes(row.digest) for row in freed], "kinds": [row.kind for row in freed]}
        await connection.execute(text(_HAND_OVER), given)
