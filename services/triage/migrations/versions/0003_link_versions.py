"""A newer version of a contact names the one it follows, and both count as one contact in the history."""

from alembic import op

revision = "0003"
down_revision = "0002"

_COUNTED_ONCE = """
    create or replace view triage.v_involvement as
    select contact_id, person_id, on_date, kind, agency_kind from triage.involvement i
    where not exists (
        select from triage.involvement newer where newer.supersedes = i.contact_id and newer.person_id = i.person_id
    )
"""


def upgrade() -> None:
    """The column is added empty; the index over its values holds no row yet, so one pass over the table makes it."""
    op.execute("set local lock_timeout = '5s'")
    op.execute("alter table triage.involvement add column supersedes uuid")
    op.execute("create index ix_involvement_supersedes on triage.involvement (supersedes) where supersedes is not null")
    op.execute(_COUNTED_ONCE)
