"""Scores the contacts of a batch in the order they were received: the second one of a child knows about the first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from services.triage.domain.decisions import kind_of_contact
from services.triage.domain.history import Entry, History, Known, known_before
from services.triage.domain.in_force import Policies
from services.triage.domain.outcomes import NeedsPerson, Outcome, Score
from services.triage.domain.placing import Placing
from services.triage.domain.policy import Policy
from services.triage.domain.scoring import assess
from services.triage.domain.versions import counted_once, of_other_contacts
from shared.clock import london_date
from shared.messages.contact import CanonicalContact
from shared.messages.contact_received import ContactReceived
from shared.sealing import DataKey


@dataclass(frozen=True, slots=True)
class Opened:
    """A contact as received, and opened. on: the London date of receipt."""

    message: ContactReceived
    contact: CanonicalContact = field(repr=False)
    key: DataKey = field(repr=False)
    on: date

    @classmethod
    def of(cls, message: ContactReceived, contact: CanonicalContact, key: DataKey) -> "Opened":
        """The contact of a message, dated."""
        return cls(message, contact, key, london_date(contact.received_at))


@dataclass(frozen=True, slots=True)
class Assessed:
    """One contact with its outcome. placing: None for a place, which has no person."""

    opened: Opened
    placing: Placing | None
    known: Known
    outcome: Outcome
    entry: Entry
    policy_version: str

    @property
    def score(self) -> Score:
        """What was scored, whoever decides."""
        return self.outcome.score

    @property
    def person_id(self) -> UUID | None:
        """The person the contact is about, where it is about one."""
        return None if self.placing is None else self.placing.person_id

    @property
    def needs_person(self) -> str | None:
        """The reason code where a person must decide, else None."""
        match self.outcome:
            case NeedsPerson(reason=reason):
                return reason.value
            case _:
                return None


def assess_in_order(
    contacts: Sequence[Opened], placings: Mapping[UUID, Placing], histories: Mapping[UUID, History], policies: Policies
) -> list[Assessed]:
    """Every contact with its outcome by the continuum in force when it was received, oldest receipt first."""
    so_far = dict(histories)
    assessed: list[Assessed] = []
    for opened in sorted(contacts, key=lambda one: (one.contact.received_at, one.contact.contact_id)):
        placing = placings.get(opened.contact.contact_id)
        history = so_far.get(placing.person_id, History()) if placing else History()
        one = _assess(opened, placing, history, policies.on(opened.on))
        if placing is not None:
            so_far[placing.person_id] = history.and_then(one.entry)
        assessed.append(one)
    return assessed


def superseded_by(contact: CanonicalContact) -> UUID | None:
    """The contact that this one is a newer version of."""
    return None if contact.supersedes is None else UUID(contact.supersedes)


def _assess(opened: Opened, placing: Placing | None, history: History, policy: Policy) -> Assessed:
    contact, on = opened.contact, opened.on
    supersedes = superseded_by(contact)
    others = counted_once(of_other_contacts(history.entries, contact.contact_id, supersedes))
    known = known_before(replace(history, entries=others), on, contact.agency_kind, contact.contact_id, policy.history)
    identity = placing.reason if placing else None
    outcome = assess(contact, known, identity, on, policy, opened.message.facets.danger)
    score = outcome.score
    entry = Entry(
        on=on,
        kind=kind_of_contact(score.level, None, policy.history),
        agency_kind=contact.agency_kind,
        level=score.level,
        indicators=score.indicators,
        contact_id=contact.contact_id,
        supersedes=supersedes,
    )
    return Assessed(opened, placing, known, outcome, entry, policy.version)
