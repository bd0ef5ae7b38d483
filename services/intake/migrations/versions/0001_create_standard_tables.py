"""Inbox, outbox, parked work and quarantine of intake."""

from shared.migrations import create_standard_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """The tables every service keeps."""
    create_standard_tables("intake")
