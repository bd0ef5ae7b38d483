"""A body that is refused again after its first refusal was settled or forgotten is kept, and told of, once more."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Once while it is open, instead of once for ever."""
    op.execute("set local lock_timeout = '5s'")
    op.execute(
        "create unique index uq_refused_open on intake.refused (agency_id, body_sha256, reason, pointer) "
        "where state = 'open'"
    )
    op.execute("alter table intake.refused drop constraint uq_refused_body")
