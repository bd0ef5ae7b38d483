"""`contact.received`: intake accepted a contact and committed it. Sealed part: `contact`."""

from typing import ClassVar

from shared.messages.envelope import Facets, Message


class ContactReceivedFacets(Facets):
    """agency_kind: police, school, health, vcs; defects: codes only."""

    authority: str
    agency_id: str
    agency_kind: str
    receipt_id: str
    subject_kind: str  # child | place
    danger: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()


class ContactReceived(Message):
    """A contact about one child or place, accepted and kept. occurred_at is the receipt time: it starts every clock."""

    TYPE: ClassVar[str] = "contact.received"

    facets: ContactReceivedFacets
