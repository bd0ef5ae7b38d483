"""Failures by what must happen next: try again, or hand to a person. None carries a name, a birth date or free text."""

from enum import StrEnum


class ReasonCode(StrEnum):
    """Why a message could not be worked: the closed list that counters, alerts and screens use."""

    UNREADABLE = "unreadable"
    WRONG_TYPE = "wrong-type"
    UNSUPPORTED_VERSION = "unsupported-version"
    POISON_HEADER = "poison-header"
    UNPROVEN = "unproven"
    KEY_UNKNOWN = "key-unknown"
    VALUE_REFUSED = "value-refused"
    TOO_LARGE = "too-large"
    SEAL_BROKEN = "seal-broken"
    KEY_DESTROYED = "key-destroyed"
    RULE_FAILED = "rule-failed"
    UNKNOWN_CODE = "unknown-code"
    CONTACT_UNKNOWN = "contact-unknown"
    CRASHED_REPEATEDLY = "crashed-repeatedly"
    BEHIND_PARKED = "behind-parked"
    TRY_AGAIN = "try-again"


class RouterError(Exception):
    """Base of every error this project raises on purpose."""

    def __init__(self, reason: ReasonCode, **fields: str | int) -> None:
        """reason: from the closed list; fields: identifiers and codes only, safe to log."""
        self.reason = reason
        self.fields = fields
        super().__init__(reason.value)


class TransientFailure(RouterError):
    """It may work later: the message is parked and tried again."""


class PermanentFailure(RouterError):
    """It cannot work as it is: the message is quarantined and becomes a person's task."""


class NaiveInstant(ValueError):
    """An instant without a zone was given where an aware one is required."""


class SettingsError(Exception):
    """A setting is missing or wrong; the text names it and the remedy, and holds no secret."""
