"""Prepares a body as the front door does, with a fixed agency, moment and secret."""

from pathlib import Path
from uuid import UUID

from services.intake.policy import danger_policy
from services.intake.prepare import Letter, prepare
from services.intake.raw_check import raw_hint
from services.intake.submission import Agency, PreparedItem
from tests.unit.intake.reading import AT

POLICY = danger_policy(Path(__file__).parents[3] / "deploy" / "policy", "county-durham")
RECEIPT = UUID(int=7)


def prepared(kind: str, body: bytes, *, explicit_key: bool = False) -> tuple[PreparedItem, ...]:
    """The prepared items of a body."""
    letter = Letter(Agency(f"{kind}-1", kind, kind), RECEIPT, AT, body, None, explicit_key, b"s" * 32)
    return prepare(letter, raw_hint(body, POLICY), POLICY)
