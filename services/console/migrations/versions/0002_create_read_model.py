"""What waits and for whom, in facets only, and the notices that a person must see to."""

from alembic import op

revision = "0002"
down_revision = "0001"

QUEUE_ITEMS = """
create table console.queue_items (
    contact_id uuid not null,
    ref text generated always as (right(contact_id::text, 8)) stored,
    version integer not null,
    moves_seen integer not null default 0,
    state text not null,
    queue text not null,
    urgent boolean not null default false,
    danger text[] not null default '{}',
    suggested_queue text,
    level smallint,
    rating text,
    statutory_flag text,
    reason text,
    outcome text,
    agency_id text not null,
    agency_kind text not null,
    receipt_id text not null,
    decided_by text,
    team text,
    received_at timestamptz not null,
    moved_at timestamptz not null,
    decide_by timestamptz,
    shown_at timestamptz not null default now(),
    constraint pk_queue_items primary key (contact_id),
    constraint ck_queue_items_state check (state in ('in_triage', 'waiting', 'placed', 'closed')),
    constraint ck_queue_items_level check (level between 1 and 5)
)
"""

TASKS = """
create table console.tasks (
    notice_id text not null,
    channel text not null,
    contact_id uuid not null,
    kind text not null,
    recipient text not null,
    attempts integer not null,
    reason text,
    raised_at timestamptz not null,
    settled_at timestamptz,
    settled_by text,
    constraint pk_tasks primary key (notice_id, channel)
)
"""

INDEXES = (
    """create index ix_queue_items_open on console.queue_items
       (urgent desc, decide_by nulls first, received_at, contact_id) where state in ('in_triage', 'waiting')""",
    """create index ix_queue_items_open_queue on console.queue_items
       (queue, urgent desc, decide_by nulls first, received_at, contact_id)
       where state in ('in_triage', 'waiting')""",
    "create index ix_queue_items_moved on console.queue_items (moved_at, queue) where state = 'placed'",
    "create index ix_queue_items_receipt_id on console.queue_items (receipt_id)",
    "create index ix_queue_items_ref on console.queue_items (ref)",
    "create index ix_tasks_open on console.tasks (raised_at) where settled_at is null",
)


def upgrade() -> None:
    """The read model: it can be rebuilt from the topics at any time."""
    for statement in (QUEUE_ITEMS, TASKS, *INDEXES):
        op.execute(statement)
