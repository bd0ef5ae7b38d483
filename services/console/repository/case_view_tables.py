"""The contract views of the other services, as far as the console reads them."""

from sqlalchemy import Date, DateTime, Integer, SmallInteger, Text, Uuid, column, table
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

_INSTANT = DateTime(timezone=True)

v_accepted = table(
    "v_accepted",
    column("contact_id", Uuid),
    column("receipt_id", Uuid),
    column("agency_id", Text),
    column("agency_kind", Text),
    column("received_at", _INSTANT),
    column("lane", Text),
    column("danger", ARRAY(Text)),
    column("contact_part", JSONB),
    schema="intake",
)
v_assessment = table(
    "v_assessment",
    column("contact_id", Uuid),
    column("person_id", Uuid),
    column("level", SmallInteger),
    column("rating", Text),
    column("statutory_flag", Text),
    column("needs_person", Text),
    column("policy_version", Text),
    column("assessed_at", _INSTANT),
    column("assessment_part", JSONB),
    schema="triage",
)
v_involvement = table(
    "v_involvement",
    column("contact_id", Uuid),
    column("person_id", Uuid),
    column("on_date", Date),
    column("kind", Text),
    column("agency_kind", Text),
    schema="triage",
)
v_case = table(
    "v_case",
    column("contact_id", Uuid),
    column("state", Text),
    column("queue", Text),
    column("version", Integer),
    column("level", SmallInteger),
    column("rating", Text),
    column("outcome", Text),
    column("reason", Text),
    column("decide_by", _INSTANT),
    column("subject", Text),
    column("updated_at", _INSTANT),
    column("suggested_queue", Text),
    column("service", Text),
    column("team", Text),
    column("alternatives", ARRAY(Text)),
    column("notes", ARRAY(Text)),
    column("supersedes", Uuid),
    column("superseded_by", Uuid),
    column("statutory_flag", Text),
    schema="router",
)
v_placement = table(
    "v_placement",
    column("contact_id", Uuid),
    column("version", Integer),
    column("state", Text),
    column("queue", Text),
    column("reason", Text),
    column("outcome", Text),
    column("decided_by", Text),
    column("level", SmallInteger),
    column("moved_at", _INSTANT),
    column("service", Text),
    column("team", Text),
    schema="router",
)
v_decision = table(
    "v_decision",
    column("decision_id", Text),
    column("contact_id", Uuid),
    column("result", Text),
    column("refusal", Text),
    schema="router",
)
v_notice = table(
    "v_notice",
    column("notice_id", Text),
    column("contact_id", Uuid),
    column("kind", Text),
    column("channel", Text),
    column("recipient", Text),
    column("status", Text),
    column("attempts", Integer),
    column("settled_at", _INSTANT),
    schema="notifier",
)
