"""What makes a repeat recognisable: idempotency keys, and the senders' own references. Keys are keyed hashes."""

from alembic import op

revision = "0004"
down_revision = "0003"

_IDEMPOTENCY = """
    create table intake.idempotency (
        key text not null,
        source text not null,
        body_sha256 bytea not null,
        receipt_id uuid not null,
        expires_at timestamptz not null,
        constraint pk_idempotency primary key (key),
        constraint ck_idempotency_source check (source in ('header', 'derived'))
    )
"""

_THREADS = """
    create table intake.threads (
        thread text not null,
        touched_at timestamptz not null default now(),
        constraint pk_threads primary key (thread)
    ) with (fillfactor = 80)
"""

_ITEMS = """
    create table intake.items (
        identity text not null,
        thread text not null,
        version bigint not null,
        digest bytea not null,
        receipt_id uuid not null,
        contact_ids uuid[] not null,
        child_keys text[] not null,
        expires_at timestamptz,
        constraint pk_items primary key (identity),
        constraint fk_items_thread foreign key (thread) references intake.threads,
        constraint ck_items_child_keys check (cardinality(child_keys) = cardinality(contact_ids))
    )
"""


def upgrade() -> None:
    """A thread's row is locked while an item of it is judged, so two versions never miss each other."""
    for statement in (_IDEMPOTENCY, _THREADS, _ITEMS):
        op.execute(statement)
    op.execute("create index ix_items_thread on intake.items (thread)")
