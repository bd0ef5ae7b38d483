"""When the sender recorded an item: what tells the newer of two that carry no version."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Null where the sender did not say, and for what came before."""
    op.execute("set local lock_timeout = '5s'")
    op.execute("alter table intake.items add column recorded_at timestamptz")
