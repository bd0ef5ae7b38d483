"""The shapes of the answers, as partners read them in the OpenAPI document."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field


class DefectAnswer(BaseModel):
    """Something to put right. pointer is a field path; it never holds a value."""

    code: str
    pointer: str
    message: str


class AcceptedContact(BaseModel):
    """One contact that was made of the message. notes ask for nothing."""

    contact_id: UUID
    defects: list[DefectAnswer]
    notes: list[DefectAnswer] = Field(default=[])
    item: str | None = Field(default=None, description="where it stood in a message with several items")


class ItemAnswer(BaseModel):
    """What became of one item of a message with several, for example of one row."""

    item: str
    verdict: Literal["accepted", "accepted_with_defects", "already", "quarantined"]
    contacts: list[UUID]
    receipt_id: UUID
    defects: list[DefectAnswer] = Field(default=[])


class Idempotency(BaseModel):
    """How a repeat of this message is recognised. derived: from agency and content, because no key was sent."""

    key: Literal["header", "derived"]
    recognised_until: datetime


class ContactAnswer(BaseModel):
    """201: kept. 202: kept, and a person will look at its defects. 200: the first answer again."""

    receipt_id: UUID
    lane: Literal["urgent", "routine"]
    contacts: list[AcceptedContact]
    status_url: str
    advice: str
    idempotency: Idempotency
    items: list[ItemAnswer] | None = None


class ContactState(BaseModel):
    """Where one contact is."""

    contact_id: UUID
    state: Literal["in_flight", "waiting", "placed", "closed"]
    outcome: str | None = None
    decide_by: datetime | None = None


class ReceiptAnswer(BaseModel):
    """What became of a message, or of one that was refused: then stored and reason say so."""

    receipt_id: UUID
    received_at: datetime
    stored: Literal["accepted", "quarantined", "rejected-kept"]
    lane: Literal["urgent", "routine"] | None = None
    reason: str | None = None
    contacts: list[ContactState]
    advice: str


class ProblemAnswer(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str | None
    receipt_id: UUID | None
    stored: Literal["accepted", "quarantined", "rejected-kept", "nothing"]
    retryable: bool
    errors: list[DefectAnswer]
    next_step: str
    advice: str


_PROBLEM: dict[str, Any] = {
    "model": ProblemAnswer,
    "content": {"application/problem+json": {}},
    "description": "Not served",
}
PROBLEMS: dict[int | str, dict[str, Any]] = dict.fromkeys((401, 404, 405, 500, 503), _PROBLEM)
CONTACT_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"model": ContactAnswer, "description": "The first answer to this message again"},
    202: {"model": ContactAnswer, "description": "Kept with defects"},
    **PROBLEMS,
    **dict.fromkeys((400, 403, 408, 409, 413, 415, 422, 429), _PROBLEM),
}
