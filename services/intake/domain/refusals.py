"""Why a body is refused: a closed list, each with its status, whether to send it again, and what to do next.

Statuses: bad-input matrix. A refused body of a known sender is kept sealed and counted; nothing is echoed.
"""

from dataclasses import dataclass
from enum import StrEnum

from shared.messages.contact import Defect


class Stored(StrEnum):
    """What became of the body that came with an answer."""

    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    REJECTED_KEPT = "rejected-kept"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class RefusalText:
    """status: HTTP; title and next_step: plain words for the sender, to which the urgent line is added."""

    status: int
    title: str
    next_step: str
    retryable: bool = False


class Refusal(StrEnum):
    """Reason codes; they are also the slugs of the problem types."""

    EMPTY_BODY = "empty-body"
    NOT_UTF8 = "not-utf8"
    NUL_BYTE = "nul-byte"
    NOT_JSON = "not-json"
    TRUNCATED = "truncated"
    NESTED_TOO_DEEP = "nested-too-deep"
    DUPLICATE_KEY = "duplicate-key"
    NUMBER_OUT_OF_RANGE = "number-out-of-range"
    NOT_CSV = "not-csv"
    UNKNOWN_HEADER = "unknown-header"
    TOO_MANY_ITEMS = "too-many-items"
    NOT_A_MESSAGE_BUNDLE = "not-a-message-bundle"
    NOTHING_READABLE = "nothing-readable"
    WRONG_CONTENT_TYPE = "wrong-content-type"
    WRONG_CHARSET = "wrong-charset"
    CONTENT_ENCODED = "content-encoded"
    BODY_TOO_LARGE = "body-too-large"
    BODY_TOO_SLOW = "body-too-slow"
    BODY_CUT_OFF = "body-cut-off"
    BAD_HEADER = "bad-header"
    BAD_IDEMPOTENCY_KEY = "bad-idempotency-key"
    WRONG_AGENCY_KIND = "wrong-agency-kind"
    KEY_REUSED = "idempotency-key-reused"
    VERSION_CONFLICT = "version-conflict"
    NOT_ACCEPTED = "not-accepted"


_CORRECT = "Correct the message and send it again."
_AGREED = "Send the format agreed for your agency."

TEXTS: dict[Refusal, RefusalText] = {
    Refusal.EMPTY_BODY: RefusalText(400, "The body is empty", "Send the message in the body of the request."),
    Refusal.NOT_UTF8: RefusalText(400, "The body is not UTF-8 text", "Send it as UTF-8."),
    Refusal.NUL_BYTE: RefusalText(400, "The body contains NUL bytes", _CORRECT),
    Refusal.NOT_JSON: RefusalText(400, "The body is not JSON", _CORRECT),
    Refusal.TRUNCATED: RefusalText(400, "The body ends too early", "Send the whole message again.", retryable=True),
    Refusal.NESTED_TOO_DEEP: RefusalText(400, "The body is nested too deeply", _CORRECT),
    Refusal.DUPLICATE_KEY: RefusalText(400, "An object names the same field twice", _CORRECT),
    Refusal.NUMBER_OUT_OF_RANGE: RefusalText(400, "A number is out of range", _CORRECT),
    Refusal.NOT_CSV: RefusalText(400, "The body is not CSV", _AGREED),
    Refusal.UNKNOWN_HEADER: RefusalText(400, "The first row names no column we know", _AGREED),
    Refusal.TOO_MANY_ITEMS: RefusalText(413, "The body holds too many items", "Split it and send the parts."),
    Refusal.NOT_A_MESSAGE_BUNDLE: RefusalText(422, "The body is not a FHIR message bundle", _AGREED),
    Refusal.NOTHING_READABLE: RefusalText(422, "No child and no concern could be read", _CORRECT),
    Refusal.WRONG_CONTENT_TYPE: RefusalText(415, "This content type is not accepted here", _AGREED),
    Refusal.WRONG_CHARSET: RefusalText(400, "This character set is not accepted here", "Send it as UTF-8."),
    Refusal.CONTENT_ENCODED: RefusalText(415, "Compressed bodies are not accepted", "Send it uncompressed."),
    Refusal.BODY_TOO_LARGE: RefusalText(413, "The body is too large", "Split it and send the parts."),
    Refusal.BODY_TOO_SLOW: RefusalText(408, "The body came too slowly", "Send it again.", retryable=True),
    Refusal.BODY_CUT_OFF: RefusalText(
        400, "The connection ended before the body did", "Send it again.", retryable=True
    ),
    Refusal.BAD_HEADER: RefusalText(400, "A header is not plain text", _CORRECT),
    Refusal.BAD_IDEMPOTENCY_KEY: RefusalText(
        400, "The Idempotency-Key is not usable", "Use 1 to 200 printable ASCII characters, a UUID for example."
    ),
    Refusal.WRONG_AGENCY_KIND: RefusalText(
        403, "Your agency sends to another address", "Use the address of your kind of agency."
    ),
    Refusal.KEY_REUSED: RefusalText(
        409,
        "This Idempotency-Key was used with another body",
        "Both bodies are kept and a person looks at the second. Use a new key for a new message.",
    ),
    Refusal.VERSION_CONFLICT: RefusalText(
        409,
        "This message and version were sent before with other content",
        "Both are kept and a person looks at the second. Raise the version to send a change.",
    ),
    Refusal.NOT_ACCEPTED: RefusalText(500, "A fault of ours kept the message from being accepted", "Ring us."),
}


class Refused(Exception):
    """A body that cannot be taken as it is. errors: pointer, code and message each, never a value."""

    def __init__(self, reason: Refusal, errors: tuple[Defect, ...] = ()) -> None:
        self.reason = reason
        self.errors = errors
        super().__init__(reason.value)

    @property
    def text(self) -> RefusalText:
        """Status, title and next step of the reason."""
        return TEXTS[self.reason]
