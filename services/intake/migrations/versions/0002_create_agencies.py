"""Agencies that may send, with the SHA-256 of their token and never the token."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """One row per agency."""
    op.execute("""
        create table intake.agencies (
            agency_id text not null,
            kind text not null,
            name text not null,
            token_sha256 bytea not null,
            active boolean not null default true,
            changed_at timestamptz not null default now(),
            constraint pk_agencies primary key (agency_id),
            constraint uq_agencies_token_sha256 unique (token_sha256),
            constraint ck_agencies_kind check (kind in ('police', 'school', 'health', 'vcs')),
            constraint ck_agencies_token_sha256 check (length(token_sha256) = 32)
        )
    """)
