"""Refused bodies, kept sealed for 30 days, and quarantined ones, kept until a person has looked."""

from alembic import op

revision = "0005"
down_revision = "0004"

_REFUSED = """
    create table intake.refused (
        refused_id uuid not null,
        agency_id text not null,
        verdict text not null,
        reason text not null,
        pointer text not null default '',
        danger text[] not null default '{}',
        size integer not null,
        body_sha256 bytea not null,
        sealed bytea,
        times integer not null default 1,
        state text not null default 'open',
        received_at timestamptz not null,
        expires_at timestamptz,
        constraint pk_refused primary key (refused_id),
        constraint fk_refused_agency_id foreign key (agency_id) references intake.agencies,
        constraint uq_refused_body unique (agency_id, body_sha256, reason, pointer),
        constraint ck_refused_verdict check (verdict in ('refused', 'quarantined')),
        constraint ck_refused_state check (state in ('open', 'resolved', 'expired'))
    )
"""


def upgrade() -> None:
    """The same body refused again for the same reason counts up and is kept once."""
    op.execute(_REFUSED)
    op.execute("create index ix_refused_expires_at on intake.refused (expires_at) where sealed is not null")
