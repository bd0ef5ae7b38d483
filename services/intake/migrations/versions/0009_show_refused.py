"""Refused and quarantined submissions among what needs a person, and their sealed bodies for whoever may open them."""

from alembic import op

revision = "0009"
down_revision = "0008"

# A refusal whose body was forgotten after its 30 days is still open until a person has settled it.
_VIEW = """
    create or replace view intake.v_attention as
    select kind, id, consumer, topic, contact_id, reason, since, attempts, state from intake.v_standard_attention
    union all
    select r.verdict, r.refused_id, r.agency_id, null, null, r.reason, r.received_at, r.times,
           case when exists (select from intake.attention_log l where l.item = r.refused_id)
                then 'resolved' else 'open' end
    from intake.refused r
"""

_BODIES = """
    create view intake.v_refused_bodies as
    select refused_id as id, agency_id, danger, sealed as body, 'intake.refused:' || refused_id as bound_to
    from intake.refused
"""

# A body can only be sent again by its sender, so there is nothing to release.
_SETTLE = """
    create or replace function intake.settle_attention(item uuid, action text, who text, why text) returns boolean
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $settle$
    declare
        verdict text;
    begin
        if intake.settle_standard_attention(item, action, who, why) then
            return true;
        end if;
        select r.verdict into verdict from intake.refused r where r.refused_id = item for update skip locked;
        if not found or action <> 'resolve' or exists (select from intake.attention_log l where l.item = $1) then
            return false;
        end if;
        update intake.refused r set state = 'resolved' where r.refused_id = item;
        insert into intake.attention_log (item, kind, action, who, why) values (item, verdict, action, who, why);
        return true;
    end
    $settle$
"""


def upgrade() -> None:
    """Views and a function: no table is changed, so nothing waits."""
    op.execute("set local lock_timeout = '5s'")
    op.execute("create index if not exists ix_attention_log_item on intake.attention_log (item)")
    for statement in (_VIEW, _BODIES, _SETTLE):
        op.execute(statement)
