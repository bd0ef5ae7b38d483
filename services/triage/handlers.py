"""The two messages triage reads: a contact to be understood, and a person's decision that holds from now on."""

from collections.abc import Sequence

from pydantic import ValidationError

from services.triage.assessing import Assessed, Opened, assess_in_order
from services.triage.domain.decisions import Decision, settle
from services.triage.identification import ChildOfContact, identify
from services.triage.outgoing import assessment_of, message_about
from services.triage.records import AssessmentRecord, DecisionRecord, EntryRecord
from services.triage.work import OpenUnit
from shared.errors import PermanentFailure, ReasonCode
from shared.messages import assessment as assessment_part
from shared.messages import contact as contact_part
from shared.messages.case_decided import CaseDecided
from shared.messages.contact import CanonicalContact, Child
from shared.messages.contact_received import ContactReceived
from shared.topics import CONTACT_ASSESSED


async def assess_contacts(contacts: Sequence[ContactReceived], work: OpenUnit) -> None:
    """Find whom each contact is about and what was known, score it, and tell the router.

    Raises PermanentFailure: KEY_DESTROYED, SEAL_BROKEN, UNREADABLE. Raises TransientFailure where others were faster.
    """
    opened = await _open(contacts, work)
    children = [
        ChildOfContact(one.contact.contact_id, one.contact.subject, one.on)
        for one in opened
        if isinstance(one.contact.subject, Child)
    ]
    placings = await identify(children, work.rulebook.authority, work.people)
    known = [placing.person_id for placing in placings.values() if not placing.is_new_person]
    histories = await work.involvement.history_of(known)
    assessed = assess_in_order(opened, placings, histories, work.rulebook.policies)
    await work.involvement.add(_entries(assessed))
    await work.assessments.add([_send(one, work) for one in assessed], work.now)


async def learn_decisions(decisions: Sequence[CaseDecided], work: OpenUnit) -> None:
    """Remember what the router carried out of people's decisions: it stands in the history of the child from now on.

    Raises PermanentFailure(CONTACT_UNKNOWN) for a decision about a contact that was never assessed here.
    """
    contact_ids = {message.contact_id for message in decisions}
    unknown = contact_ids - await work.assessments.which_exist(contact_ids)
    if unknown:
        raise PermanentFailure(ReasonCode.CONTACT_UNKNOWN, contact_id=str(min(unknown)))
    entries = await work.involvement.of_contacts(contact_ids)
    finals = settle(entries, [_decision(message) for message in decisions], work.rulebook.policies)
    await work.assessments.add_decisions([DecisionRecord(message) for message in decisions])
    await work.involvement.settle(finals)


async def _open(contacts: Sequence[ContactReceived], work: OpenUnit) -> list[Opened]:
    keys = await work.keys.of(message.contact_id for message in contacts)
    opened: list[Opened] = []
    for message in contacts:
        key, part = keys.get(message.contact_id), message.parts.get(contact_part.PART)
        if key is None:
            raise PermanentFailure(ReasonCode.KEY_DESTROYED, contact_id=str(message.contact_id))
        if part is None:
            raise PermanentFailure(ReasonCode.UNREADABLE, contact_id=str(message.contact_id))
        try:
            contact = CanonicalContact.model_validate_json(key.open(contact_part.PART, part))
        except ValidationError:
            raise PermanentFailure(ReasonCode.UNREADABLE, contact_id=str(message.contact_id)) from None
        opened.append(Opened.of(message, contact, key))
    return opened


def _decision(message: CaseDecided) -> Decision:
    facets = message.facets
    return Decision(message.contact_id, facets.version, facets.level, facets.outcome)


def _send(assessed: Assessed, work: OpenUnit) -> AssessmentRecord:
    """Put the message about one assessment into the outbox; returns what is kept of it."""
    sealed = assessed.opened.key.seal(assessment_part.PART, assessment_of(assessed, work.now))
    message = message_about(assessed, sealed)
    work.outbox.add(CONTACT_ASSESSED[message.lane], message)
    return AssessmentRecord(
        contact_id=message.contact_id,
        person_id=assessed.person_id,
        match=assessed.placing.how if assessed.placing else "none",
        score=assessed.score,
        needs_person=assessed.needs_person,
        policy_version=assessed.policy_version,
        received_at=assessed.opened.contact.received_at,
        part=sealed,
    )


def _entries(assessed: Sequence[Assessed]) -> list[EntryRecord]:
    """One history entry for each contact about a child; its id is the contact's."""
    return [
        EntryRecord(one.opened.contact.contact_id, one.person_id, one.entry)
        for one in assessed
        if one.person_id is not None
    ]
