"""The same, newer, older and contradicting items of one thread."""

from uuid import UUID

import pytest

from services.intake.domain.repeats import Again, Arrival, Conflict, KnownItem, New, Verdict, judge

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


def test_an_only_child_is_the_same_child_whatever_its_fields_say_now() -> None:
    only = KnownItem("N|1", 1, b"one", RECEIPT, (ANNA,), ("anna smith",))
    assert judge(Arrival("N|2", 2, b"two", ("anna smyth",)), [only]) == New(2, (ANNA,))
