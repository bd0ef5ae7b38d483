"""What triage keeps of a batch, as values: the repository turns them into rows."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from services.triage.domain.history import Entry
from services.triage.domain.identity import Identity
from services.triage.domain.outcomes import Score
from services.triage.domain.placing import Placing
from shared.messages.case_decided import CaseDecided
from shared.messages.contact import Child
from shared.messages.envelope import SealedPart


@dataclass(frozen=True, slots=True)
class Told:
    """What one contact told about a person, kept beside what others told. authority: of those who triage."""

    placing: Placing
    child: Child = field(repr=False)
    identity: Identity = field(repr=False)
    authority: str


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """One entry of a child's history. The level an assessment suggests stands until a person decides."""

    entry_id: UUID
    person_id: UUID
    entry: Entry

    def row(self) -> dict[str, object]:
        """As the table `involvement` keeps it."""
        entry = self.entry
        return {
            "entry_id": self.entry_id,
            "person_id": self.person_id,
            "contact_id": entry.contact_id,
            "kind": entry.kind,
            "on_date": entry.on,
            "agency_kind": entry.agency_kind,
            "level": entry.level,
            "outcome": entry.outcome,
            "indicators": list(entry.indicators),
            "detail": entry.detail,
            "suggested_level": entry.level,
            "supersedes": entry.supersedes,
        }


@dataclass(frozen=True, slots=True)
class EpisodeRecord:
    """Work of a team with a child."""

    episode_id: UUID
    person_id: UUID
    team: str
    opened_on: date
    closed_on: date | None

    def row(self) -> dict[str, object]:
        """As the table `episode` keeps it."""
        return {
            "episode_id": self.episode_id,
            "person_id": self.person_id,
            "team": self.team,
            "opened_on": self.opened_on,
            "closed_on": self.closed_on,
        }


@dataclass(frozen=True, slots=True)
class AssessmentRecord:
    """One assessment: codes in the open, the rest sealed under the contact's data key."""

    contact_id: UUID
    person_id: UUID | None
    match: str
    score: Score
    needs_person: str | None
    policy_version: str
    received_at: datetime
    part: SealedPart = field(repr=False)

    def row(self, now: datetime) -> dict[str, object]:
        """As the table `assessment` keeps it."""
        score = self.score
        return {
            "contact_id": self.contact_id,
            "person_id": self.person_id,
            "match": self.match,
            "level": score.level,
            "rating": score.rating.value,
            "statutory_flag": score.statutory_flag.value,
            "danger": list(score.danger),
            "needs_person": self.needs_person,
            "policy_version": self.policy_version,
            "received_at": self.received_at,
            "assessed_at": now,
            "assessment_part": self.part.model_dump(mode="json"),
        }


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """One decision that was carried out, as the message told it. case_version: of the case after it."""

    message: CaseDecided

    def row(self) -> dict[str, object]:
        """As the table `decision` keeps it."""
        facets = self.message.facets
        return {
            "decision_id": UUID(facets.decision_id),
            "contact_id": self.message.contact_id,
            "staff_id": facets.staff_id,
            "role": facets.role,
            "case_version": facets.version,
            "action": facets.action.value,
            "queue": facets.queue,
            "level": facets.level,
            "outcome": facets.outcome,
            "reason_code": facets.reason_code,
            "decided_at": self.message.occurred_at,
        }
