"""A consumer that is behind and does not move ends the process; one that moves, or waits for the database, does not."""

from types import SimpleNamespace
from typing import Any

import pytest

from shared.watchdog import STUCK_SECONDS, Watchdog


class _Watched(Watchdog):
    """A watchdog that is told the lag instead of asking a consumer."""

    behind = 0

    def lag(self) -> dict[str, int]:
        return {"triage.assess.routine": self.behind}


@pytest.fixture
def recipe() -> Any:
    return SimpleNamespace(handled_at=0.0, waiting_for_database=False)


@pytest.fixture
def ended() -> list[str]:
    return []


@pytest.fixture
def watchdog(recipe: Any, ended: list[str]) -> _Watched:
    return _Watched(SimpleNamespace(subscribers=[]), {"triage.assess.routine": recipe}, lambda: ended.append("ended"))  # type: ignore[arg-type]


def test_a_minute_behind_without_progress_ends_the_process(watchdog: _Watched, ended: list[str]) -> None:
    watchdog.behind = 7
    watchdog.look(now=1000.0)
    watchdog.look(now=1000.0 + STUCK_SECONDS - 1)
    assert ended == []
    watchdog.look(now=1000.0 + STUCK_SECONDS + 1)
    assert ended == ["ended"]


def test_progress_starts_the_minute_again(watchdog: _Watched, recipe: Any, ended: list[str]) -> None:
    watchdog.behind = 7
    watchdog.look(now=1000.0)
    recipe.handled_at = 1050.0
    watchdog.look(now=1061.0)
    assert ended == []


def test_having_caught_up_once_is_progress(watchdog: _Watched, ended: list[str]) -> None:
    watchdog.behind = 7
    watchdog.look(now=1000.0)
    watchdog.behind = 0
    watchdog.look(now=1030.0)
    watchdog.behind = 7
    watchdog.look(now=1065.0)
    assert ended == []


def test_waiting_for_the_database_is_not_being_stuck(watchdog: _Watched, recipe: Any, ended: list[str]) -> None:
    watchdog.behind = 7
    recipe.waiting_for_database = True
    for now in range(1000, 2000, 5):
        watchdog.look(now=float(now))
    assert ended == []
