"""What needs a person, as every schema shows and settles it: `v_attention`, `settle_attention`, `attention_log`.

Each name has two layers: what the standard tables hold (`v_standard_attention`, `settle_standard_attention`) and, on
top, what callers use. A service with more to show replaces the upper layer in a migration of its own.
"""

_COLUMNS = """
    alter table SCHEMA.quarantine
        add column if not exists attempts integer not null default 1,
        add column if not exists claimed boolean not null default false,
        add column if not exists worked_at timestamptz
"""

_PARKED = """
    alter table SCHEMA.parked
        add column if not exists id uuid not null default gen_random_uuid(),
        add column if not exists released_at timestamptz,
        add column if not exists quarantine_id uuid,
        drop constraint if exists ck_parked_state,
        add constraint ck_parked_state check (state in ('waiting', 'held', 'done', 'quarantined', 'resolved'))
"""

_OUTBOX = """
    alter table SCHEMA.outbox
        add column if not exists refused text,
        add column if not exists refused_at timestamptz,
        add column if not exists resolved_at timestamptz
"""

_INDEXES = (
    "create unique index if not exists uq_parked_id on SCHEMA.parked (id)",
    "create index if not exists ix_parked_needs_person on SCHEMA.parked (parked_at) "
    "where state in ('waiting', 'held', 'resolved') or released_at is not null",
    "create index if not exists ix_quarantine_released on SCHEMA.quarantine (consumer) "
    "where state = 'released' and worked_at is null",
    "create index if not exists ix_outbox_refused on SCHEMA.outbox (refused_at) where refused is not null",
)

_LOG = """
    create table SCHEMA.attention_log (
        id bigint generated always as identity,
        item uuid not null,
        kind text not null,
        action text not null,
        who text not null,
        why text not null,
        at timestamptz not null default now(),
        constraint pk_attention_log primary key (id),
        constraint ck_attention_log_action check (action in ('release', 'resolve')),
        constraint ck_attention_log_who check (who <> '')
    )
"""

# Three failures or a quarter of an hour: parked work past these needs a look, though the machine still tries.
_STANDARD_VIEW = """
    create view SCHEMA.v_standard_attention as
    select 'quarantined'::text as kind, q.id, q.consumer, q.topic, q.contact_id, q.reason,
           q.quarantined_at as since, q.attempts, q.state
    from SCHEMA.quarantine q
    union all
    select 'parked', p.id, p.consumer, p.topic, p.contact_id, p.reason, p.parked_at, p.attempts,
           case when p.state = 'resolved' then 'resolved' when p.released_at is null then 'open' else 'released' end
    from SCHEMA.parked p
    where p.state in ('held', 'resolved')
       or (p.state = 'waiting' and (p.released_at is not null or p.attempts >= 3
           or p.parked_at < now() - interval '15 minutes'))
       or (p.state = 'done' and p.released_at is not null)
    union all
    select 'unsent', o.id, 'outbox', o.topic, o.contact_id, o.refused, o.refused_at, 1,
           case when o.resolved_at is null then 'open' else 'resolved' end
    from SCHEMA.outbox o where o.refused is not null
"""

_VIEW = """
    create view SCHEMA.v_attention as
    select kind, id, consumer, topic, contact_id, reason, since, attempts, state from SCHEMA.v_standard_attention
"""

_SETTLE_STANDARD = """
    create function SCHEMA.settle_standard_attention(item uuid, action text, who text, why text) returns boolean
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $settle$
    declare
        releases constant boolean := action = 'release';
        kind text;
    begin
        if action is null or action not in ('release', 'resolve') then
            raise exception 'action is release or resolve' using errcode = 'invalid_parameter_value';
        end if;
        -- skip locked: what is being tried or settled at this moment is no longer open to a second hand.
        perform from SCHEMA.quarantine q
            where q.id = item and q.state = 'open' and not (releases and q.reason = 'unproven')
            for update skip locked;
        if found then
            kind := 'quarantined';
            update SCHEMA.quarantine q
            set state = case when releases then 'released' else 'resolved' end, worked_at = null
            where q.id = item;
        end if;
        if kind is null then
            perform from SCHEMA.parked p
                where p.id = item and p.state in ('held', 'waiting') and p.released_at is null
                for update skip locked;
            if found then
                kind := 'parked';
                update SCHEMA.parked p
                set state = case when releases then 'waiting' else 'resolved' end,
                    released_at = case when releases then now() end,
                    next_attempt_at = now(),
                    settled_at = case when releases then null else now() end
                where p.id = item;
            end if;
        end if;
        if kind is null then
            perform from SCHEMA.outbox o
                where o.id = item and o.refused is not null and o.resolved_at is null for update skip locked;
            if found then
                kind := 'unsent';
                update SCHEMA.outbox o
                set refused = case when releases then null else o.refused end,
                    refused_at = case when releases then null else o.refused_at end,
                    resolved_at = case when releases then null else now() end
                where o.id = item;
            end if;
        end if;
        if kind is null then
            return false;
        end if;
        insert into SCHEMA.attention_log (item, kind, action, who, why) values (item, kind, action, who, why);
        return true;
    end
    $settle$
"""

_SETTLE = """
    create function SCHEMA.settle_attention(item uuid, action text, who text, why text) returns boolean
    language sql security definer set search_path = pg_catalog, pg_temp
    as 'select SCHEMA.settle_standard_attention(item, action, who, why)'
"""

_NOT_FOR_EVERYBODY = (
    "revoke all on function SCHEMA.settle_standard_attention(uuid, text, text, text) from public",
    "revoke all on function SCHEMA.settle_attention(uuid, text, text, text) from public",
)


def attention_steps(schema: str) -> tuple[str, ...]:
    """The statements that give `schema` its view, function and log; its standard tables exist already."""
    steps = (
        _COLUMNS,
        _PARKED,
        _OUTBOX,
        *_INDEXES,
        _LOG,
        _STANDARD_VIEW,
        _VIEW,
        _SETTLE_STANDARD,
        _SETTLE,
        *_NOT_FOR_EVERYBODY,
    )
    return tuple(step.replace("SCHEMA", schema) for step in steps)
