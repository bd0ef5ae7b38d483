"""The same, newer, older and contradicting items of one thread."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.intake.domain.repeats import (
    Again,
    Arrival,
    Conflict,
    KnownContent,
    KnownItem,
    New,
    Verdict,
    is_resend,
    judge,
)

RECEIPT, ANNA, BEN = (UUID(int=n) for n in (1, 2, 3))
FIRST = KnownItem("N|1", 1, b"one", RECEIPT, (ANNA, BEN), ("anna", "ben"))
SECOND = KnownItem("N|2", 2, b"two", RECEIPT, (UUID(int=4), UUID(int=5)), ("anna", "ben"))


@pytest.mark.parametrize(
    ("arrival", "thread", "verdict"),
    [
        (Arrival("N|1", 1, b"one", ("anna",)), [], New(1, (None,))),
        (Arrival("N|4", 4, b"one", ("anna",)), [], New(4, (None,))),
        (Arrival("N|x", None, b"one", ("anna",)), [], New(1, (None,))),
        (Arrival(None, 1, b"one", ("anna",)), [], New(1, (None,))),
        (Arrival("N|1", 1, b"one", ("anna", "ben")), [FIRST], Again(FIRST)),
        (Arrival("N|1", 1, b"one", ("anna", "ben")), [FIRST, SECOND], Again(FIRST)),
        (Arrival("N|1", 1, b"other", ("anna", "ben")), [FIRST], Conflict(FIRST)),
        (Arrival("N|2", 2, b"two", ("ben", "cleo")), [FIRST], New(2, (BEN, None))),
        (Arrival("N|3", 3, b"x", ("ben",)), [FIRST, SECOND], New(3, (UUID(int=5),))),
        (Arrival("N|later", None, b"x", ("anna",)), [FIRST, SECOND], New(3, (UUID(int=4),))),
        (Arrival("N|1", 1, b"one", ("anna",)), [SECOND], New(1, (None,), out_of_order=True)),
    ],
)
def test_an_arrival_is_judged_by_its_thread(arrival: Arrival, thread: list[KnownItem], verdict: Verdict) -> None:
    assert judge(arrival, thread) == verdict


REPLACED = KnownItem("M|2", 2, b"old", RECEIPT, (UUID(int=8),), ("anna",))
MORNING, NOON, EVENING = (datetime(2026, 11, 20, hour, tzinfo=UTC) for hour in (9, 12, 18))


@pytest.mark.parametrize(
    ("thread", "replaced", "verdict"),
    [
        ([], [REPLACED], New(1, (UUID(int=8),))),
        ([FIRST], [REPLACED], New(1, (ANNA,))),
        ([SECOND], [REPLACED], New(1, (None,), out_of_order=True)),
    ],
)
def test_versions_count_within_a_thread_and_not_against_the_one_that_it_replaces(
    thread: list[KnownItem], replaced: list[KnownItem], verdict: Verdict
) -> None:
    assert judge(Arrival("N|other", 1, b"x", ("anna",)), thread, replaced) == verdict


@pytest.mark.parametrize(
    ("known_at", "arrives_at", "verdict"),
    [
        (MORNING, NOON, New(2, (ANNA,))),
        (NOON, MORNING, New(2, (None,), out_of_order=True)),
        (NOON, NOON, New(2, (ANNA,))),
        (None, MORNING, New(2, (ANNA,))),
        (NOON, None, New(2, (ANNA,))),
    ],
)
def test_without_a_version_what_was_recorded_later_is_newer(
    known_at: datetime | None, arrives_at: datetime | None, verdict: Verdict
) -> None:
    known = KnownItem("N|a", 1, b"one", RECEIPT, (ANNA,), ("anna",), known_at)
    assert judge(Arrival("N|b", None, b"two", ("anna",), arrives_at), [known]) == verdict


def test_what_came_late_is_never_what_the_next_one_follows() -> None:
    newest = KnownItem("N|a", 1, b"one", RECEIPT, (ANNA,), ("anna",), NOON)
    late = KnownItem("N|b", 2, b"two", RECEIPT, (BEN,), ("anna",), MORNING)
    assert judge(Arrival("N|c", None, b"three", ("anna",), EVENING), [newest, late]) == New(3, (ANNA,))


def test_an_only_child_is_the_same_child_whatever_its_fields_say_now() -> None:
    only = KnownItem("N|1", 1, b"one", RECEIPT, (ANNA,), ("anna smith",))
    assert judge(Arrival("N|2", 2, b"two", ("anna smyth",)), [only]) == New(2, (ANNA,))


@pytest.mark.parametrize(
    ("known_referenced", "referenced", "follows", "resend"),
    [
        (False, False, None, True),
        (True, False, None, True),
        (False, True, None, True),
        (True, True, None, False),
        (True, False, ANNA, True),
        (True, True, ANNA, False),
        (True, False, BEN, False),
        (False, False, BEN, False),
    ],
)
def test_a_content_comes_again_unless_its_sender_says_that_it_is_another_message(
    known_referenced: bool, referenced: bool, follows: UUID | None, resend: bool
) -> None:
    known = KnownContent(RECEIPT, (ANNA,), known_referenced)
    assert is_resend(known, referenced=referenced, new=New(2, (follows,))) is resend


def test_a_content_read_as_another_number_of_children_is_no_resend() -> None:
    assert not is_resend(KnownContent(RECEIPT, (ANNA,), False), referenced=False, new=New(1, (None, None)))
