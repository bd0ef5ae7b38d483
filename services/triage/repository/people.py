"""Persons in PostgreSQL, and what they are found by."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import LargeBinary, Text, Uuid, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as insert_or_not
from sqlalchemy.ext.asyncio import AsyncConnection

from services.triage.domain.identity import KeyKind, KnownName, MatchKey, normalised_name
from services.triage.domain.matching import ReviewNeeded, SamePerson
from services.triage.domain.placing import Placing
from services.triage.domain.register import KnownPerson
from services.triage.records import Told
from services.triage.tables import match_key, person, person_identifier, told_identity
from shared.insert_rows import insert_rows

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
        statement = select(_t.person_id, _t.forename_key, _t.surname_key, _t.born_on).where(
            _t.person_id == any_(literal(sorted(held), ARRAY(Uuid)))
        )
        for person_id, forename, surname, born_on in await self._connection.execute(statement):
            if forename and surname:
                names[person_id].add(KnownName(forename, surname))
            if born_on is not None:
                dates[person_id].add(born_on)
        return [
            KnownPerson(person_id, frozenset(names[person_id]), frozenset(dates[person_id]), frozenset(keys))
            for person_id, keys in held.items()
        ]

    async def claim(self, placings: Sequence[Placing]) -> frozenset[MatchKey]:
        """Make the new persons and give everyone their keys. Returns keys that somebody else was faster to claim.

        That is also a key that a known person got meanwhile: two units that each give one another number would else
        make one person of two children. All or nothing: where any key was lost, nothing was made. Keys are claimed in
        one order, then persons are held in one order, so that units wait for each other instead of deadlocking.
        """
        made = [placing for placing in placings if placing.is_new_person]
        wanted = {key: placing.person_id for placing in placings for key in placing.gained}
        if not made and not wanted:
            return frozenset()
        async with self._connection.begin_nested() as savepoint:
            if made:
                await insert_rows(self._connection, person, [_row_of_person(placing) for placing in made])
            lost = frozenset(wanted.keys() - await self._claim_keys(wanted)) or await self._unforeseen(placings)
            if lost:
                await savepoint.rollback()
        return lost

    async def _unforeseen(self, placings: Sequence[Placing]) -> frozenset[MatchKey]:
        """Keys of known persons who gain one, and of which their placing did not know. Holds those persons."""
        foreseen: defaultdict[UUID, set[MatchKey]] = defaultdict(set)
        gaining = {one.person_id for one in placings if one.gained and isinstance(one.match, SamePerson)}
        for one in placings:
            if one.person_id in gaining:
                foreseen[one.person_id].update(one.gained)
                foreseen[one.person_id].update(one.match.person.keys if isinstance(one.match, SamePerson) else ())
        if not gaining:
            return frozenset()
        await self.hold(gaining)
        held = select(_k.person_id, _k.digest, _k.kind).where(_k.person_id == any_(literal(list(gaining), ARRAY(Uuid))))
        return frozenset(
            key
            for person_id, digest, kind in await self._connection.execute(held)
            if (key := MatchKey(bytes(digest), KeyKind(kind))) not in foreseen[person_id]
        )

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
        """Keep names, dates of birth and identifiers that were not known of these persons."""
        identities = [row for one in told if one.placing.told_more for row in _rows_of_names(one)]
        if identities:
            await insert_rows(self._connection, told_identity, identities)
        identifiers = [row for one in told for row in _rows_of_identifiers(one)]
        if identifiers:
            await insert_rows(self._connection, person_identifier, identifiers)

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
        "born_on": told.born_on,
        "contact_id": told.placing.contact_id,
    }
    rows = [
        {
            **common,
            "forename": name.forename,
            "surname": name.surname,
            "name_use": name.use,
            "forename_key": normalised_name(name.forename or "") or None,
            "surname_key": normalised_name(name.surname or "") or None,
        }
        for name in told.child.names
    ]
    empty = {"forename": None, "surname": None, "name_use": "official", "forename_key": None, "surname_key": None}
    return rows or [{**common, **empty}]


def _rows_of_identifiers(told: Told) -> list[dict[str, object]]:
    """Identifiers of a new person, and those that brought a known person a new key."""
    if not told.placing.is_new_person and not any(key.is_identifier for key in told.placing.gained):
        return []
    return [
        {
            "person_id": told.placing.person_id,
            "type": identifier.type,
            "value": identifier.normalised or identifier.value,
            "issuer": identifier.issuer,
            "verified": identifier.verified,
            "contact_id": told.placing.contact_id,
        }
        for identifier in told.child.identifiers
        if identifier.valid
    ]
