"""What needs a person: one view to see it, one function to settle it, and a log of who did."""

from shared.migrations import create_attention

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Columns are added with constant defaults; the tables stay in use meanwhile."""
    create_attention("router")
