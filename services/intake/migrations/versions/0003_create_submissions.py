"""Submissions with their answers, the raw messages sealed, and the contacts that came of them."""

from alembic import op

revision = "0003"
down_revision = "0002"

_SUBMISSIONS = """
    create table intake.submissions (
        receipt_id uuid not null,
        agency_id text not null,
        received_at timestamptz not null,
        content_type text not null,
        size integer not null,
        body_sha256 bytea not null,
        lane text not null,
        status integer not null,
        answer json not null,
        constraint pk_submissions primary key (receipt_id),
        constraint fk_submissions_agency_id foreign key (agency_id) references intake.agencies,
        constraint ck_submissions_lane check (lane in ('urgent', 'routine')),
        constraint ck_submissions_status check (status in (201, 202))
    )
"""

_RAW_MESSAGES = """
    create table intake.raw_messages (
        receipt_id uuid not null,
        scheme text not null,
        nonce bytea not null,
        ciphertext bytea not null,
        constraint pk_raw_messages primary key (receipt_id),
        constraint fk_raw_messages_receipt_id foreign key (receipt_id) references intake.submissions
    )
"""

_CONTACTS = """
    create table intake.contacts (
        contact_id uuid not null,
        receipt_id uuid not null,
        agency_id text not null,
        received_at timestamptz not null,
        lane text not null,
        danger text[] not null default '{}',
        defects text[] not null default '{}',
        supersedes uuid,
        scheme text not null,
        nonce bytea not null,
        ciphertext bytea not null,
        constraint pk_contacts primary key (contact_id),
        constraint fk_contacts_receipt_id foreign key (receipt_id) references intake.submissions,
        constraint ck_contacts_lane check (lane in ('urgent', 'routine')),
        constraint ck_contacts_danger check (lane = 'urgent' or cardinality(danger) = 0)
    )
"""


def upgrade() -> None:
    """Three tables; the sealed parts are kept as bytes."""
    for statement in (_SUBMISSIONS, _RAW_MESSAGES, _CONTACTS):
        op.execute(statement)
    op.execute("create index ix_contacts_receipt_id on intake.contacts (receipt_id)")
    op.execute("create index ix_contacts_received_at on intake.contacts using brin (received_at)")
