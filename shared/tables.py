"""The tables every service keeps in its own schema so that nothing is lost or done twice."""

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


@dataclass(frozen=True, slots=True)
class StandardTables:
    """inbox: handled; outbox: to be sent; parked: to be tried again; quarantine: needs a person."""

    inbox: Table
    outbox: Table
    parked: Table
    quarantine: Table
    crash_guard: Table
    reconciled: Table


def _instant(name: str, **options: object) -> Column[object]:
    return Column(name, DateTime(timezone=True), **options)  # type: ignore[arg-type]


def _inbox(metadata: MetaData) -> Table:
    return Table(
        "inbox",
        metadata,
        Column("message_id", Uuid, primary_key=True),
        Column("consumer", Text, primary_key=True),
        _instant("handled_at", server_default=func.now(), nullable=False),
    )


def _outbox(metadata: MetaData) -> Table:
    table = Table(
        "outbox",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("topic", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("contact_id", Uuid, nullable=False),
        Column("body", LargeBinary, nullable=False),
        _instant("created_at", server_default=func.now(), nullable=False),
        _instant("published_at"),
        Column("refused", Text, comment="why Kafka will never take it as it is: a person's task"),
        _instant("refused_at"),
        _instant("resolved_at"),
    )
    Index("ix_outbox_unpublished", table.c.created_at, table.c.id, postgresql_where=text("published_at is null"))
    Index("ix_outbox_contact_id", table.c.contact_id)
    Index("ix_outbox_refused", table.c.refused_at, postgresql_where=text("refused is not null"))
    Index("ix_outbox_created_at", table.c.created_at, postgresql_using="brin")
    return table


def _parked(metadata: MetaData) -> Table:
    table = Table(
        "parked",
        metadata,
        Column("seq", BigInteger, Identity(always=True), primary_key=True),
        Column("message_id", Uuid, nullable=False),
        Column("consumer", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("contact_id", Uuid, nullable=False),
        Column("topic", Text, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("reason", Text, nullable=False),
        Column("state", Text, nullable=False, server_default="waiting"),
        Column("attempts", Integer, nullable=False, server_default="0"),
        _instant("next_attempt_at", server_default=func.now(), nullable=False),
        _instant("parked_at", server_default=func.now(), nullable=False),
        _instant("settled_at"),
        Column("id", Uuid, nullable=False, server_default=text("gen_random_uuid()"), comment="the item in v_attention"),
        _instant("released_at"),
        Column("quarantine_id", Uuid, comment="the item it was released from"),
        UniqueConstraint("message_id", "consumer"),
        CheckConstraint("state in ('waiting', 'held', 'done', 'quarantined', 'resolved')", name="state"),
    )
    Index("uq_parked_id", table.c.id, unique=True)
    of_a_person = text("state in ('waiting', 'held', 'resolved') or released_at is not null")
    Index("ix_parked_needs_person", table.c.parked_at, postgresql_where=of_a_person)
    open_work = text("state in ('waiting', 'held')")
    Index("ix_parked_open", table.c.consumer, table.c.subject, table.c.seq, postgresql_where=open_work)
    return table


def _quarantine(metadata: MetaData) -> Table:
    return Table(
        "quarantine",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("consumer", Text, nullable=False),
        Column("topic", Text, nullable=False),
        Column("partition", Integer, nullable=False),
        Column("kafka_offset", BigInteger, nullable=False),
        Column("message_id", Uuid),
        Column("contact_id", Uuid),
        Column("type", Text),
        Column("major", Integer),
        Column("reason", Text, nullable=False),
        Column("body", LargeBinary, nullable=False, comment="sealed under the service key"),
        Column("fingerprint", LargeBinary, nullable=False, comment="keyed hash: offsets start again after a wipe"),
        Column("headers", JSONB, nullable=False, server_default="[]", comment="names only; values stay sealed in body"),
        Column("state", Text, nullable=False, server_default="open"),
        _instant("quarantined_at", server_default=func.now(), nullable=False),
        Column("attempts", Integer, nullable=False, server_default="1", comment="how often it was rejected"),
        Column("claimed", Boolean, nullable=False, server_default="false", comment="the inbox mark is of this item"),
        _instant("worked_at"),
        UniqueConstraint("consumer", "topic", "partition", "kafka_offset", "fingerprint"),
        Index("ix_quarantine_message_id", "message_id"),
        Index(
            "ix_quarantine_released",
            "consumer",
            postgresql_where=text("state = 'released' and worked_at is null"),
        ),
        CheckConstraint("state in ('open', 'released', 'resolved')", name="state"),
    )


def standard_tables(metadata: MetaData) -> StandardTables:
    """The standard tables in the schema of `metadata`; each service has its own copies."""
    return StandardTables(
        inbox=_inbox(metadata),
        outbox=_outbox(metadata),
        parked=_parked(metadata),
        quarantine=_quarantine(metadata),
        crash_guard=Table(
            "crash_guard",
            metadata,
            Column("consumer", Text, primary_key=True),
            Column("topic", Text, primary_key=True),
            Column("partition", Integer, primary_key=True),
            Column("kafka_offset", BigInteger, primary_key=True),
            Column("deaths", Integer, nullable=False, server_default="0"),
            _instant("started_at", server_default=func.now(), nullable=False),
        ),
        reconciled=Table(
            "reconciled",
            metadata,
            Column("topic", Text, primary_key=True),
            Column("reader", Text, primary_key=True),
            _instant("confirmed_to", nullable=False),
        ),
    )


def tables_in(schema: str) -> StandardTables:
    """The standard tables of a schema, for reading another service's inbox and for machinery that is given a name."""
    return standard_tables(MetaData(schema=schema, naming_convention=NAMING))
