"""Why somebody opened what is closed to others or settled what needed a person: in their words, sealed."""

from alembic import op

revision = "0005"
down_revision = "0004"

_REASONS = """
    create table console.reasons (
        reason_id uuid not null,
        act text not null,
        object_id text not null,
        staff_id uuid not null,
        session_ref text not null,
        sealed bytea not null,
        given_at timestamptz not null default now(),
        constraint pk_reasons primary key (reason_id),
        constraint fk_reasons_staff_id foreign key (staff_id) references console.staff (staff_id),
        constraint ck_reasons_act check (act in ('open-restricted', 'open-content', 'release', 'resolve'))
    )
"""


def upgrade() -> None:
    """A new table alone: nothing that is in use is locked."""
    op.execute("set local lock_timeout = '5s'")
    op.execute(_REASONS)
    op.execute("create index ix_reasons_object_id on console.reasons (object_id, given_at)")
