"""The tables the notifier owns. None has a column for an address: it is looked up in the directory at each attempt."""

from sqlalchemy import Boolean, Column, DateTime, Integer, MetaData, Table, Text, Uuid

from shared.tables import NAMING

metadata = MetaData(schema="notifier", naming_convention=NAMING)

bundles = Table(
    "bundles",
    metadata,
    Column("bundle_id", Uuid, primary_key=True),
    Column("kind", Text),
    Column("lane", Text),
    Column("recipient_kind", Text),
    Column("recipient", Text),
    Column("size", Integer),
    Column("bundled_at", DateTime(timezone=True)),
)

notices = Table(
    "notices",
    metadata,
    Column("notice_id", Uuid, primary_key=True),
    Column("contact_id", Uuid),
    Column("subject", Text),
    Column("trace", Text),
    Column("lane", Text),
    Column("kind", Text),
    Column("recipient_kind", Text),
    Column("recipient", Text),
    Column("occasion", Text),
    Column("receipt_id", Text),
    Column("outcome", Text),
    Column("service", Text),
    Column("rating", Text),
    Column("decide_by", DateTime(timezone=True)),
    Column("requested_at", DateTime(timezone=True)),
    Column("recorded_at", DateTime(timezone=True)),
    Column("bundle_id", Uuid),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("delivery_id", Uuid, primary_key=True),
    Column("bundle_id", Uuid),
    Column("lane", Text),
    Column("listed_kind", Text),
    Column("listed_as", Text),
    Column("channel", Text),
    Column("channel_name", Text),
    Column("status", Text),
    Column("reason", Text),
    Column("attempts", Integer),
    Column("attempts_before", Integer),
    Column("next_attempt_at", DateTime(timezone=True)),
    Column("lease_token", Uuid),
    Column("lease_until", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True)),
    Column("settled_at", DateTime(timezone=True)),
)

delivery_attempts = Table(
    "delivery_attempts",
    metadata,
    Column("delivery_id", Uuid, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("started_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("sent", Boolean),
    Column("reason", Text),
    Column("code", Integer),
    Column("directory_version", Text),
)
