"""Identifiers this project issues: UUIDv7, so they sort by time and say nothing about a child."""

from typing import NewType
from uuid import UUID

import uuid_utils

ContactId = NewType("ContactId", UUID)
ReceiptId = NewType("ReceiptId", UUID)
MessageId = NewType("MessageId", UUID)
PersonId = NewType("PersonId", UUID)


def new_id() -> UUID:
    """A fresh UUIDv7."""
    return UUID(int=uuid_utils.uuid7().int)
