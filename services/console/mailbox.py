"""The messages that the local mail catcher kept, for trying the system out; nothing here is sent anywhere."""

import mailbox
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path

MOST_MESSAGES = 200


@dataclass(frozen=True, slots=True)
class Mail:
    """One message as text."""

    key: str
    at: datetime | None
    sender: str
    to: str
    subject: str
    body: str


def newest_mail(directory: Path) -> Sequence[Mail]:
    """The newest messages of a Maildir; empty where nothing was caught yet."""
    if not directory.is_dir():
        return []
    kept = mailbox.Maildir(directory, create=False)
    found = [_read(key, kept.get_bytes(key)) for key in kept.keys()]  # noqa: SIM118 - a Maildir is not a mapping
    return sorted(found, key=lambda mail: mail.at or datetime.min.replace(tzinfo=UTC), reverse=True)[:MOST_MESSAGES]


def find_mail(directory: Path, key: str) -> Mail | None:
    """One message, where the mailbox itself knows this key: a key is never used as a path."""
    if not directory.is_dir():
        return None
    kept = mailbox.Maildir(directory, create=False)
    return _read(key, kept.get_bytes(key)) if key in set(kept.keys()) else None


def _read(key: str, raw: bytes) -> Mail:
    message = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(message, EmailMessage)
    part = message.get_body(("plain",))
    body = part.get_content() if part is not None else ""
    return Mail(
        key=key,
        at=_date(str(message.get("date", ""))),
        sender=str(message.get("from", "")),
        to=str(message.get("to", "")),
        subject=str(message.get("subject", "")),
        body=str(body),
    )


def _date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
