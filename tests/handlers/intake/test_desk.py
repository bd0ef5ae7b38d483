"""The desk: who shares a transaction, what happens when one fails, and callers that go away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from services.intake.accept import Accepted, Outcome
from services.intake.desk import MOST_CONTACTS, MOST_SUBMISSIONS, TRIES, Desk
from services.intake.submission import Agency, IdempotencyKey, PreparedItem, Submission
from services.intake.work import IntakeWork
from shared.ids import new_id

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)


def a_submission(key: str = "", items: int = 1) -> Submission:
    """A submission of so many items; keys differ unless given."""
    receipt_id = new_id()
    item = PreparedItem("", None, None, None, 1, b"", held=())
    return Submission(
        receipt_id=receipt_id,
        agency=Agency("police-1", "police", "Police"),
        received_at=AT,
        content_type="application/json",
        body=b"{}",
        body_sha256=b"",
        key=IdempotencyKey(key or str(receipt_id), "header"),
        items=(item,) * items,
    )


class Unit:
    """Units of work in memory: it remembers which submissions shared a commit, and fails where it is told to."""

    def __init__(self) -> None:
        self.committed: list[list[UUID]] = []
        self.tries = 0
        self.fail: Callable[[Sequence[Submission]], BaseException | None] = lambda batch: None
        self.wait: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(0)
        self._open: list[UUID] = []

    async def commit(self) -> None:
        """Keep what this unit took."""
        self.committed.append(self._open)

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[IntakeWork]:
        self._open = []
        yield cast(IntakeWork, self)

    async def accept(self, work: IntakeWork, batch: Sequence[Submission]) -> list[Outcome]:
        """What the desk runs in each unit."""
        self.tries += 1
        await self.wait()
        error = self.fail(batch)
        if error is not None:
            raise error
        self._open += [submission.receipt_id for submission in batch]
        return [Accepted(submission.receipt_id, 201, {}, fresh=True) for submission in batch]


@pytest.fixture
def unit() -> Unit:
    return Unit()


@pytest.fixture
def desk(unit: Unit) -> Desk:
    return Desk(unit, unit.accept)


async def taken(desk: Desk, *submissions: Submission) -> list[Any]:
    """What the desk gives for submissions that arrive at once; errors as values."""
    return await asyncio.gather(*(desk.take(one) for one in submissions), return_exceptions=True)


def database_error(code: type[asyncpg.PostgresError]) -> DBAPIError:
    error = DBAPIError("statement", None, Exception())
    error.orig = code("from the test")
    return error


async def test_one_submission_alone_is_one_commit_and_does_not_wait(desk: Desk, unit: Unit) -> None:
    submission = a_submission()
    outcome = await desk.take(submission)
    assert outcome == Accepted(submission.receipt_id, 201, {}, fresh=True)
    assert unit.committed == [[submission.receipt_id]]


async def test_what_arrives_during_a_commit_shares_the_next(desk: Desk, unit: Unit) -> None:
    first, *others = (a_submission() for _ in range(10))
    running = asyncio.create_task(desk.take(first))
    await asyncio.sleep(0)
    await taken(desk, *others)
    await running
    assert unit.committed == [[first.receipt_id], [other.receipt_id for other in others]]


async def test_two_with_the_same_key_never_share_a_commit(desk: Desk, unit: Unit) -> None:
    one, two, other = a_submission("same"), a_submission("same"), a_submission()
    await taken(desk, one, two, other)
    assert unit.committed == [[one.receipt_id, other.receipt_id], [two.receipt_id]]


async def test_a_commit_takes_a_bounded_number_of_submissions(desk: Desk, unit: Unit) -> None:
    await taken(desk, *(a_submission() for _ in range(MOST_SUBMISSIONS + 6)))
    assert [len(batch) for batch in unit.committed] == [MOST_SUBMISSIONS, 6]


async def test_a_large_submission_has_a_commit_of_its_own(desk: Desk, unit: Unit) -> None:
    small, large, last = a_submission(), a_submission(items=MOST_CONTACTS + 1), a_submission()
    await taken(desk, small, large, last)
    assert unit.committed == [[small.receipt_id, last.receipt_id], [large.receipt_id]]


async def test_one_that_fails_does_not_cost_the_others(desk: Desk, unit: Unit) -> None:
    good, bad, fine = a_submission(), a_submission(), a_submission()
    unit.fail = lambda batch: ZeroDivisionError() if bad in batch else None
    outcomes = await taken(desk, good, bad, fine)
    assert isinstance(outcomes[1], ZeroDivisionError)
    assert [outcome.receipt_id for outcome in (outcomes[0], outcomes[2])] == [good.receipt_id, fine.receipt_id]
    assert unit.committed == [[good.receipt_id], [fine.receipt_id]]


async def test_a_deadlock_is_tried_again_as_a_whole(desk: Desk, unit: Unit) -> None:
    errors = iter([database_error(asyncpg.DeadlockDetectedError), database_error(asyncpg.SerializationError), None])
    unit.fail = lambda batch: next(errors)
    one, two = a_submission(), a_submission()
    await taken(desk, one, two)
    assert unit.committed == [[one.receipt_id, two.receipt_id]]


async def test_a_deadlock_without_end_is_given_up(desk: Desk, unit: Unit) -> None:
    unit.fail = lambda batch: database_error(asyncpg.DeadlockDetectedError)
    (outcome,) = await taken(desk, a_submission())
    assert isinstance(outcome, DBAPIError)
    assert unit.tries == TRIES


async def test_a_database_that_is_away_is_told_to_everybody_at_once(desk: Desk, unit: Unit) -> None:
    unit.fail = lambda batch: asyncpg.CannotConnectNowError()
    outcomes = await taken(desk, *(a_submission() for _ in range(5)))
    assert [type(outcome) for outcome in outcomes] == [asyncpg.CannotConnectNowError] * 5
    assert unit.tries == 1


async def test_a_caller_that_goes_away_does_not_take_its_submission_along(desk: Desk, unit: Unit) -> None:
    gate = asyncio.Event()
    unit.wait = gate.wait
    submission = a_submission()
    caller = asyncio.create_task(desk.take(submission))
    await asyncio.sleep(0.01)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    gate.set()
    await desk.finish()
    assert unit.committed == [[submission.receipt_id]]


async def test_finishing_waits_for_everything_that_was_taken(desk: Desk, unit: Unit) -> None:
    callers = [asyncio.create_task(desk.take(a_submission(f"k{n % 3}"))) for n in range(9)]
    await asyncio.sleep(0)
    await desk.finish()
    assert sum(len(batch) for batch in unit.committed) == 9
    await asyncio.gather(*callers)
