"""A held body says whether it is restricted and which receipt it contradicts, so that it opens to whom those would."""

from alembic import op

revision = "0012"
down_revision = "0011"

_BODIES = """
    create or replace view intake.v_refused_bodies as
    select refused_id as id, agency_id, danger, sealed as body, 'intake.refused:' || refused_id as bound_to,
           restricted, original
    from intake.refused
"""


def upgrade() -> None:
    """Both are added empty: of what was held before it is not known whether it is restricted."""
    op.execute("set local lock_timeout = '5s'")
    op.execute("alter table intake.refused add column restricted boolean, add column original uuid")
    op.execute(_BODIES)
