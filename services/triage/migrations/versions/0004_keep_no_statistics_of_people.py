"""What people are called is kept in the rows alone: PostgreSQL's statistics would copy the commonest values."""

from alembic import op

revision = "0004"
down_revision = "0003"

_IN_THE_OPEN = {
    "told_identity": ("forename", "surname", "forename_key", "surname_key", "born_on"),
    "person_identifier": ("value",),
    "involvement": ("detail",),
}


def upgrade() -> None:
    """No plan depends on them: these columns are read by person, never searched."""
    op.execute("set local lock_timeout = '5s'")
    for table, columns in _IN_THE_OPEN.items():
        for column in columns:
            op.execute(f"alter table triage.{table} alter column {column} set statistics 0")
