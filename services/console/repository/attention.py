"""What needs a person, over all services: read through `v_attention`, settled through `settle_attention`."""

from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.console.domain.attention import SCHEMAS, AttentionCount, AttentionItem, Settlement
from shared.errors import PermanentFailure
from shared.quarantine import seal_name, unpacked
from shared.sealing import ServiceSeal

MOST_ITEMS = 200

# The names of the schemas are constants: nothing that was sent becomes part of a statement.
_EVERY = " union all ".join(
    f"select '{schema}' as schema, kind, id, consumer, topic, contact_id, reason, since, attempts, state "  # noqa: S608
    f"from {schema}.v_attention"
    for schema in SCHEMAS
)
_ITEMS = f"""
    with items as (select * from ({_EVERY}) every where WANTED)
    select items.*,
           coalesce(topic like '%.urgent.%', false) or coalesce(listed.urgent, false)
               or coalesce(cardinality(refused.danger) > 0, false) as urgent
    from items
    left join console.queue_items listed on listed.contact_id = items.contact_id
    left join intake.v_refused_bodies refused on refused.id = items.id and items.schema = 'intake'
"""  # noqa: S608
_OPEN = text(
    _ITEMS.replace("WANTED", "state = 'open'") + " order by urgent desc, since desc, items.id limit :most offset :after"
).bindparams(most=MOST_ITEMS)
_ONE = text(_ITEMS.replace("WANTED", "schema = :schema and id = :id"))
_COUNT = text(
    "select count(*) as open, count(*) filter (where urgent) as urgent from "  # noqa: S608
    f"({_ITEMS.replace('WANTED', chr(39).join(('state = ', 'open', '')))}) open_items"
)
_BY_KIND = text(
    f"select schema, kind, count(*) as count from ({_EVERY}) every where state = 'open' group by 1, 2 order by 1, 2"  # noqa: S608
)
_REFUSED_BODY = text("select body, bound_to from intake.v_refused_bodies where id = :id")
_WHOSE = text("select restricted, original from intake.v_refused_bodies where id = :id")


def _of_schema(statement: str) -> dict[str, TextClause]:
    return {schema: text(statement.replace("SCHEMA", schema)) for schema in SCHEMAS}


_SETTLE = _of_schema("select SCHEMA.settle_attention(:item, :action, :who, :why)")
_QUARANTINED_BODY = _of_schema("select body, consumer from SCHEMA.quarantine where id = :id")


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many items of one kind are open in one service."""

    schema: str
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of an item as they arrived; None where none are kept or their seal is broken."""

    body: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Whose:
    """What is known of whom a body is about. original: the receipt it contradicts.

    restricted: None where it was held before that was noted.
    """

    restricted: bool | None = False
    original: UUID | None = None


class Attention(Protocol):
    """What commands and pages need of the items."""

    async def open_items(self, number: int = 1) -> list[AttentionItem]:
        """The open items, possible danger first, then the newest, 200 at a time. number: which part, from 1."""

    async def find(self, schema: str, item_id: UUID) -> AttentionItem | None:
        """One item, open or settled."""

    async def count(self) -> AttentionCount:
        """How many are open."""

    async def by_kind(self) -> list[KindCount]:
        """The open ones per service and kind."""

    async def settle(self, schema: str, item_id: UUID, action: Settlement, who: str, why: str) -> bool:
        """Let the owner settle it; False where it is no longer open, or is being worked at this moment."""

    async def content(self, item: AttentionItem) -> Content:
        """What is kept of its bytes, opened."""

    async def whose(self, item: AttentionItem) -> Whose:
        """Whether a submission that was not accepted is restricted, and what it contradicts."""


class PostgresAttention:
    """Attention over one connection, in the transaction of the unit of work."""

    def __init__(self, connection: AsyncConnection, seal: ServiceSeal) -> None:
        """seal: of this deployment, to open what services sealed before a contact existed."""
        self._connection = connection
        self._seal = seal

    async def open_items(self, number: int = 1) -> list[AttentionItem]:
        """See Attention."""
        rows = await self._connection.execute(_OPEN, {"after": (number - 1) * MOST_ITEMS})
        return [AttentionItem(**row) for row in rows.mappings()]

    async def find(self, schema: str, item_id: UUID) -> AttentionItem | None:
        """See Attention."""
        row = (await self._connection.execute(_ONE, {"schema": schema, "id": item_id})).mappings().first()
        return None if row is None else AttentionItem(**row)

    async def count(self) -> AttentionCount:
        """See Attention."""
        return AttentionCount(**(await self._connection.execute(_COUNT)).mappings().one())

    async def by_kind(self) -> list[KindCount]:
        """See Attention."""
        return [KindCount(**row) for row in (await self._connection.execute(_BY_KIND)).mappings()]

    async def settle(self, schema: str, item_id: UUID, action: Settlement, who: str, why: str) -> bool:
        """See Attention."""
        asked = {"item": item_id, "action": action.value, "who": who, "why": why}
        return bool((await self._connection.execute(_SETTLE[schema], asked)).scalar_one())

    async def whose(self, item: AttentionItem) -> Whose:
        """See Attention."""
        row = (await self._connection.execute(_WHOSE, {"id": item.id})).one_or_none() if item.is_submission else None
        return Whose() if row is None else Whose(row.restricted, row.original)

    async def content(self, item: AttentionItem) -> Content:
        """See Attention."""
        kept = _REFUSED_BODY if item.is_submission else _QUARANTINED_BODY[item.schema]
        row = (await self._connection.execute(kept, {"id": item.id})).one_or_none()
        if row is None or row.body is None:
            return Content(None)
        try:
            bound_to = row.bound_to if item.is_submission else seal_name(row.consumer, item.id)
            plain = self._seal.open(row.body, bound_to)
        except PermanentFailure:
            return Content(None)
        return Content(plain if item.is_submission else unpacked(plain))
