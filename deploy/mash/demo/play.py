"""Plays the samples in, one after another at a steady pace, follows each until it is settled, and does the decisions.

Invariant: playing changes nothing that an earlier run in the same data directory has done already. Messages carry
stable keys, and a decision is made only where the case has not moved on.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import orjson

from deploy.mash.demo.checks import answer_differences, differences
from deploy.mash.demo.client import Client
from deploy.mash.demo.samples import Expected, Named, Step
from deploy.mash.demo.views import CaseFile, Receipt

_LOOK_SECONDS = 0.1


@dataclass(slots=True)
class Played:
    """One contact of a sample: what was expected, and what it has become."""

    sample: str
    agency: str
    expected: Expected
    contact_id: UUID
    file: CaseFile | None = None
    differences: tuple[str, ...] = ()
    settled: bool = False

    @property
    def seconds_to_settle(self) -> float | None:
        """From receipt to the first time it waited for people or was placed, by the system's own clock."""
        if self.file is None or self.file.contact is None or not self.file.moves:
            return None
        return (self.file.moves[0].moved_at - self.file.contact.received_at).total_seconds()


@dataclass(slots=True)
class Message:
    """One sample: its answer and its contacts."""

    named: Named
    status: int | None = None
    lane: str | None = None
    receipt_id: UUID | None = None
    contacts: list[Played] = field(default_factory=list)
    differences: tuple[str, ...] = ()
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def as_expected(self) -> bool:
        """Whether everything about it is as its file says."""
        clean = not self.differences and not any(contact.differences for contact in self.contacts)
        return self.settled.is_set() and clean


@dataclass(slots=True)
class Play:
    """A run over all samples. changed is called whenever there is something new to show."""

    client: Client
    today: date
    messages: tuple[Message, ...]
    changed: Callable[[], None]
    started: float = field(default_factory=time.monotonic)
    first_placed: float | None = None

    async def run(self, seconds: float, patience_seconds: float) -> None:
        """Send all within about `seconds`; give up on a sample not settled `patience_seconds` after its turn."""
        pause = seconds / max(len(self.messages), 1)
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for turn, message in enumerate(self.messages):
                await asyncio.sleep(max(0.0, began + turn * pause - time.monotonic()))
                group.create_task(self._within(message, patience_seconds))

    async def _within(self, message: Message, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._one(message)
        except TimeoutError:
            message.differences = (*message.differences, f"not settled after {seconds:.0f} s")
        finally:
            self.changed()

    async def _one(self, message: Message) -> None:
        named = message.named
        by_name = {other.named.name: other for other in self.messages}
        for earlier in named.sample.after:
            await by_name[earlier].settled.wait()
        answer = await self.client.submit(named.sample.agency, named.key, named.body(self.today))
        message.status = answer.status_code
        receipt = Receipt.model_validate_json(answer.content) if answer.status_code < 300 else None
        problem = None if receipt else _type_of_problem(answer.content)
        message.lane = receipt.lane if receipt else None
        message.differences = answer_differences(named.sample, answer.status_code, message.lane, problem)
        self.changed()
        if receipt is not None:
            message.receipt_id = receipt.receipt_id
            await self._follow(message, receipt, by_name)
        message.settled.set()

    async def _follow(self, message: Message, receipt: Receipt, by_name: dict[str, Message]) -> None:
        sample = message.named.sample
        if sample.resend_of is not None:
            message.differences += _of_resend(receipt, by_name[sample.resend_of])
            return
        if len(receipt.contacts) != len(sample.contacts):
            count = f"contacts: {len(sample.contacts)} expected, got {len(receipt.contacts)}"
            message.differences = (*message.differences, count)
        message.contacts = [
            Played(message.named.name, sample.agency, expected, contact.contact_id)
            for expected, contact in zip(sample.contacts, receipt.contacts, strict=False)
        ]
        await self._settled(sample.agency, receipt)
        for place, played in enumerate(message.contacts, start=1):
            await self._check(played, [step for step in sample.steps if step.contact == place])

    async def _settled(self, agency: str, receipt: Receipt) -> None:
        while True:
            states = (await self.client.states(agency, receipt)).contacts
            if any(contact.state == "placed" for contact in states) and self.first_placed is None:
                self.first_placed = time.monotonic() - self.started
            if all(contact.state != "in_flight" for contact in states):
                return
            await asyncio.sleep(_LOOK_SECONDS)

    async def _check(self, played: Played, steps: Sequence[Step]) -> None:
        """Compare the first move with the file, then each step's decision with the move that follows it."""
        file = await self._moved(played, 1)
        found = differences(played.expected, file, file.moves[0], latest=len(file.moves) == 1)
        for done, step in enumerate(steps, start=1):
            if len(file.moves) == done and file.case_version is not None:
                await self.client.decide(played.contact_id, file.case_version, step)
                file = await self._moved(played, done + 1)
            played.expected = step.then
            found += differences(step.then, file, file.moves[done], latest=len(file.moves) == done + 1)
        if len(file.moves) != 1 + len(steps):
            found = (*found, f"moves: {1 + len(steps)} expected, got {len(file.moves)}")
        played.file, played.differences, played.settled = file, found, True
        self.changed()

    async def _moved(self, played: Played, moves: int) -> CaseFile:
        while True:
            file = await self.client.case_file(played.contact_id)
            if len(file.moves) >= moves and file.assessment is not None:
                return file
            await asyncio.sleep(_LOOK_SECONDS)


def _of_resend(receipt: Receipt, original: Message) -> tuple[str, ...]:
    if receipt.receipt_id == original.receipt_id:
        return ()
    return ("receipt: that of the first sending expected, got another",)


def _type_of_problem(content: bytes) -> str | None:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return str(body.get("type")) if isinstance(body, dict) else None
