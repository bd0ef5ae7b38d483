"""Contacts of a simulated year as intake understands them, written in parts so that any number fits in memory.

A child's contacts all lie in one part. Children are told apart as they truly are: the replay compares continua, not
how well children are found again. Copies of a message are left out.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from itertools import count as counting
from pathlib import Path

from deploy.mash.policy.backtest.records import line_of_before, line_of_contact
from deploy.mash.simulate.generator import generate
from deploy.mash.simulate.message import GeneratedMessage
from services.intake.policy import DangerPolicy
from services.intake.prepare import Letter, prepare
from services.intake.raw_check import raw_hint
from services.intake.submission import Agency, PreparedContact
from services.triage.domain.outcomes import Reason
from shared.clock import from_london
from shared.ids import new_id

_CONTACTS_PER_PART = 20_000
_SECRET = b"keyed hashes of a simulated year protect nobody"


def write_simulated(
    authority: str, count: int, seed: int, start: date, danger: DangerPolicy, folder: Path
) -> list[Path]:
    """The parts of a simulated year in `folder`, each in the order of time. There are at least two."""
    paths = [folder / f"part-{number:03d}" for number in range(max(2, -(-count // _CONTACTS_PER_PART)))]
    with ExitStack() as stack:
        parts = [stack.enter_context(path.open("wb")) for path in paths]
        numbers = counting(1)
        for message in generate(authority, count, seed, start):
            for row in message.history:
                parts[row.child.number % len(parts)].write(line_of_before(row.child.number, row.on))
            if message.copy == "original":
                for person, line in _lines(message, danger, numbers):
                    parts[person % len(parts)].write(line)
    return paths


def _lines(message: GeneratedMessage, danger: DangerPolicy, numbers: Iterator[int]) -> Iterator[tuple[int, bytes]]:
    for truth, contact in zip(message.truths, _contacts(message, danger), strict=True):
        identity = Reason.UNBORN if truth.age < 0 else None
        ref = f"simulated {next(numbers)}"
        yield truth.child, line_of_contact(ref, truth.child, truth.area, identity, contact.body)


def _contacts(message: GeneratedMessage, danger: DangerPolicy) -> list[PreparedContact]:
    letter = Letter(
        agency=Agency(f"simulated-{message.door}", message.door, message.door),
        receipt_id=new_id(),
        received_at=from_london(message.at),
        body=message.body,
        charset=None,
        explicit_key=True,
        secret=_SECRET,
    )
    items = prepare(letter, raw_hint(message.body, danger), danger)
    return [contact for item in items for contact in item.contacts]
