"""The one frozen envelope of every topic: codes in the open, personal data only inside sealed parts."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0, le=1_000_000)]  # Far above any true count, far below what a column can hold.
Level = Annotated[int, Field(ge=1, le=5)]
Version = Annotated[int, Field(ge=1, le=1_000_000)]  # Of a case: its moves are counted from 1.


class Lane(StrEnum):
    """Danger goes first: each stage has an urgent and a routine lane with consumers of their own."""

    URGENT = "urgent"
    ROUTINE = "routine"


class Frozen(BaseModel):
    """A value that cannot change; fields of a newer minor version are kept and passed on."""

    model_config = ConfigDict(frozen=True, extra="allow", ser_json_bytes="base64", val_json_bytes="base64")


class SealedPart(Frozen):
    """Personal data under the data key of one contact: AES-256-GCM over canonical JSON.

    nonce: 12 bytes; ciphertext ends with the 16-byte tag; the contact id, part name and `scheme` are authenticated.
    """

    scheme: str = "A256GCM-1"
    nonce: bytes = Field(repr=False)
    ciphertext: bytes = Field(repr=False)


class Facets(Frozen):
    """The open part of a message: codes and references only, safe to index, log and count."""


class Message(Frozen):
    """What every message has. `id` is also the inbox key; `subject` is the Kafka key and the ordering key."""

    TYPE: ClassVar[str]
    MAJOR: ClassVar[int] = 1
    MINOR: ClassVar[int] = 0

    id: UUID
    type: str
    major: Count
    minor: Count
    occurred_at: AwareDatetime
    trace: str
    subject: str
    contact_id: UUID
    lane: Lane
    facets: Facets
    parts: dict[str, SealedPart] = Field(default_factory=dict, repr=False)


class Head(Frozen):
    """The least a reader must understand before it knows whether it can read the rest."""

    id: UUID
    type: str
    major: int
    minor: int
    contact_id: UUID | None = None
    subject: str | None = None
    occurred_at: datetime | None = None
    lane: Lane = Lane.ROUTINE
