"""Cases, placements, clocks and decisions as rows, and cases back from rows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from services.router.domain.clocks import alert_at
from services.router.domain.models import Case, Contact, OpenCase, Origin, Position
from services.router.domain.moves import Move, Ruled, Rules
from services.router.domain.staff import Refused, Stale
from shared.messages.case_moved import CaseState
from shared.messages.envelope import Lane


@dataclass(frozen=True, slots=True)
class RecordedMove:
    """A move and the id of the message that tells of it."""

    move: Move
    message_id: UUID


@dataclass(frozen=True, slots=True)
class RaisedAlert:
    """A clock that has run so far. percent: the highest point that was newly reached; case: as it stands."""

    case: Case
    clock: str
    due_at: datetime
    percent: int


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the clocks: how many had an alert point behind them, and the alerts that ask for a notice."""

    due: int
    raised: tuple[RaisedAlert, ...]


def case_row(move: Move, rules: Rules) -> dict[str, object]:
    """The row of a case after a move, every column of router.cases by name."""
    case = move.case
    contact, origin, position = case.contact, case.origin, case.position
    return {
        "contact_id": origin.contact_id,
        "subject": origin.subject,
        "subject_kind": contact.subject_kind,
        "authority": origin.authority,
        "agency_id": origin.agency_id,
        "agency_kind": contact.agency_kind,
        "receipt_id": origin.receipt_id,
        "trace": origin.trace,
        "lane": origin.lane.value,
        "received_at": contact.received_at,
        "assessed_at": case.assessed_at,
        "level": contact.level,
        "rating": contact.rating,
        "statutory_flag": contact.flag,
        "danger": contact.danger,
        "indicators": contact.indicators,
        "markers": contact.markers,
        "needs_person": contact.needs_person,
        "consent": contact.consent,
        "age_band": contact.age_band,
        "district": contact.district,
        "requested_service": contact.requested_service,
        "open_team": contact.open_team,
        "version": case.version,
        "state": position.state.value,
        "queue": position.queue,
        "service": position.service,
        "team": position.team,
        "reason": str(position.reason),
        "suggested_queue": position.suggested_queue,
        "suggested_service": position.suggested_service,
        "alternatives": position.alternatives,
        "notes": position.notes,
        "outcome": position.outcome,
        "decided_by": position.decided_by,
        "decide_by": case.decide_by,
        "policy_version": case.policy_version,
        "catalogue_version": rules.policy.catalogue.version,
        "clocks_version": rules.clocks.version,
        "updated_at": move.moved_at,
        "supersedes": origin.supersedes,
        "superseded_by": case.superseded_by,
    }


def placement_row(recorded: RecordedMove, rules: Rules) -> dict[str, object]:
    """The row of history of a move."""
    move = recorded.move
    case, position = move.case, move.case.position
    return {
        "contact_id": case.origin.contact_id,
        "version": case.version,
        "state": position.state.value,
        "queue": position.queue,
        "service": position.service,
        "team": position.team,
        "reason": str(position.reason),
        "suggested_queue": position.suggested_queue,
        "outcome": position.outcome,
        "decided_by": position.decided_by,
        "decision_id": move.decision_id,
        "level": case.contact.level,
        "rating": case.contact.rating,
        "statutory_flag": case.contact.flag,
        "policy_version": case.policy_version,
        "catalogue_version": rules.policy.catalogue.version,
        "clocks_version": rules.clocks.version,
        "message_id": recorded.message_id,
        "moved_at": move.moved_at,
    }


def clock_rows(move: Move, rules: Rules) -> list[dict[str, object]]:
    """The rows of the clocks that run after a move; alerts that were raised before are passed over when due."""
    first = rules.clocks.alert_percents[0]
    return [
        {
            "contact_id": move.case.origin.contact_id,
            "clock": running.clock,
            "starts_at": running.starts_at,
            "due_at": running.due_at,
            "next_alert_at": alert_at(running.starts_at, running.due_at, first),
        }
        for running in move.clocks
    ]


def decision_row(ruled: Ruled, recorded_at: datetime) -> dict[str, object]:
    """The row of a decision with what became of it."""
    decision, ruling = ruled.decision, ruled.ruling
    match ruling:
        case Stale():
            result, refusal = "stale", None
        case Refused(why):
            result, refusal = "refused", why.value
        case _:
            result, refusal = "applied", None
    return {
        "decision_id": decision.decision_id,
        "contact_id": ruled.case.origin.contact_id,
        "staff_id": decision.staff_id,
        "role": decision.role,
        "action": decision.action.value,
        "seen_version": decision.case_version,
        "found_version": ruled.case.version,
        "queue": decision.queue,
        "level": decision.level,
        "outcome": decision.outcome,
        "reason_code": decision.reason_code,
        "result": result,
        "refusal": refusal,
        "recorded_at": recorded_at,
    }


def case_of(row: RowMapping) -> Case:
    """The case a row of router.cases holds."""
    lane = Lane(row["lane"])
    return Case(
        contact=Contact(
            level=row["level"],
            rating=row["rating"],
            flag=row["statutory_flag"],
            agency_kind=row["agency_kind"],
            received_at=row["received_at"],
            subject_kind=row["subject_kind"],
            danger=tuple(row["danger"]),
            indicators=tuple(row["indicators"]),
            markers=tuple(row["markers"]),
            needs_person=row["needs_person"],
            consent=row["consent"],
            age_band=row["age_band"],
            district=row["district"],
            requested_service=row["requested_service"],
            open_team=row["open_team"],
            urgent=lane is Lane.URGENT,
        ),
        origin=Origin(
            contact_id=row["contact_id"],
            subject=row["subject"],
            authority=row["authority"],
            agency_id=row["agency_id"],
            receipt_id=row["receipt_id"],
            trace=row["trace"],
            lane=lane,
            supersedes=row["supersedes"],
        ),
        version=row["version"],
        position=_position_of(row),
        decide_by=row["decide_by"],
        assessed_at=row["assessed_at"],
        policy_version=row["policy_version"],
        superseded_by=row["superseded_by"],
    )


def _position_of(row: RowMapping) -> Position:
    return Position(
        state=CaseState(row["state"]),
        queue=row["queue"],
        reason=row["reason"],
        service=row["service"],
        team=row["team"],
        suggested_queue=row["suggested_queue"],
        suggested_service=row["suggested_service"],
        alternatives=tuple(row["alternatives"]),
        notes=tuple(row["notes"]),
        outcome=row["outcome"],
        decided_by=row["decided_by"],
    )


def open_case_of(row: RowMapping) -> OpenCase:
    """The open case a placed row is."""
    return OpenCase(row["queue"], row["service"], row["team"])
