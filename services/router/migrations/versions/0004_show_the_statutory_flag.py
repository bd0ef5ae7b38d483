"""Whoever shows a case shows the statutory threshold it stands under now."""

from alembic import op

revision = "0004"
down_revision = "0003"

_CASES_WITH_THEIR_FLAG = """
    create or replace view router.v_case as
    select contact_id, state, queue, version, level, rating, outcome, reason, decide_by, subject, updated_at,
           suggested_queue, service, team, alternatives, notes, decided_by, supersedes, superseded_by, statutory_flag
    from router.cases
"""


def upgrade() -> None:
    """One column more at the end of the view."""
    op.execute("set local lock_timeout = '5s'")
    op.execute(_CASES_WITH_THEIR_FLAG)
