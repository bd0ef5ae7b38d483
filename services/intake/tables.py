"""The tables of the intake schema."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, LargeBinary, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSON

from shared.tables import NAMING

SCHEMA = "intake"
metadata = MetaData(schema=SCHEMA, naming_convention=NAMING)


def _instant(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True))


agencies = Table(
    "agencies",
    metadata,
    Column("agency_id", Text, primary_key=True),
    Column("kind", Text),
    Column("name", Text),
    Column("token_sha256", LargeBinary),
    Column("active", Boolean),
    _instant("changed_at"),
)

submissions = Table(
    "submissions",
    metadata,
    Column("receipt_id", Uuid, primary_key=True),
    Column("agency_id", Text),
    _instant("received_at"),
    Column("content_type", Text),
    Column("size", Integer),
    Column("body_sha256", LargeBinary),
    Column("lane", Text),
    Column("status", Integer),
    Column("answer", JSON),
)

raw_messages = Table(
    "raw_messages",
    metadata,
    Column("receipt_id", Uuid, primary_key=True),
    Column("scheme", Text),
    Column("nonce", LargeBinary),
    Column("ciphertext", LargeBinary),
)

contacts = Table(
    "contacts",
    metadata,
    Column("contact_id", Uuid, primary_key=True),
    Column("receipt_id", Uuid),
    Column("agency_id", Text),
    Column("received_at", DateTime(timezone=True)),
    Column("lane", Text),
    Column("danger", ARRAY(Text)),
    Column("defects", ARRAY(Text)),
    Column("supersedes", Uuid),
    Column("scheme", Text),
    Column("nonce", LargeBinary),
    Column("ciphertext", LargeBinary),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("key", Text, primary_key=True),
    Column("source", Text),
    Column("body_sha256", LargeBinary),
    Column("receipt_id", Uuid),
    _instant("expires_at"),
)

items = Table(
    "items",
    metadata,
    Column("identity", Text, primary_key=True),
    Column("thread", Text),
    Column("version", BigInteger),
    Column("digest", LargeBinary),
    Column("receipt_id", Uuid),
    Column("contact_ids", ARRAY(Uuid)),
    Column("child_keys", ARRAY(Text)),
    _instant("recorded_at"),
    _instant("expires_at"),
)

refused = Table(
    "refused",
    metadata,
    Column("refused_id", Uuid, primary_key=True),
    Column("agency_id", Text),
    Column("verdict", Text),
    Column("reason", Text),
    Column("pointer", Text),
    Column("danger", ARRAY(Text)),
    Column("size", Integer),
    Column("body_sha256", LargeBinary),
    Column("sealed", LargeBinary),
    Column("times", Integer),
    Column("state", Text),
    _instant("received_at"),
    _instant("expires_at"),
    Column("restricted", Boolean),
    Column("original", Uuid),
)
