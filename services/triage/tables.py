"""The tables triage owns. Rows of a person are never re-keyed: a merge will name the other person in merged_into."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.tables import NAMING

metadata = MetaData(schema="triage", naming_convention=NAMING)

person = Table(
    "person",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("merged_into", Uuid),
    Column("review", Text),
    Column("candidates", ARRAY(Uuid)),
    Column("contact_id", Uuid),
    Column("created_at", DateTime(timezone=True)),
)

match_key = Table(
    "match_key",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("kind", Text),
    Column("person_id", Uuid),
)

told_identity = Table(
    "told_identity",
    metadata,
    Column("told_id", Integer, Identity(always=True), primary_key=True),
    Column("person_id", Uuid),
    Column("forename", Text),
    Column("surname", Text),
    Column("name_use", Text),
    Column("forename_key", Text),
    Column("surname_key", Text),
    Column("born_on", Date),
    Column("digest", LargeBinary),
    Column("contact_id", Uuid),
    Column("told_at", DateTime(timezone=True)),
)

person_identifier = Table(
    "person_identifier",
    metadata,
    Column("told_id", Integer, Identity(always=True), primary_key=True),
    Column("person_id", Uuid),
    Column("type", Text),
    Column("value", Text),
    Column("issuer", Text),
    Column("verified", Boolean),
    Column("digest", LargeBinary),
    Column("contact_id", Uuid),
    Column("told_at", DateTime(timezone=True)),
)

involvement = Table(
    "involvement",
    metadata,
    Column("entry_id", Uuid, primary_key=True),
    Column("person_id", Uuid),
    Column("contact_id", Uuid),
    Column("kind", Text),
    Column("on_date", Date),
    Column("agency_kind", Text),
    Column("level", Integer),
    Column("outcome", Text),
    Column("indicators", ARRAY(Text)),
    Column("detail", Text),
    Column("suggested_level", Integer),
    Column("decided_version", Integer),
    Column("supersedes", Uuid),
)

episode = Table(
    "episode",
    metadata,
    Column("episode_id", Uuid, primary_key=True),
    Column("person_id", Uuid),
    Column("team", Text),
    Column("opened_on", Date),
    Column("closed_on", Date),
)

assessment = Table(
    "assessment",
    metadata,
    Column("contact_id", Uuid, primary_key=True),
    Column("person_id", Uuid),
    Column("match", Text),
    Column("level", Integer),
    Column("rating", Text),
    Column("statutory_flag", Text),
    Column("danger", ARRAY(Text)),
    Column("needs_person", Text),
    Column("policy_version", Text),
    Column("received_at", DateTime(timezone=True)),
    Column("assessed_at", DateTime(timezone=True)),
    Column("assessment_part", JSONB),
)

decision = Table(
    "decision",
    metadata,
    Column("decision_id", Uuid, primary_key=True),
    Column("contact_id", Uuid),
    Column("staff_id", Text),
    Column("role", Text),
    Column("case_version", Integer),
    Column("action", Text),
    Column("queue", Text),
    Column("level", Integer),
    Column("outcome", Text),
    Column("reason_code", Text),
    Column("decided_at", DateTime(timezone=True)),
)
