"""The case file as `GET /v1/contacts/{contact_id}` answers it: fields are listed, so a new one is invisible."""

from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from services.console.case_file import CaseFile
from services.console.domain.history import HistoryEntry
from services.console.repository.case_views import Involvement, Notice, Placement, Sibling


def case_json(file: CaseFile) -> dict[str, object]:
    """Canonical contact, assessment, placements, notices and history; times in ISO 8601 with their offset."""
    case = file.case
    return {
        "contact_id": str(file.accepted.contact_id),
        "receipt_id": str(file.accepted.receipt_id),
        "content": file.content,
        "state": file.state,
        "queue": None if case is None else case.queue,
        "suggested_queue": file.suggested_queue,
        "case_version": None if case is None else case.version,
        "level": None if case is None else case.level,
        "rating": None if case is None else case.rating,
        "statutory_flag": None if case is None else case.statutory_flag,
        "decide_by": _plain(None if case is None else case.decide_by),
        "outcome": None if case is None else case.outcome,
        "service": None if case is None else case.service,
        "team": None if case is None else case.team,
        "supersedes": _plain(None if case is None else case.supersedes),
        "superseded_by": _plain(None if case is None else case.superseded_by),
        "danger": list(file.accepted.danger),
        "contact": None if file.contact is None else file.contact.model_dump(mode="json"),
        "assessment": _assessment(file),
        "placements": [_row(placement) for placement in file.placements],
        "notices": [_row(notice) for notice in file.notices],
        "involvement": [_row(entry) for entry in file.involvement],
        "siblings": [_row(sibling) for sibling in file.siblings],
        "history": [_history(entry) for entry in file.history],
    }


def _assessment(file: CaseFile) -> dict[str, object] | None:
    if file.assessment is not None:
        return file.assessment.model_dump(mode="json")
    if file.assessed is None:
        return None
    kept = file.assessed
    return {
        "level": kept.level,
        "rating": kept.rating,
        "statutory_flag": kept.statutory_flag,
        "needs_person": kept.needs_person,
        "policy_version": kept.policy_version,
        "assessed_at": kept.assessed_at.isoformat(),
        "factors": [],
        "prior_involvement": None,
    }


def _history(entry: HistoryEntry) -> dict[str, object]:
    return {
        "at": entry.at.isoformat(),
        "event": entry.event.value,
        "by": entry.by,
        **entry.codes,
        **({} if entry.words is None else {"words": entry.words}),
    }


def _row(value: Placement | Notice | Involvement | Sibling) -> dict[str, object]:
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return value.value if isinstance(value, Enum) else value
