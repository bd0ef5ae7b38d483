"""Every contact keeps what it told and which key that is, so that erasing one takes only what nobody else told.

Until here only the first contact that told something was noted, and letters such as `ł` and `ø` were no letters with a
mark. What stands here of both is frozen: later changes of the rules get a step of their own.
"""

import os
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from hashlib import blake2b
from typing import Any

from alembic import op
from sqlalchemy import text

revision = "0005"
down_revision = "0004"

_BATCH = 5_000
_PLAIN: dict[str, str | int | None] = {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t"}
_PLAIN |= {"ŋ": "n", "þ": "th", "æ": "ae", "œ": "oe", "ə": "e", "ß": "ss"}
_KINDS = {"nhs_number": "nhs_number", "upn": "upn", "former_upn": "upn", "la_child_id": "la_child_id"}
_NAME = "name_and_birth_date"

# Whatever another contact of the same person told is not known any more: it is taken to have told the same. One that
# was erased tells nothing.
_TOLD_BY_THE_OTHERS = """
    with told as (select distinct contact_id, person_id from triage.told_identity where contact_id is not null)
    insert into triage.told_identity
        (person_id, forename, surname, name_use, forename_key, surname_key, born_on, contact_id)
    select first.person_id, first.forename, first.surname, first.name_use, first.forename_key, first.surname_key,
           first.born_on, other.contact_id
    from triage.told_identity first join triage.assessment other using (person_id)
    where not exists (select from told where told.contact_id = other.contact_id)
    and not exists (select from keyring.data_keys k where k.contact_id = other.contact_id and k.wrapped is null)
"""
_IDENTIFIERS_OF_THE_OTHERS = """
    insert into triage.person_identifier (person_id, type, value, issuer, verified, contact_id)
    select first.person_id, first.type, first.value, first.issuer, first.verified, other.contact_id
    from triage.person_identifier first join triage.assessment other using (person_id)
    where other.contact_id is distinct from first.contact_id
    and not exists (select from keyring.data_keys k where k.contact_id = other.contact_id and k.wrapped is null)
"""
_NAMES = """
    select told_id, person_id, forename, surname, born_on from triage.told_identity
    where told_id > :after order by told_id limit :most
"""
_SET_NAMES = """
    update triage.told_identity set forename_key = :forename, surname_key = :surname, digest = :digest
    where told_id = :told_id
"""
_IDENTIFIERS = """
    select told_id, person_id, type, value, issuer from triage.person_identifier
    where told_id > :after order by told_id limit :most
"""
_SET_IDENTIFIERS = "update triage.person_identifier set digest = :digest where told_id = :told_id"
_NEW_KEYS = """
    insert into triage.match_key (digest, kind, person_id)
    select distinct on (digest) digest, 'name_and_birth_date', person_id from triage.told_identity
    where digest is not null order by digest, told_id on conflict do nothing
"""
_OLD_KEYS = """
    delete from triage.match_key k where kind = 'name_and_birth_date'
    and not exists (select from triage.told_identity t where t.digest = k.digest and t.person_id = k.person_id)
"""


def upgrade() -> None:
    """The columns are added empty and filled in batches; both indexes serve erasing."""
    op.execute("set local lock_timeout = '5s'")
    for table in ("told_identity", "person_identifier"):
        op.execute(f"alter table triage.{table} add column digest bytea")
        op.execute(f"alter table triage.{table} add constraint ck_{table}_digest check (length(digest) = 16) not valid")
    op.execute(_TOLD_BY_THE_OTHERS)
    op.execute(_IDENTIFIERS_OF_THE_OTHERS)
    for rows in _batches(_NAMES):
        op.get_bind().execute(text(_SET_NAMES), [_name(row) for row in rows])
    for rows in _batches(_IDENTIFIERS):
        op.get_bind().execute(text(_SET_IDENTIFIERS), [_identifier(row) for row in rows])
    for table in ("told_identity", "person_identifier"):
        op.execute(f"create index ix_{table}_contact_id on triage.{table} (contact_id)")
        op.execute(f"create index ix_{table}_digest on triage.{table} (digest) where digest is not null")
    op.execute(_NEW_KEYS)
    op.execute(_OLD_KEYS)


def _batches(statement: str) -> Iterator[list[Any]]:
    after = 0
    while rows := list(op.get_bind().execute(text(statement), {"after": after, "most": _BATCH})):
        yield rows
        after = rows[-1].told_id


def _name(row: Any) -> dict[str, object]:
    forename, surname, born_on = _letters(row.forename or ""), _letters(row.surname or ""), row.born_on
    whole = bool(forename and surname and born_on)
    return {
        "told_id": row.told_id,
        "forename": forename or None,
        "surname": surname or None,
        "digest": _name_digest(forename, surname, born_on) if whole else None,
    }


def _name_digest(forename: str, surname: str, born_on: date) -> bytes:
    return _digest(_NAME, f"{surname}\x1f{forename}\x1f{born_on.isoformat()}")


def _identifier(row: Any) -> dict[str, object]:
    kind, value = _KINDS.get(row.type), row.value
    if kind == "la_child_id":
        value = f"{row.issuer or os.environ.get('MASH_AUTHORITY', 'county-durham')}\x1f{value}"
    return {"told_id": row.told_id, "digest": _digest(kind, value) if kind else None}


def _digest(kind: str, value: str) -> bytes:
    return blake2b(f"{kind}\x1f{value}".encode(), digest_size=16).digest()


def _letters(name: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return re.sub(r"[\W\d_]+", "", plain.casefold().translate(str.maketrans(_PLAIN)))
