"""The read model's rules: newest wins whatever the order, gaps are seen, and time left is said honestly."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.console.domain.history import Event, HistoryEntry, in_order
from services.console.domain.queue import QueueItem, item_in_triage, item_of_move, merged, newest_of, time_left
from services.console.pages.render import age_on, reference, seconds
from shared.ids import new_id
from shared.messages.envelope import Lane
from tests.builders.console import a_contact_in_danger, a_move

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_moves_in_any_order_and_any_batches_lead_to_the_same_entry() -> None:
    contact_id = new_id()
    moves = [a_move(contact_id=contact_id, version=version, queue=f"q{version}") for version in (1, 2, 3)]
    ends = set()
    for order in permutations(moves):
        for cut in (0, 1, 2):
            kept: QueueItem | None = None
            for batch in (order[:cut], order[cut:]):
                for item in newest_of(batch):
                    kept = merged(kept, item)
            assert kept is not None
            ends.add((kept.version, kept.queue, kept.moves_seen, kept.has_gap))

    assert ends == {(3, "q3", 3, False)}


@given(st.sets(st.integers(1, 6), min_size=1))
def test_a_gap_is_shown_exactly_while_a_move_is_missing(arrived: set[int]) -> None:
    contact_id = new_id()
    [item] = newest_of([a_move(contact_id=contact_id, version=version) for version in arrived])

    assert item.has_gap is (len(arrived) < max(arrived))


def test_entries_of_a_batch_are_sorted_so_that_two_writers_never_deadlock() -> None:
    items = newest_of([a_move() for _ in range(20)][::-1])

    assert [item.contact_id for item in items] == sorted(item.contact_id for item in items)


@pytest.mark.parametrize(
    ("danger", "queue", "lane", "urgent"),
    [
        ((), "mash-screening", Lane.ROUTINE, False),
        (("missing_now",), "mash-screening", Lane.ROUTINE, True),
        ((), "mash-urgent", Lane.ROUTINE, True),
        ((), "families-first", Lane.URGENT, True),
    ],
)
def test_danger_the_urgent_queue_and_the_urgent_lane_each_make_an_entry_urgent(
    danger: tuple[str, ...], queue: str, lane: Lane, urgent: bool
) -> None:
    assert item_of_move(a_move(danger=danger, queue=queue, lane=lane)).urgent is urgent


def test_a_contact_in_triage_is_urgent_and_has_no_level_yet() -> None:
    item = item_in_triage(a_contact_in_danger())

    assert (item.urgent, item.level, item.rating, item.decide_by) == (True, None, None, None)


@pytest.mark.parametrize(
    ("left", "words", "pressure"),
    [
        (None, "no time limit", "none"),
        (timedelta(seconds=30), "less than a minute left", "soon"),
        (timedelta(minutes=59, seconds=59), "59 min left", "soon"),
        (timedelta(hours=1), "1 h left", "today"),
        (timedelta(hours=3, minutes=53), "3 h 53 min left", "today"),
        (timedelta(hours=24), "1 day left", "later"),
        (timedelta(days=2, hours=5), "2 days 5 h left", "later"),
        (timedelta(seconds=-1), "overdue by less than a minute", "overdue"),
        (timedelta(minutes=-95), "overdue by 1 h 35 min", "overdue"),
        (timedelta(0), "less than a minute left", "soon"),
    ],
)
def test_time_left_is_said_in_words_and_never_promises_more(left: timedelta | None, words: str, pressure: str) -> None:
    found = time_left(None if left is None else NOW + left, NOW)

    assert (found.words, found.pressure) == (words, pressure)


def test_a_decision_stands_before_the_move_it_caused_at_the_same_instant() -> None:
    moved = HistoryEntry(NOW, Event.MOVED, {})
    decided = HistoryEntry(NOW, Event.DECIDED, {})
    received = HistoryEntry(NOW - timedelta(hours=1), Event.RECEIVED, {})

    assert in_order([moved], [decided, received]) == (received, decided, moved)


@pytest.mark.parametrize(
    ("born_on", "words"),
    [
        (date(2026, 11, 16), "1 week old"),
        (date(2026, 9, 1), "11 weeks old"),
        (date(2026, 8, 23), "3 months old"),
        (date(2024, 11, 24), "23 months old"),
        (date(2024, 11, 23), "2 years old"),
        (date(2018, 11, 24), "7 years old"),
        (date(2018, 11, 23), "8 years old"),
    ],
)
def test_age_is_said_as_the_front_door_says_it(born_on: date, words: str) -> None:
    assert age_on(born_on, date(2026, 11, 23)) == words


def test_references_and_spans_are_short() -> None:
    assert reference("0197f3aa-0000-7000-8000-00003f2a9c1d") == "3F2A-9C1D"
    assert [seconds(value) for value in (None, 0.046, 9.994, 1234.5)] == ["–", "0.05 s", "9.99 s", "1,234 s"]
