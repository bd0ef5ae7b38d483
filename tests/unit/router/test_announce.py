"""Messages about a move: where they go when the catalogue has changed since the case was placed."""

from dataclasses import replace
from datetime import date

from services.router.announce import case_moved
from services.router.domain.moves import Move
from shared.messages.case_moved import CaseState
from tests.builders.router import MONDAY_10, TODAY, a_case, durham


def a_move(queue: str) -> Move:
    return Move(a_case(state=CaseState.PLACED, queue=queue, outcome="EH"), MONDAY_10, clocks=())


def test_a_move_is_told_on_the_topic_of_its_queue() -> None:
    topic, message = case_moved(a_move("durham-works"), durham().rules_on(TODAY))
    assert (topic.name, message.facets.queue) == ("queue.other.v1", "durham-works")


def test_a_case_of_a_queue_that_is_out_of_force_is_told_at_the_front_door() -> None:
    routing = durham()
    entries = tuple(
        replace(entry, valid_to=date(2026, 1, 31)) if entry.queue == "durham-works" else entry
        for entry in routing.catalogue.entries
    )
    changed = replace(routing, catalogue=replace(routing.catalogue, entries=entries))
    topic, message = case_moved(a_move("durham-works"), changed.rules_on(TODAY))
    assert (topic.name, message.facets.queue) == ("queue.mash.v1", "durham-works")
