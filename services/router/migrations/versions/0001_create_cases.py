"""Cases, the history of their placements, decisions of staff, clocks and their alerts."""

from alembic import op

from shared.migrations import create_standard_tables

revision = "0001"
down_revision = None

_CASES = """
    create table router.cases (
        contact_id uuid not null,
        subject text not null,
        subject_kind text not null,
        authority text not null,
        agency_id text not null,
        agency_kind text not null,
        receipt_id text not null,
        trace text not null,
        lane text not null,
        received_at timestamptz not null,
        assessed_at timestamptz not null,
        level smallint not null,
        rating text not null,
        statutory_flag text not null,
        danger text[] not null,
        indicators text[] not null,
        markers text[] not null,
        needs_person text,
        consent text not null,
        age_band text not null,
        district text,
        requested_service text,
        open_team text,
        version integer not null,
        state text not null,
        queue text not null,
        service text,
        team text,
        reason text not null,
        suggested_queue text,
        suggested_service text,
        alternatives text[] not null,
        notes text[] not null,
        outcome text,
        decided_by text,
        decide_by timestamptz not null,
        policy_version text not null,
        catalogue_version text not null,
        clocks_version text not null,
        updated_at timestamptz not null,
        constraint pk_cases primary key (contact_id),
        constraint ck_cases_state check (state in ('waiting', 'placed', 'closed')),
        constraint ck_cases_lane check (lane in ('urgent', 'routine')),
        constraint ck_cases_subject_kind check (subject_kind in ('child', 'place')),
        constraint ck_cases_rating check (rating in ('RED', 'AMBER', 'GREEN', 'BLUE')),
        constraint ck_cases_statutory_flag check (statutory_flag in ('none', 's17', 's47')),
        constraint ck_cases_version check (version >= 1),
        constraint ck_cases_waits_without_outcome check ((state = 'waiting') = (outcome is null)),
        constraint ck_cases_closed_by_a_person check (state <> 'closed' or decided_by is not null)
    )
"""

_PLACEMENTS = """
    create table router.placements (
        contact_id uuid not null,
        version integer not null,
        state text not null,
        queue text not null,
        service text,
        team text,
        reason text not null,
        suggested_queue text,
        outcome text,
        decided_by text,
        decision_id text,
        level smallint not null,
        rating text not null,
        statutory_flag text not null,
        policy_version text not null,
        catalogue_version text not null,
        clocks_version text not null,
        message_id uuid not null,
        moved_at timestamptz not null,
        constraint pk_placements primary key (contact_id, version),
        constraint fk_placements_contact_id foreign key (contact_id) references router.cases,
        constraint ck_placements_state check (state in ('waiting', 'placed', 'closed'))
    )
"""

_DECISIONS = """
    create table router.decisions (
        decision_id text not null,
        contact_id uuid not null,
        staff_id text not null,
        role text not null,
        action text not null,
        seen_version integer not null,
        found_version integer not null,
        queue text,
        level smallint,
        outcome text,
        reason_code text not null,
        result text not null,
        refusal text,
        recorded_at timestamptz not null,
        constraint pk_decisions primary key (decision_id),
        constraint fk_decisions_contact_id foreign key (contact_id) references router.cases,
        constraint ck_decisions_action check (action in ('confirm', 'change', 'close')),
        constraint ck_decisions_result check (result in ('applied', 'stale', 'refused')),
        constraint ck_decisions_refusal check ((result = 'refused') = (refusal is not null))
    )
"""

_CLOCKS = """
    create table router.clocks (
        contact_id uuid not null,
        clock text not null,
        starts_at timestamptz not null,
        due_at timestamptz not null,
        next_alert_at timestamptz,
        stopped_at timestamptz,
        constraint pk_clocks primary key (contact_id, clock),
        constraint fk_clocks_contact_id foreign key (contact_id) references router.cases,
        constraint ck_clocks_runs_forward check (due_at >= starts_at),
        constraint ck_clocks_stopped_clocks_are_silent check (stopped_at is null or next_alert_at is null)
    )
"""

_ALERTS = """
    create table router.clock_alerts (
        contact_id uuid not null,
        clock text not null,
        due_at timestamptz not null,
        percent smallint not null,
        queue text not null,
        noticed boolean not null,
        raised_at timestamptz not null,
        constraint pk_clock_alerts primary key (contact_id, clock, due_at, percent),
        constraint fk_clock_alerts_contact_id_clock foreign key (contact_id, clock) references router.clocks
    )
"""

_INDEXES = (
    "create index ix_cases_subject_placed on router.cases (subject) where state = 'placed'",
    "create index ix_cases_queue on router.cases (queue, decide_by) where state <> 'closed'",
    "create index ix_placements_moved_at on router.placements using brin (moved_at)",
    "create index ix_decisions_contact_id on router.decisions (contact_id)",
    "create index ix_clocks_next_alert_at on router.clocks (next_alert_at) where next_alert_at is not null",
)

_APPEND_ONLY = (
    """
    create function router.refuse_rewriting() returns trigger language plpgsql as $$
    begin
        raise exception 'the history of placements and decisions is only ever added to' using errcode = '23001';
    end $$
    """,
    """
    create trigger placements_are_only_added before update or delete on router.placements
    for each row execute function router.refuse_rewriting()
    """,
    """
    create trigger decisions_are_only_added before update or delete on router.decisions
    for each row execute function router.refuse_rewriting()
    """,
)

_VIEWS = (
    """
    create view router.v_case as
    select contact_id, state, queue, version, level, rating, outcome, reason, decide_by, subject, updated_at,
           suggested_queue, service, team, alternatives, notes, decided_by
    from router.cases
    """,
    """
    create view router.v_placement as
    select contact_id, version, state, queue, reason, outcome, decided_by, level, moved_at,
           service, team, rating, statutory_flag, policy_version, catalogue_version, clocks_version
    from router.placements
    """,
    """
    create view router.v_decision as
    select decision_id, contact_id, staff_id, action, seen_version, found_version, reason_code, result, refusal,
           recorded_at
    from router.decisions
    """,
    """
    create view router.v_clock as
    select contact_id, clock, starts_at, due_at, stopped_at,
           (select max(percent) from router.clock_alerts a
            where a.contact_id = c.contact_id and a.clock = c.clock and a.due_at = c.due_at) as alerted_percent
    from router.clocks c
    """,
)


def upgrade() -> None:
    """Create everything this service owns, and the views that other services read."""
    create_standard_tables("router")
    tables = (_CASES, _PLACEMENTS, _DECISIONS, _CLOCKS, _ALERTS)
    for statement in (*tables, *_INDEXES, *_APPEND_ONLY, *_VIEWS):
        op.execute(statement)


def downgrade() -> None:
    """Take all of it away; only for a database nobody has used."""
    for view in ("v_clock", "v_decision", "v_placement", "v_case"):
        op.execute(f"drop view router.{view}")
    for table in ("clock_alerts", "clocks", "decisions", "placements", "cases"):
        op.execute(f"drop table router.{table}")
    op.execute("drop function router.refuse_rewriting()")
    for table in ("inbox", "outbox", "parked", "quarantine", "crash_guard", "reconciled"):
        op.execute(f"drop table router.{table}")
