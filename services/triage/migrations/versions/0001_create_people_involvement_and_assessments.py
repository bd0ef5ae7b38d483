"""Persons and what they are found by, their involvement, assessments and decisions, and the views others read."""

from alembic import op

from shared.migrations import create_standard_tables

revision = "0001"
down_revision = None

_PEOPLE = (
    """
    create table triage.person (
        person_id uuid not null,
        merged_into uuid,
        review text,
        candidates uuid[] not null default '{}',
        contact_id uuid,
        created_at timestamptz not null default now(),
        constraint pk_person primary key (person_id),
        constraint fk_person_merged_into foreign key (merged_into) references triage.person,
        constraint ck_person_not_into_itself check (merged_into <> person_id)
    )
    """,
    """
    create table triage.match_key (
        digest bytea not null,
        kind text not null,
        person_id uuid not null,
        constraint pk_match_key primary key (digest),
        constraint fk_match_key_person_id foreign key (person_id) references triage.person,
        constraint ck_match_key_digest check (length(digest) = 16),
        constraint ck_match_key_kind check (kind in ('nhs_number', 'upn', 'la_child_id', 'name_and_birth_date'))
    )
    """,
    "create index ix_match_key_person_id on triage.match_key (person_id)",
    """
    create table triage.told_identity (
        told_id bigint generated always as identity,
        person_id uuid not null,
        forename text,
        surname text,
        name_use text not null default 'official',
        forename_key text,
        surname_key text,
        born_on date,
        contact_id uuid,
        told_at timestamptz not null default now(),
        constraint pk_told_identity primary key (told_id),
        constraint fk_told_identity_person_id foreign key (person_id) references triage.person
    )
    """,
    "create index ix_told_identity_person_id on triage.told_identity (person_id)",
    """
    create table triage.person_identifier (
        told_id bigint generated always as identity,
        person_id uuid not null,
        type text not null,
        value text not null,
        issuer text,
        verified boolean,
        contact_id uuid,
        told_at timestamptz not null default now(),
        constraint pk_person_identifier primary key (told_id),
        constraint fk_person_identifier_person_id foreign key (person_id) references triage.person
    )
    """,
    "create index ix_person_identifier_person_id on triage.person_identifier (person_id)",
)

_INVOLVEMENT = (
    """
    create table triage.involvement (
        entry_id uuid not null,
        person_id uuid not null,
        contact_id uuid,
        kind text not null,
        on_date date not null,
        agency_kind text,
        level integer,
        outcome text,
        indicators text[] not null default '{}',
        detail text,
        suggested_level integer,
        decided_version integer not null default 0,
        constraint pk_involvement primary key (entry_id),
        constraint uq_involvement_contact_id unique (contact_id),
        constraint fk_involvement_person_id foreign key (person_id) references triage.person,
        constraint ck_involvement_level check (level between 1 and 5),
        constraint ck_involvement_kind check (
            kind in ('contact', 'referral', 'placement', 'plan', 'looked_after', 'open_case', 'closure')
        )
    )
    """,
    "create index ix_involvement_person_id_on_date on triage.involvement (person_id, on_date)",
    """
    create table triage.episode (
        episode_id uuid not null,
        person_id uuid not null,
        team text not null,
        opened_on date not null,
        closed_on date,
        constraint pk_episode primary key (episode_id),
        constraint fk_episode_person_id foreign key (person_id) references triage.person,
        constraint ck_episode_closed_after_opened check (closed_on >= opened_on)
    )
    """,
    "create index ix_episode_person_id on triage.episode (person_id)",
)

_ASSESSMENTS = (
    """
    create table triage.assessment (
        contact_id uuid not null,
        person_id uuid,
        match text not null,
        level integer not null,
        rating text not null,
        statutory_flag text not null,
        danger text[] not null default '{}',
        needs_person text,
        policy_version text not null,
        received_at timestamptz not null,
        assessed_at timestamptz not null,
        assessment_part jsonb not null,
        constraint pk_assessment primary key (contact_id),
        constraint fk_assessment_person_id foreign key (person_id) references triage.person,
        constraint ck_assessment_match check (
            match in ('none', 'new', 'identifier', 'name_and_birth_date', 'review')
        ),
        constraint ck_assessment_level check (level between 1 and 5),
        constraint ck_assessment_rating check (rating in ('RED', 'AMBER', 'GREEN', 'BLUE')),
        constraint ck_assessment_statutory_flag check (statutory_flag in ('none', 's17', 's47')),
        constraint ck_assessment_a_person_at_4_and_5 check (level < 4 or needs_person is not null),
        constraint ck_assessment_a_person_in_danger check (danger = '{}' or needs_person is not null)
    )
    """,
    "create index ix_assessment_person_id on triage.assessment (person_id)",
    """
    create table triage.decision (
        decision_id uuid not null,
        contact_id uuid not null,
        staff_id text not null,
        role text not null,
        case_version integer not null,
        action text not null,
        queue text,
        level integer,
        outcome text,
        reason_code text not null,
        decided_at timestamptz not null,
        constraint pk_decision primary key (decision_id),
        constraint ck_decision_action check (action in ('confirm', 'change', 'close')),
        constraint ck_decision_level check (level between 1 and 5)
    )
    """,
    "create index ix_decision_contact_id on triage.decision (contact_id)",
)

_VIEWS = (
    """
    create view triage.v_assessment as
    select contact_id, person_id, level, rating, statutory_flag, needs_person, policy_version, assessed_at,
           assessment_part
    from triage.assessment
    """,
    """
    create view triage.v_involvement as
    select contact_id, person_id, on_date, kind, agency_kind from triage.involvement
    """,
)


def upgrade() -> None:
    create_standard_tables("triage")
    for statement in (*_PEOPLE, *_INVOLVEMENT, *_ASSESSMENTS, *_VIEWS):
        op.execute(statement)
