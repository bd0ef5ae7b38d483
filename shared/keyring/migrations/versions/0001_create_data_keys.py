"""Data keys, wrapped. Destroying a row's key shreds every sealed copy of that contact, wherever it rests."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """One row per contact; `wrapped` is null once destroyed, the row stays as the record that it was."""
    op.execute("""
        create table keyring.data_keys (
            contact_id uuid not null,
            kek_id text not null,
            wrapped bytea,
            created_at timestamptz not null default now(),
            destroyed_at timestamptz,
            constraint pk_data_keys primary key (contact_id),
            constraint ck_data_keys_destroyed check ((wrapped is null) = (destroyed_at is not null))
        )
    """)


def downgrade() -> None:
    """Keys are never dropped by a migration: that would shred every contact."""
    raise RuntimeError("the keyring cannot be taken down")
