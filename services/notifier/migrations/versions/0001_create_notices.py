"""Notices, the bundles they go out in, deliveries and their attempts."""

from alembic import op

from shared.migrations import create_standard_tables

revision = "0001"
down_revision = None

_KINDS = "('receipt', 'outcome', 'queue-alert', 'danger-alert')"

_BUNDLES = f"""
    create table notifier.bundles (
        bundle_id uuid not null,
        kind text not null,
        lane text not null,
        recipient_kind text not null,
        recipient text not null,
        size integer not null,
        bundled_at timestamptz not null default now(),
        constraint pk_bundles primary key (bundle_id),
        constraint ck_bundles_kind check (kind in {_KINDS}),
        constraint ck_bundles_lane check (lane in ('urgent', 'routine')),
        constraint ck_bundles_recipient_kind check (recipient_kind in ('agency', 'queue')),
        constraint ck_bundles_danger_alone check (size = 1 or (kind <> 'danger-alert' and size > 1))
    )
"""

_NOTICES = f"""
    create table notifier.notices (
        notice_id uuid not null,
        contact_id uuid not null,
        subject text not null,
        trace text not null,
        lane text not null,
        kind text not null,
        recipient_kind text not null,
        recipient text not null,
        occasion text not null,
        receipt_id text not null,
        outcome text,
        service text,
        rating text,
        decide_by timestamptz,
        requested_at timestamptz not null,
        recorded_at timestamptz not null default now(),
        bundle_id uuid,
        constraint pk_notices primary key (notice_id),
        constraint uq_notices_contact_id_kind_recipient_occasion unique (contact_id, kind, recipient, occasion),
        constraint fk_notices_bundle_id foreign key (bundle_id) references notifier.bundles,
        constraint ck_notices_kind check (kind in {_KINDS}),
        constraint ck_notices_lane check (lane in ('urgent', 'routine')),
        constraint ck_notices_recipient_kind check (
            recipient_kind = case when kind in ('receipt', 'outcome') then 'agency' else 'queue' end
        )
    )
"""

_DELIVERIES = """
    create table notifier.deliveries (
        delivery_id uuid not null,
        bundle_id uuid not null,
        lane text not null,
        listed_kind text not null,
        listed_as text not null,
        channel text not null,
        channel_name text not null,
        status text not null,
        reason text,
        attempts integer not null default 0,
        attempts_before integer not null default 0,
        next_attempt_at timestamptz not null default now(),
        lease_token uuid,
        lease_until timestamptz,
        created_at timestamptz not null default now(),
        settled_at timestamptz,
        constraint pk_deliveries primary key (delivery_id),
        constraint uq_deliveries_bundle_id_listed_as_channel_name unique (bundle_id, listed_as, channel_name),
        constraint fk_deliveries_bundle_id foreign key (bundle_id) references notifier.bundles,
        constraint ck_deliveries_lane check (lane in ('urgent', 'routine')),
        constraint ck_deliveries_channel check (channel in ('email', 'webhook', 'none')),
        constraint ck_deliveries_status check (status in ('waiting', 'delivered', 'failed', 'not_wanted')),
        constraint ck_deliveries_settled check ((status = 'waiting') = (settled_at is null)),
        constraint ck_deliveries_reason check (status <> 'failed' or reason is not null),
        constraint ck_deliveries_attempts check (attempts >= attempts_before and attempts_before >= 0),
        constraint ck_deliveries_lease check ((lease_token is null) = (lease_until is null))
    )
"""

_ATTEMPTS = """
    create table notifier.delivery_attempts (
        delivery_id uuid not null,
        attempt integer not null,
        started_at timestamptz not null default now(),
        ended_at timestamptz,
        sent boolean,
        reason text,
        code integer,
        directory_version text,
        constraint pk_delivery_attempts primary key (delivery_id, attempt),
        constraint fk_delivery_attempts_delivery_id foreign key (delivery_id) references notifier.deliveries,
        constraint ck_delivery_attempts_ended check ((sent is null) = (ended_at is null))
    )
"""

_INDEXES = (
    "create index ix_notices_unbundled on notifier.notices (lane, recipient, kind) where bundle_id is null",
    "create index ix_notices_bundle_id on notifier.notices (bundle_id)",
    "create index ix_bundles_bundled_at on notifier.bundles (bundled_at)",
    "create index ix_deliveries_due on notifier.deliveries (lane, next_attempt_at) where status = 'waiting'",
    "create index ix_deliveries_failed on notifier.deliveries (settled_at) where status = 'failed'",
)

_V_NOTICE = """
    create view notifier.v_notice as
    select n.notice_id,
           n.contact_id,
           n.kind,
           coalesce(d.channel, 'none') as channel,
           n.recipient,
           coalesce(d.status, 'waiting') as status,
           coalesce(d.attempts, 0) as attempts,
           d.settled_at
    from notifier.notices n
    left join notifier.deliveries d on d.bundle_id = n.bundle_id
"""


def upgrade() -> None:
    """Create everything this service owns, and the view that other services read."""
    create_standard_tables("notifier")
    for statement in (_BUNDLES, _NOTICES, _DELIVERIES, _ATTEMPTS, *_INDEXES, _V_NOTICE):
        op.execute(statement)


def downgrade() -> None:
    """Take all of it away; only for a database nobody has used."""
    op.execute("drop view notifier.v_notice")
    for table in ("delivery_attempts", "deliveries", "notices", "bundles"):
        op.execute(f"drop table notifier.{table}")
    for table in ("inbox", "outbox", "parked", "quarantine", "crash_guard", "reconciled"):
        op.execute(f"drop table notifier.{table}")
