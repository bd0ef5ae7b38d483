"""A unit that has begun is finished even when its caller goes away."""

import asyncio

import pytest

from shared.work import uninterrupted


async def test_a_cancelled_caller_does_not_cut_a_unit_short() -> None:
    finished: list[str] = []
    begun = asyncio.Event()

    async def unit() -> str:
        begun.set()
        await asyncio.sleep(0.05)
        finished.append("committed")
        return "answer"

    caller = asyncio.ensure_future(uninterrupted(asyncio.ensure_future(unit())))
    await begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert finished == ["committed"]


async def test_the_answer_and_the_error_of_a_unit_reach_its_caller() -> None:
    async def fails() -> None:
        raise KeyError("gone")

    assert await uninterrupted(asyncio.ensure_future(asyncio.sleep(0, "answer"))) == "answer"
    with pytest.raises(KeyError):
        await uninterrupted(asyncio.ensure_future(fails()))
