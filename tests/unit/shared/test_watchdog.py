"""A consumer that is behind and does not move ends the process; one that moves, or waits for the database, does not."""

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from shared.positions import Positions
from shared.watchdog import PARTITION_STUCK_SECONDS, STUCK_SECONDS, UNREADY_SECONDS, Watchdog

GROUP = "triage.assess.routine"
FIRST, SECOND = TopicPartition("contact.received.routine.v1", 0), TopicPartition("contact.received.routine.v1", 1)


@pytest.fixture
def recipe() -> Any:
    stage = SimpleNamespace(service="triage", topics=(SimpleNamespace(name=FIRST.topic),))
    return SimpleNamespace(stage=stage, handled_at=0.0, in_hand=False, waiting_for_database=False)


@pytest.fixture
def ended() -> list[str]:
    return []


@pytest.fixture
def consumer() -> Any:
    return SimpleNamespace(assignment=lambda: {FIRST, SECOND}, _coordinator=SimpleNamespace(generation=3))


@pytest.fixture
def watchdog(recipe: Any, consumer: Any, ended: list[str]) -> Watchdog:
    broker: Any = SimpleNamespace(subscribers=[SimpleNamespace(group_id=GROUP, consumer=consumer)])

    async def never() -> None:
        return None

    return Watchdog(broker, {GROUP: recipe}, never, lambda: ended.append("ended"))


def _at(first: int, second: int = 5, *, end: int = 10) -> Positions:
    """The first partition acknowledged to `first` of `end`, the second to `second` of 5."""
    return Positions({FIRST: 0, SECOND: 0}, {FIRST: end, SECOND: 5}, {"triage": {FIRST: first, SECOND: second}})


def test_a_minute_behind_without_progress_ends_the_process(watchdog: Watchdog, ended: list[str]) -> None:
    watchdog.look(_at(3), now=1000.0)
    watchdog.look(_at(3), now=1000.0 + STUCK_SECONDS - 1)
    assert ended == []
    watchdog.look(_at(3, end=11), now=1000.0 + STUCK_SECONDS + 1)
    assert ended == ["ended"]


def test_what_was_never_acknowledged_is_behind_from_the_first_message(watchdog: Watchdog, ended: list[str]) -> None:
    never = Positions({FIRST: 0}, {FIRST: 1}, {})
    watchdog.look(never, now=1000.0)
    watchdog.look(never, now=1061.0)
    assert ended == ["ended"]


def test_it_is_not_ready_before_it_ends(watchdog: Watchdog, ended: list[str]) -> None:
    watchdog.look(_at(3), now=1000.0)
    assert watchdog.stalled() == []
    watchdog.look(_at(3), now=1000.0 + UNREADY_SECONDS + 1)
    assert (watchdog.stalled(), ended) == ([GROUP], [])
    watchdog.look(_at(10), now=1000.0 + UNREADY_SECONDS + 2)
    assert watchdog.stalled() == []


def test_progress_starts_the_minute_again(watchdog: Watchdog, ended: list[str]) -> None:
    watchdog.look(_at(3), now=1000.0)
    watchdog.look(_at(4), now=1050.0)
    watchdog.look(_at(4), now=1061.0)
    assert ended == []


def test_having_caught_up_once_is_progress(watchdog: Watchdog, ended: list[str]) -> None:
    watchdog.look(_at(3), now=1000.0)
    watchdog.look(_at(10), now=1030.0)
    watchdog.look(_at(10, end=17), now=1065.0)
    assert ended == []


def test_one_partition_may_wait_while_others_move_but_not_for_ever(watchdog: Watchdog, ended: list[str]) -> None:
    seconds = int(PARTITION_STUCK_SECONDS)
    for passed in range(0, seconds + 1, 15):
        watchdog.look(_at(3 + passed, second=2, end=10_000), now=1000.0 + passed)
    assert ended == []
    watchdog.look(_at(9_000, second=2, end=10_000), now=1000.0 + seconds + 15)
    assert ended == ["ended"]


def test_a_batch_that_comes_to_its_ends_one_by_one_is_progress(
    watchdog: Watchdog, recipe: Any, ended: list[str]
) -> None:
    recipe.in_hand = True
    for now in range(1000, 1200, 15):
        recipe.handled_at = now - 1.0
        watchdog.look(_at(3), now=float(now))
    assert ended == []
    for now in range(1200, 1300, 15):
        watchdog.look(_at(3), now=float(now))
    assert ended[0] == "ended"


def test_partitions_of_another_process_are_not_this_ones_fault(
    watchdog: Watchdog, consumer: Any, ended: list[str]
) -> None:
    consumer.assignment = lambda: {SECOND}
    for now in range(1000, 1300, 15):
        watchdog.look(_at(3), now=float(now))
    assert ended == []


def test_one_that_never_joined_its_group_answers_for_all(watchdog: Watchdog, consumer: Any, ended: list[str]) -> None:
    consumer.assignment, consumer._coordinator = set, SimpleNamespace(generation=-1)
    watchdog.look(_at(3), now=1000.0)
    watchdog.look(_at(3), now=1061.0)
    assert ended == ["ended"]


@pytest.mark.parametrize("away", ["kafka", "database"])
def test_waiting_for_a_server_is_not_being_stuck(watchdog: Watchdog, recipe: Any, ended: list[str], away: str) -> None:
    recipe.waiting_for_database = away == "database"
    watchdog.look(_at(3), now=1000.0)
    for now in range(1015, 2000, 15):
        watchdog.look(None if away == "kafka" else _at(3), now=float(now))
    watchdog.look(_at(3), now=2000.0)
    assert (ended, watchdog.stalled()) == ([], [])
