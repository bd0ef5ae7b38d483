"""The views that other services and the ledger read."""

from alembic import op

revision = "0006"
down_revision = "0005"

_ACCEPTED = """
    create view intake.v_accepted as
    select c.contact_id, c.receipt_id, c.agency_id, a.kind as agency_kind, c.received_at, c.lane, c.danger,
           jsonb_build_object(
               'scheme', c.scheme,
               'nonce', translate(encode(c.nonce, 'base64'), E'+/\\n', '-_'),
               'ciphertext', translate(encode(c.ciphertext, 'base64'), E'+/\\n', '-_')
           ) as contact_part
    from intake.contacts c join intake.agencies a using (agency_id)
"""

_REFUSED = """
    create view intake.v_refused as
    select agency_id,
           count(*) filter (where verdict = 'refused') as refused,
           count(*) filter (where verdict = 'quarantined' and state = 'open') as quarantined
    from intake.refused group by agency_id
"""


def upgrade() -> None:
    """Base64 of the sealed part is URL-safe without line ends, as the messages have it."""
    op.execute(_ACCEPTED)
    op.execute(_REFUSED)
