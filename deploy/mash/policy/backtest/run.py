"""Runs the parts of a replay, two at a time."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import reduce
from multiprocessing import get_context
from operator import add
from pathlib import Path
from time import perf_counter

from deploy.mash.policy.backtest.records import Record, read_line
from deploy.mash.policy.backtest.replay import Continuum, replay
from deploy.mash.policy.backtest.tally import Tally, tallied

WORKERS = 2
_continua: dict[str, Continuum] = {}  # set before the workers fork, so that each has them already


def run(parts: Sequence[Path], live: Continuum, candidate: Continuum) -> tuple[Tally, float]:
    """The tally over all parts, and the seconds the replay took."""
    _continua.update(live=live, candidate=candidate)
    started = perf_counter()
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("fork")) as pool:
        tally = reduce(add, pool.map(_tally, parts), Tally())
    return tally, perf_counter() - started


def records_in(part: Path) -> Iterator[Record]:
    """The records of one part, one at a time."""
    with part.open("rb") as lines:
        yield from map(read_line, lines)


def _tally(part: Path) -> Tally:
    return tallied(replay(records_in(part), _continua["live"], _continua["candidate"]))
