"""The probe on real PostgreSQL, fed by the test in place of Kafka: batches, parked work and released items."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import text

from shared.batch import BatchRecipe
from shared.messages.build import to_bytes
from shared.messages.contact_received import ContactReceived
from shared.parked_worker import ParkedWorker
from shared.quarantine import Record
from shared.work import Work
from tests.builders.records import mark_headers
from tests.integration.handling import probe

Handler = Callable[[Sequence[ContactReceived], Work], Awaitable[None]]
TOPIC = "probe.unfed"


async def forgiving(messages: Sequence[ContactReceived], work: Work) -> None:
    """The probe's handler after its faults were mended: whatever a message asks for, it is handled."""
    whole = [m.model_copy(update={"facets": m.facets.model_copy(update={"defects": ()})}) for m in messages]
    await probe.record_effects(whole, work)


class Unfed:
    """One stage of the probe. `handle` may be exchanged between two steps, as a release of the program does."""

    def __init__(self, url: str) -> None:
        self.handle: Handler = probe.record_effects
        self._url = url
        self._offset = 0
        self._build(probe.KEK)

    def _build(self, kek: str) -> None:
        settings = probe.settings_for(self._url, "127.0.0.1:1", kek=kek)
        self.service = probe.build(settings, probe.topic(TOPIC), handle=self._handle)
        base = self.service.foundation
        (stage,) = self.service.stages
        self.recipe = BatchRecipe(stage, base.open_work, base.engine, base.tables, base.seal, base.marks)
        self.consumer = stage.consumer
        self.worker = ParkedWorker(base, self.service.stages)

    async def starts_again(self, *, kek: str = probe.KEK) -> None:
        """A new process, perhaps with other keys; it does what a process does first."""
        await self.service.foundation.engine.dispose()
        self._build(kek)
        await self.worker.release_readable()
        await self.works()

    async def _handle(self, messages: Sequence[ContactReceived], work: Work) -> None:
        await self.handle(messages, work)

    def record(self, message: ContactReceived | bytes, *, poisoned: bool = False) -> Record:
        """A record at the next offset."""
        self._offset += 1
        body = message if isinstance(message, bytes) else to_bytes(message)
        mark = mark_headers(self.service.foundation.marks, self.service.stages[0].topic, body)
        headers = (*mark, ("trace", b"\xff")) if poisoned else tuple(mark)
        return Record(TOPIC, 0, self._offset, body, headers, poisoned)

    async def takes(self, *messages: ContactReceived | bytes | Record) -> None:
        """One batch."""
        await self.recipe([m if isinstance(m, Record) else self.record(m) for m in messages])

    async def works(self) -> None:
        """Whatever was released and whatever parked work is due."""
        while await self.worker.give_back_one():
            pass
        while await self.worker.work_one():
            pass

    async def settles(self, action: str) -> bool:
        """A person settles every item that is open; whether each could be."""
        rows = await self.rows(
            "select probe.settle_attention(id, :action, 'ops-1', 'looked at it') from probe.v_attention "
            "where state = 'open'",
            action=action,
        )
        return bool(rows) and all(settled for (settled,) in rows)

    async def attention(self) -> list[tuple[object, ...]]:
        """Kind, reason, attempts and state of every item."""
        return await self.rows("select kind, reason, attempts, state from probe.v_attention order by since, id")

    async def effects(self) -> list[object]:
        """Ids of messages that had an effect, in order of the effects."""
        return [row[0] for row in await self.rows("select message_id from probe.effects order by ctid")]

    async def rows(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        """The rows of a statement, which is committed."""
        async with self.service.foundation.engine.begin() as connection:
            result = await connection.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []


@asynccontextmanager
async def unfed_probe(url: str) -> AsyncIterator[Unfed]:
    """A probe in a fresh schema; every connection must be back in the pool at the end."""
    await probe.create_schema(url)
    unfed = Unfed(url)
    try:
        yield unfed
        assert unfed.service.foundation.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    finally:
        await unfed.service.foundation.engine.dispose()
