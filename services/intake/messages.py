"""The messages intake sends: a contact was received, a receipt is due, somebody must be alerted."""

from datetime import datetime
from uuid import UUID

from services.intake.submission import PreparedContact, Submission, asking
from shared.messages.build import message_of
from shared.messages.contact import PART
from shared.messages.contact_received import ContactReceived, ContactReceivedFacets
from shared.messages.envelope import Lane, SealedPart
from shared.messages.notice_requested import NoticeKind, NoticeRequested, NoticeRequestedFacets

ALERTED_QUEUE = "mash-urgent"


def contact_received(
    authority: str, submission: Submission, contact: PreparedContact, sealed: SealedPart
) -> ContactReceived:
    """The contact on its way to triage. Defects travel as codes, those that ask for a person only."""
    return message_of(
        ContactReceived,
        contact_id=contact.contact_id,
        subject=contact.subject,
        lane=Lane(contact.lane),
        occurred_at=submission.received_at,
        trace=submission.trace,
        facets=ContactReceivedFacets.model_construct(
            authority=authority,
            agency_id=submission.agency.agency_id,
            agency_kind=submission.agency.kind,
            receipt_id=str(submission.receipt_id),
            subject_kind=contact.subject_kind,
            danger=contact.danger,
            defects=tuple(sorted({defect.code for defect in asking(contact.defects)})),
        ),
        parts={PART: sealed},
    )


def receipt_notice(submission: Submission, first_contact: UUID) -> NoticeRequested:
    """The agency is told that its submission is kept: once per receipt, however many children it is about."""
    return message_of(
        NoticeRequested,
        contact_id=first_contact,
        subject=str(submission.receipt_id),
        lane=Lane.URGENT if submission.urgent else Lane.ROUTINE,
        occurred_at=submission.received_at,
        trace=submission.trace,
        facets=NoticeRequestedFacets(
            kind=NoticeKind.RECEIPT, receipt_id=str(submission.receipt_id), agency_id=submission.agency.agency_id
        ),
    )


def refusal_alert(refused_id: UUID, at: datetime) -> NoticeRequested:
    """The urgent queue is told of a body that was not accepted and may describe danger; its id stands for a contact."""
    return message_of(
        NoticeRequested,
        contact_id=refused_id,
        subject=str(refused_id),
        lane=Lane.URGENT,
        occurred_at=at,
        trace=refused_id.hex,
        facets=NoticeRequestedFacets(kind=NoticeKind.DANGER_ALERT, receipt_id=str(refused_id), queue=ALERTED_QUEUE),
    )
