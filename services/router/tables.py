"""The tables the router owns, as its statements name them. Constraints and indexes stand in the migrations."""

from sqlalchemy import Column, DateTime, Integer, MetaData, SmallInteger, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from shared.tables import NAMING

metadata = MetaData(schema="router", naming_convention=NAMING)


def _instant(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True))


cases = Table(
    "cases",
    metadata,
    Column("contact_id", Uuid, primary_key=True),
    Column("subject", Text),
    Column("subject_kind", Text),
    Column("authority", Text),
    Column("agency_id", Text),
    Column("agency_kind", Text),
    Column("receipt_id", Text),
    Column("trace", Text),
    Column("lane", Text),
    _instant("received_at"),
    _instant("assessed_at"),
    Column("level", SmallInteger),
    Column("rating", Text),
    Column("statutory_flag", Text),
    Column("danger", ARRAY(Text)),
    Column("indicators", ARRAY(Text)),
    Column("markers", ARRAY(Text)),
    Column("needs_person", Text),
    Column("consent", Text),
    Column("age_band", Text),
    Column("district", Text),
    Column("requested_service", Text),
    Column("open_team", Text),
    Column("version", Integer),
    Column("state", Text),
    Column("queue", Text),
    Column("service", Text),
    Column("team", Text),
    Column("reason", Text),
    Column("suggested_queue", Text),
    Column("suggested_service", Text),
    Column("alternatives", ARRAY(Text)),
    Column("notes", ARRAY(Text)),
    Column("outcome", Text),
    Column("decided_by", Text),
    _instant("decide_by"),
    Column("policy_version", Text),
    Column("catalogue_version", Text),
    Column("clocks_version", Text),
    _instant("updated_at"),
    Column("supersedes", Uuid),
    Column("superseded_by", Uuid),
)

placements = Table(
    "placements",
    metadata,
    Column("contact_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("state", Text),
    Column("queue", Text),
    Column("service", Text),
    Column("team", Text),
    Column("reason", Text),
    Column("suggested_queue", Text),
    Column("outcome", Text),
    Column("decided_by", Text),
    Column("decision_id", Text),
    Column("level", SmallInteger),
    Column("rating", Text),
    Column("statutory_flag", Text),
    Column("policy_version", Text),
    Column("catalogue_version", Text),
    Column("clocks_version", Text),
    Column("message_id", Uuid),
    _instant("moved_at"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("decision_id", Text, primary_key=True),
    Column("contact_id", Uuid),
    Column("staff_id", Text),
    Column("role", Text),
    Column("action", Text),
    Column("seen_version", Integer),
    Column("found_version", Integer),
    Column("queue", Text),
    Column("level", SmallInteger),
    Column("outcome", Text),
    Column("reason_code", Text),
    Column("result", Text),
    Column("refusal", Text),
    _instant("recorded_at"),
)

clocks = Table(
    "clocks",
    metadata,
    Column("contact_id", Uuid, primary_key=True),
    Column("clock", Text, primary_key=True),
    _instant("starts_at"),
    _instant("due_at"),
    _instant("next_alert_at"),
    _instant("stopped_at"),
)
