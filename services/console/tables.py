"""The tables the console owns (schema `console`): read model, tasks, staff and sessions, decisions, audit."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    func,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.tables import NAMING, standard_tables

SCHEMA = "console"
metadata = MetaData(schema=SCHEMA, naming_convention=NAMING)
standard = standard_tables(metadata)


def _instant(name: str, *, nullable: bool = False, server_now: bool = False) -> Column[object]:
    default = func.now() if server_now else None
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=default)


queue_items = Table(
    "queue_items",
    metadata,
    Column("contact_id", Uuid, primary_key=True),
    Column("ref", Text, Computed("right(contact_id::text, 8)", persisted=True), comment="what people say aloud"),
    Column("version", Integer, nullable=False, comment="0 while in triage: the router has not moved it yet"),
    Column("moves_seen", Integer, nullable=False, server_default="0", comment="fewer than version: a move is missing"),
    Column("state", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("urgent", Boolean, nullable=False, server_default=false()),
    Column("danger", ARRAY(Text), nullable=False, server_default="{}"),
    Column("suggested_queue", Text),
    Column("level", SmallInteger),
    Column("rating", Text),
    Column("statutory_flag", Text),
    Column("reason", Text),
    Column("outcome", Text),
    Column("agency_id", Text, nullable=False),
    Column("agency_kind", Text, nullable=False),
    Column("receipt_id", Text, nullable=False),
    Column("decided_by", Text),
    Column("team", Text),
    _instant("received_at"),
    _instant("moved_at"),
    _instant("decide_by", nullable=True),
    _instant("shown_at", server_now=True),
    CheckConstraint("state in ('in_triage', 'waiting', 'placed', 'closed')", name="state"),
    CheckConstraint("level between 1 and 5", name="level"),
)
_open = text("state in ('in_triage', 'waiting')")
_pressing = (
    queue_items.c.urgent.desc(),
    queue_items.c.decide_by.nulls_first(),
    queue_items.c.received_at,
    queue_items.c.contact_id,
)  # The order of the lists: the first page is read from an index however many wait.
Index("ix_queue_items_open", *_pressing, postgresql_where=_open)
Index("ix_queue_items_open_queue", queue_items.c.queue, *_pressing, postgresql_where=_open)
Index("ix_queue_items_moved", queue_items.c.moved_at, queue_items.c.queue, postgresql_where=text("state = 'placed'"))
Index("ix_queue_items_receipt_id", queue_items.c.receipt_id)
Index("ix_queue_items_ref", queue_items.c.ref)

tasks = Table(
    "tasks",
    metadata,
    Column("notice_id", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("contact_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False, comment="kind of the notice that could not be delivered"),
    Column("recipient", Text, nullable=False, comment="agency id or queue id, never an address"),
    Column("attempts", Integer, nullable=False),
    Column("reason", Text),
    _instant("raised_at"),
    _instant("settled_at", nullable=True),
    Column("settled_by", Text),
)
Index("ix_tasks_open", tasks.c.raised_at, postgresql_where=text("settled_at is null"))

staff = Table(
    "staff",
    metadata,
    Column("staff_id", Uuid, primary_key=True),
    Column("username", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("active", Boolean, nullable=False, server_default=true()),
    _instant("created_at", server_now=True),
    UniqueConstraint("username"),
    CheckConstraint("role in ('screener', 'manager', 'ops', 'auditor')", name="role"),
    CheckConstraint("username = lower(username)", name="username"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True, comment="SHA-256 of the token; the token itself is not kept"),
    Column("staff_id", Uuid, ForeignKey(staff.c.staff_id), nullable=False),
    Column("kind", Text, nullable=False),
    _instant("created_at", server_now=True),
    _instant("last_seen_at", server_now=True),
    _instant("ended_at", nullable=True),
    CheckConstraint("kind in ('browser', 'api')", name="kind"),
)
Index("ix_sessions_staff_id", sessions.c.staff_id)

sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("identity_hash", LargeBinary, primary_key=True, comment="SHA-256 of the name typed, or of name and client"),
    Column("tries", Integer, nullable=False),
    _instant("window_from"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("decision_id", Uuid, primary_key=True),
    Column("contact_id", Uuid, nullable=False),
    Column("case_version", Integer, nullable=False),
    Column("staff_id", Uuid, ForeignKey(staff.c.staff_id), nullable=False),
    Column("action", Text, nullable=False),
    Column("queue", Text),
    Column("level", SmallInteger),
    Column("outcome", Text),
    Column("statutory_flag", Text, comment="only where the person said which"),
    Column("reason_code", Text, nullable=False),
    Column("reason_part", JSONB, nullable=False, comment="free text, sealed under the data key of the contact"),
    Column("refusal", Text, comment="why the router could not carry it out; then another one may be made"),
    _instant("decided_at", server_now=True),
    CheckConstraint("action in ('confirm', 'change', 'close')", name="action"),
    CheckConstraint("action <> 'close' or outcome is not null", name="close_has_outcome"),
    CheckConstraint("statutory_flag in ('none', 's17', 's47')", name="statutory_flag"),
    CheckConstraint("action <> 'change' or num_nonnulls(queue, level, statutory_flag) > 0", name="change_changes"),
)
Index(
    "uq_decisions_standing",
    decisions.c.contact_id,
    decisions.c.case_version,
    unique=True,
    postgresql_where=decisions.c.refusal.is_(None),
)
Index("ix_decisions_contact_id", decisions.c.contact_id)

audit = Table(
    "audit",
    metadata,
    Column("audit_id", BigInteger, Identity(always=True), primary_key=True),
    _instant("at", server_now=True),
    Column("staff_id", Uuid),
    Column("username", Text),
    Column("role", Text),
    Column("session_ref", Text, comment="first characters of the token's hash: tells sessions apart, opens none"),
    Column("action", Text, nullable=False),
    Column("object_id", Text),
    Column("purpose", Text),
    Column("outcome", Text, nullable=False),
    Column("detail", JSONB, nullable=False, server_default="{}", comment="codes and numbers only"),
    Column("client", Text),
    CheckConstraint("outcome in ('allowed', 'denied', 'failed')", name="outcome"),
)
Index("ix_audit_object_id", audit.c.object_id, audit.c.at)
Index("ix_audit_staff_id", audit.c.staff_id, audit.c.at)

reasons = Table(
    "reasons",
    metadata,
    Column("reason_id", Uuid, primary_key=True),
    Column("act", Text, nullable=False),
    Column("object_id", Text, nullable=False, comment="a contact id, or schema/id of an item that needs a person"),
    Column("staff_id", Uuid, ForeignKey(staff.c.staff_id), nullable=False),
    Column("session_ref", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False, comment="the words, sealed under the service key"),
    _instant("given_at", server_now=True),
    CheckConstraint("act in ('open-restricted', 'open-content', 'release', 'resolve')", name="act"),
)
Index("ix_reasons_object_id", reasons.c.object_id, reasons.c.given_at)

ALL = (queue_items, tasks, staff, sessions, sign_in_tries, decisions, audit, reasons)
