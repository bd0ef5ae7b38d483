"""A person can say which statutory threshold holds, with a level or alone."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """The column is added empty, and what stands already fulfils both conditions."""
    op.execute("set local lock_timeout = '5s'")
    op.execute("alter table console.decisions add column statutory_flag text")
    op.execute("comment on column console.decisions.statutory_flag is 'only where the person said which'")
    op.execute("alter table console.decisions drop constraint ck_decisions_change_changes")
    for name, condition in (
        ("statutory_flag", "statutory_flag in ('none', 's17', 's47')"),
        ("change_changes", "action <> 'change' or num_nonnulls(queue, level, statutory_flag) > 0"),
    ):
        op.execute(f"alter table console.decisions add constraint ck_decisions_{name} check ({condition}) not valid")
