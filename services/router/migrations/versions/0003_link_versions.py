"""A newer version of a contact names the one it follows, and takes its place."""

from alembic import op

revision = "0003"
down_revision = "0002"

_CASES_NAME_THEIR_VERSIONS = """
    create or replace view router.v_case as
    select contact_id, state, queue, version, level, rating, outcome, reason, decide_by, subject, updated_at,
           suggested_queue, service, team, alternatives, notes, decided_by, supersedes, superseded_by
    from router.cases
"""


def upgrade() -> None:
    """The columns are added empty; the index over their values holds no row yet, so one pass makes it."""
    op.execute("set local lock_timeout = '5s'")
    op.execute("alter table router.cases add column supersedes uuid, add column superseded_by uuid")
    op.execute("create index ix_cases_supersedes on router.cases (supersedes) where supersedes is not null")
    op.execute(_CASES_NAME_THEIR_VERSIONS)
