"""Making and reading messages: one place fills the envelope, one place says why bytes are not a message."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from pydantic import ValidationError
from pydantic_core import from_json

from shared.errors import PermanentFailure, ReasonCode
from shared.ids import new_id
from shared.messages.envelope import Facets, Head, Lane, Message, SealedPart

M = TypeVar("M", bound=Message)


def message_of(
    kind: type[M],
    *,
    contact_id: UUID,
    subject: str,
    lane: Lane,
    occurred_at: datetime,
    trace: str,
    facets: Facets,
    parts: Mapping[str, SealedPart] | None = None,
) -> M:
    """A new message of `kind` with a fresh id. facets: of the kind's own class."""
    return kind(
        id=new_id(),
        type=kind.TYPE,
        major=kind.MAJOR,
        minor=kind.MINOR,
        occurred_at=occurred_at,
        trace=trace,
        subject=subject,
        contact_id=contact_id,
        lane=lane,
        facets=facets,
        parts=dict(parts or {}),
    )


def to_bytes(message: Message) -> bytes:
    """The message as it goes on the wire and into the outbox: JSON in UTF-8."""
    return message.model_dump_json().encode()


def read_message(kind: type[M], body: bytes) -> M:
    """The message in `body`. Raises PermanentFailure: UNREADABLE, WRONG_TYPE or UNSUPPORTED_VERSION."""
    try:
        message = kind.model_validate_json(body)
    except (ValidationError, RecursionError):
        raise PermanentFailure(_why_not(kind, body)) from None
    if b"\\u0000" in body and _holds_nul(from_json(body)):
        raise PermanentFailure(ReasonCode.UNREADABLE)
    if message.type != kind.TYPE:
        raise PermanentFailure(ReasonCode.WRONG_TYPE)
    if message.major != kind.MAJOR:
        raise PermanentFailure(ReasonCode.UNSUPPORTED_VERSION)
    return message


def _holds_nul(value: object) -> bool:
    """Whether a text holds U+0000, which JSON can write and PostgreSQL cannot keep."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(_holds_nul(item) for item in value)


def read_head(body: bytes) -> Head | None:
    """The part every reader understands, or None where not even that can be read."""
    try:
        return Head.model_validate_json(body)
    except (ValidationError, RecursionError):
        return None


def _why_not(kind: type[M], body: bytes) -> ReasonCode:
    head = read_head(body)
    if head is None:
        return ReasonCode.UNREADABLE
    if head.type != kind.TYPE:
        return ReasonCode.WRONG_TYPE
    return ReasonCode.UNSUPPORTED_VERSION if head.major != kind.MAJOR else ReasonCode.UNREADABLE
