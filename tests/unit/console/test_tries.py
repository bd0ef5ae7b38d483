"""How often a name may be tried, and how slow the answers become."""

import pytest

from services.console.domain.tries import is_too_many, pause_seconds


def test_ten_tries_of_a_name_at_one_client_are_answered_and_the_eleventh_is_not() -> None:
    assert [tries for tries in range(1, 13) if is_too_many(tries)] == [11, 12]


@pytest.mark.parametrize(("tries", "seconds"), [(1, 0), (10, 0), (11, 0.25), (14, 1.0), (18, 2.0), (5000, 2.0)])
def test_a_name_tried_from_many_clients_is_answered_slowly_and_never_refused(tries: int, seconds: float) -> None:
    assert pause_seconds(tries) == seconds
