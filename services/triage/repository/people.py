"""Persons in PostgreSQL, and what they are found by."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import LargeBinary, Text, Uuid, any_, delete, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as insert_or_not
from sqlalchemy.ext.asyncio import AsyncConnection

from services.triage.domain.identity import (
    Identity,
    KeyKind,
    KnownName,
    MatchKey,
    identifier_key,
    name_key,
    normalised_name,
)
from services.triage.domain.matching import ReviewNeeded, SamePerson
from services.triage.domain.placing import Placing
from services.triage.domain.register import KnownPerson
from services.triage.records import Told
from services.triage.tables import match_key, person, person_identifier, told_identity
from shared.insert_rows import insert_rows
from shared.messages.contact import Identifier, Name

_k, _t = match_key.c, told_identity.c


class PeopleTable:
    """Persons, their keys, and every name, date and identifier told about them."""

    def __init__(self, connection: AsyncConnection) -> None:
        """connection: of the open transaction."""
        self._connection = connection

    async def who_hold(self, keys: Iterable[MatchKey]) -> Sequence[KnownPerson]:
        """The persons who hold any of these keys, each with everything known about them."""
        digests = sorted({key.digest for key in keys})
        if not digests:
            return ()
        holders = select(_k.person_id).where(_k.digest == any_(literal(digests, ARRAY(LargeBinary))))
        held: defaultdict[UUID, set[MatchKey]] = defaultdict(set)
        statement = select(_k.person_id, _k.digest, _k.kind).where(_k.person_id.in_(holders))
        for person_id, digest, kind in await self._connection.execute(statement):
            held[person_id].add(MatchKey(bytes(digest), KeyKind(kind)))
        return await self._with_what_was_told(held) if held else ()

    async def _with_what_was_told(self, held: dict[UUID, set[MatchKey]]) -> Sequence[KnownPerson]:
        names: defaultdict[UUID, set[KnownName]] = defaultdict(set)
        dates: defaultdict[UUID, set[date]] = defaultdict(set)
        statement = select(_t.person_id, _t.forename_key, _t.surname_key, _t.born_on).distinct()
        of_these = _t.person_id == any_(literal(sorted(held), ARRAY(Uuid)))
        for person_id, forename, surname, born_on in await self._connection.execute(statement.where(of_these)):
            if forename and surname:
                names[person_id].add(KnownName(forename, surname))
            if born_on is not None:
                dates[person_id].add(born_on)
        return [
            KnownPerson(person_id, frozenset(names[person_id]), frozenset(dates[person_id]), frozenset(keys))
            for person_id, keys in held.items()
        ]

    async def claim(self, placings: Sequence[Placing]) -> frozenset[MatchKey]:
        """Make the new persons and give everyone their keys. Returns keys that changed hands since they were read.

        That is also a key that a known person got meanwhile: two units that each give one another number would else
        make one person of two children; and one that a known person lost to erasing, which nothing would find again.
        All or nothing: where any key changed hands, nothing was made. Keys are claimed in one order, then persons are
        held in one order, so that units wait for each other instead of deadlocking.
        """
        made = [placing for placing in placings if placing.is_new_person]
        wanted = {key: placing.person_id for placing in placings for key in placing.gained}
        if not placings:
            return frozenset()
        async with self._connection.begin_nested() as savepoint:
            if made:
                await insert_rows(self._connection, person, [_row_of_person(placing) for placing in made])
            lost = frozenset(wanted.keys() - await self._claim_keys(wanted)) or await self._changed(placings)
            if lost:
                await savepoint.rollback()
        return lost

    async def _changed(self, placings: Sequence[Placing]) -> frozenset[MatchKey]:
        """Keys of known persons that are not as they were read. Holds those persons.

        What a person got meanwhile matters only where it gains more; what it lost always does.
        """
        foreseen: defaultdict[UUID, set[MatchKey]] = defaultdict(set)
        for one in placings:
            if isinstance(one.match, SamePerson):
                foreseen[one.person_id].update(one.match.person.keys, one.gained)
        if not foreseen:
            return frozenset()
        await self.hold(foreseen)
        gaining = {one.person_id for one in placings if one.gained}
        held: defaultdict[UUID, set[MatchKey]] = defaultdict(set)
        statement = select(_k.person_id, _k.digest, _k.kind)
        of_these = _k.person_id == any_(literal(list(foreseen), ARRAY(Uuid)))
        for person_id, digest, kind in await self._connection.execute(statement.where(of_these)):
            held[person_id].add(MatchKey(bytes(digest), KeyKind(kind)))
        lost = (keys - held[person_id] for person_id, keys in foreseen.items())
        got = (held[person_id] - foreseen[person_id] for person_id in gaining & foreseen.keys())
        return frozenset().union(*lost, *got)

    async def _claim_keys(self, wanted: dict[MatchKey, UUID]) -> set[MatchKey]:
        if not wanted:
            return set()
        keys = sorted(wanted)
        rows = (
            func.unnest(
                literal([key.digest for key in keys], ARRAY(LargeBinary)),
                literal([key.kind.value for key in keys], ARRAY(Text)),
                literal([wanted[key] for key in keys], ARRAY(Uuid)),
            )
            .table_valued("digest", "kind", "person_id", name="wanted")
            .render_derived()
        )
        in_order = select(rows.c.digest, rows.c.kind, rows.c.person_id).order_by(rows.c.digest)
        statement = insert_or_not(match_key).from_select(["digest", "kind", "person_id"], in_order)
        claimed = await self._connection.execute(statement.on_conflict_do_nothing().returning(_k.digest))
        digests = {bytes(digest) for digest in claimed.scalars()}
        return {key for key in keys if key.digest in digests}

    async def keep(self, told: Sequence[Told]) -> None:
        """Keep what each contact told of names, dates of birth and identifiers, known before or not.

        Each contact tells for itself, so that erasing another one takes away only what nobody else told. What is told
        again under the same id, as seeded history is, stands there once.
        """
        await self._forget(one.placing.contact_id for one in told if not one.placing.is_new_person)
        identities = [row for one in told for row in _rows_of_names(one)]
        await insert_rows(self._connection, told_identity, identities)
        identifiers = [row for one in told for row in _rows_of_identifiers(one)]
        await insert_rows(self._connection, person_identifier, identifiers)

    async def _forget(self, contact_ids: Iterable[UUID]) -> None:
        ids = sorted(set(contact_ids))
        for table in (told_identity, person_identifier) if ids else ():
            of_these = table.c.contact_id == any_(literal(ids, ARRAY(Uuid)))
            await self._connection.execute(delete(table).where(of_these))

    async def hold(self, person_ids: Iterable[UUID]) -> None:
        """Hold these persons until the unit ends: what is read of them then is complete, and nobody adds to it."""
        ids = sorted(set(person_ids))
        if ids:
            statement = select(person.c.person_id).where(person.c.person_id == any_(literal(ids, ARRAY(Uuid))))
            await self._connection.execute(statement.order_by(person.c.person_id).with_for_update(key_share=True))


def _row_of_person(placing: Placing) -> dict[str, object]:
    review = placing.match if isinstance(placing.match, ReviewNeeded) else None
    return {
        "person_id": placing.person_id,
        "review": review.why if review else None,
        "candidates": list(review.candidates) if review else [],
        "contact_id": placing.contact_id,
    }


def _rows_of_names(told: Told) -> list[dict[str, object]]:
    common: dict[str, object] = {
        "person_id": told.placing.person_id,
        "born_on": told.identity.born_on,
        "contact_id": told.placing.contact_id,
    }
    rows = [common | _row_of_name(name, told.identity) for name in told.child.names]
    return rows or [common | _row_of_name(Name(), told.identity)]


def _row_of_name(name: Name, identity: Identity) -> dict[str, object]:
    known = KnownName(normalised_name(name.forename or ""), normalised_name(name.surname or ""))
    finds = known.forename and known.surname and identity.born_on and not identity.unborn
    return {
        "forename": name.forename,
        "surname": name.surname,
        "name_use": name.use,
        "forename_key": known.forename or None,
        "surname_key": known.surname or None,
        "digest": name_key(known, identity.born_on).digest if finds and identity.born_on else None,
    }


def _rows_of_identifiers(told: Told) -> list[dict[str, object]]:
    return [_row_of_identifier(one, told) for one in told.child.identifiers if one.valid]


def _row_of_identifier(identifier: Identifier, told: Told) -> dict[str, object]:
    key = None if told.identity.unborn else identifier_key(identifier, told.authority)
    return {
        "person_id": told.placing.person_id,
        "type": identifier.type,
        "value": identifier.normalised or identifier.value,
        "issuer": identifier.issuer,
        "verified": identifier.verified,
        "digest": key.digest if key else None,
        "contact_id": told.placing.contact_id,
    }
