"""Staff, their sessions and decisions, and the audit, which can be added to and nothing else."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    """create table console.staff (
        staff_id uuid not null,
        username text not null,
        role text not null,
        password_hash text not null,
        active boolean not null default true,
        created_at timestamptz not null default now(),
        constraint pk_staff primary key (staff_id),
        constraint uq_staff_username unique (username),
        constraint ck_staff_role check (role in ('screener', 'manager', 'ops', 'auditor')),
        constraint ck_staff_username check (username = lower(username))
    )""",
    """create table console.sessions (
        token_hash bytea not null,
        staff_id uuid not null,
        kind text not null,
        created_at timestamptz not null default now(),
        last_seen_at timestamptz not null default now(),
        ended_at timestamptz,
        constraint pk_sessions primary key (token_hash),
        constraint fk_sessions_staff_id foreign key (staff_id) references console.staff (staff_id),
        constraint ck_sessions_kind check (kind in ('browser', 'api'))
    )""",
    "create index ix_sessions_staff_id on console.sessions (staff_id)",
    """create table console.sign_in_tries (
        identity_hash bytea not null,
        tries integer not null,
        window_from timestamptz not null,
        constraint pk_sign_in_tries primary key (identity_hash)
    )""",
    """create table console.decisions (
        decision_id uuid not null,
        contact_id uuid not null,
        case_version integer not null,
        staff_id uuid not null,
        action text not null,
        queue text,
        level smallint,
        outcome text,
        reason_code text not null,
        reason_part jsonb not null,
        refusal text,
        decided_at timestamptz not null default now(),
        constraint pk_decisions primary key (decision_id),
        constraint fk_decisions_staff_id foreign key (staff_id) references console.staff (staff_id),
        constraint ck_decisions_action check (action in ('confirm', 'change', 'close')),
        constraint ck_decisions_close_has_outcome check (action <> 'close' or outcome is not null),
        constraint ck_decisions_change_changes check (action <> 'change' or queue is not null or level is not null)
    )""",
    """create unique index uq_decisions_standing on console.decisions (contact_id, case_version)
       where refusal is null""",
    "create index ix_decisions_contact_id on console.decisions (contact_id)",
    """create table console.audit (
        audit_id bigint generated always as identity,
        at timestamptz not null default now(),
        staff_id uuid,
        username text,
        role text,
        session_ref text,
        action text not null,
        object_id text,
        purpose text,
        outcome text not null,
        detail jsonb not null default '{}',
        client text,
        constraint pk_audit primary key (audit_id),
        constraint ck_audit_outcome check (outcome in ('allowed', 'denied', 'failed'))
    )""",
    "create index ix_audit_object_id on console.audit (object_id, at)",
    "create index ix_audit_staff_id on console.audit (staff_id, at)",
    """create function console.refuse_change() returns trigger language plpgsql as
       $$ begin raise exception 'the audit is only ever added to' using errcode = '42501'; end $$""",
    """create trigger audit_append_only before update or delete or truncate on console.audit
       for each statement execute function console.refuse_change()""",
)


def upgrade() -> None:
    """The audit also refuses changes by the owner of the table; only a superuser could disable the trigger."""
    for statement in STATEMENTS:
        op.execute(statement)
