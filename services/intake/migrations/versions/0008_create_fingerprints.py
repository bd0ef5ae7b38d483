"""By what a resend is recognised that carries another key or reference than the first copy, or none. Keyed hashes."""

from alembic import op

revision = "0008"
down_revision = "0007"

_FINGERPRINTS = """
    create table intake.fingerprints (
        fingerprint text not null,
        receipt_id uuid not null,
        contact_ids uuid[] not null,
        referenced boolean not null,
        expires_at timestamptz not null,
        constraint pk_fingerprints primary key (fingerprint)
    ) with (fillfactor = 80)
"""


def upgrade() -> None:
    """A row is claimed before its item is judged, so that two copies at once never miss each other."""
    op.execute(_FINGERPRINTS)
    op.execute("create index ix_fingerprints_expires_at on intake.fingerprints using brin (expires_at)")
