"""Messages for tests that are about how messages are handled, not about what is in them."""

from datetime import UTC, datetime
from uuid import UUID

from shared.ids import new_id
from shared.messages.build import message_of
from shared.messages.contact_received import ContactReceived, ContactReceivedFacets
from shared.messages.envelope import Lane


def a_contact_received(
    *,
    subject: str = "subject-1",
    lane: Lane = Lane.ROUTINE,
    contact_id: UUID | None = None,
    defects: tuple[str, ...] = (),
) -> ContactReceived:
    """A contact with nothing sealed in it. defects: free for a test to steer its own handler with."""
    return message_of(
        ContactReceived,
        contact_id=contact_id or new_id(),
        subject=subject,
        lane=lane,
        occurred_at=datetime.now(UTC),
        trace="test",
        facets=ContactReceivedFacets(
            authority="county-durham",
            agency_id="school-ferndale",
            agency_kind="school",
            receipt_id=str(new_id()),
            subject_kind="child",
            defects=defects,
        ),
    )
