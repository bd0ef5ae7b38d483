"""What holds of the versions of one contact whatever they say, in whatever order they come, and whoever decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.router.domain.clocks import decide_by
from services.router.domain.models import Assessed
from services.router.domain.staff import StaffDecision
from services.router.domain.versions import is_decided, lowers
from shared.messages.case_moved import CaseState
from shared.messages.staff_decided import DecisionAction
from tests.builders.router import a_decision, durham
from tests.builders.router_versions import ValueRouter, a_version

LEVELS = [(1, "BLUE"), (2, "GREEN"), (3, "GREEN"), (3, "AMBER"), (4, "AMBER"), (5, "RED")]
DECISIONS = (
    a_decision(DecisionAction.CONFIRM),
    a_decision(DecisionAction.CLOSE, outcome="ADVICE"),
    a_decision(DecisionAction.CHANGE, queue="mash-identity"),
    a_decision(DecisionAction.CHANGE, queue="one-point"),
    a_decision(DecisionAction.CHANGE, level=3, flag="none"),
)


@st.composite
def facts(draw: st.DrawFn) -> dict[str, Any]:
    level, rating = draw(st.sampled_from(LEVELS))
    return {
        "level": level,
        "rating": rating,
        "flag": draw(st.sampled_from(["none", "none", "s17", "s47"])) if level >= 3 else "none",
        "indicators": draw(st.sampled_from([("NE1",), ("BE2",), ("SE1",), ()])),
        "consent": draw(st.sampled_from(["given", "given", "unknown", "refused"])),
        "danger": draw(st.sampled_from([(), (), (), ("text_prompt",), ("missing_now",)])),
        "markers": draw(st.sampled_from([(), (), (), ("restricted",)])),
        "needs_person": draw(st.sampled_from([None, None, None, "identity_uncertain", "multiplier_review"])),
    }


@st.composite
def chains(draw: st.DrawFn) -> list[Assessed]:
    found = draw(st.lists(facts(), min_size=2, max_size=4))
    return [a_version(number, **one) for number, one in enumerate(found, start=1)]


@dataclass(frozen=True)
class Story:
    """versions: in the order they arrive; together: whether each shares a batch with the one before it."""

    versions: Sequence[Assessed]
    together: Sequence[bool]
    decisions: Sequence[tuple[int, StaffDecision] | None]


@st.composite
def stories(draw: st.DrawFn, *, people: bool) -> Story:
    chain = draw(chains())
    size = len(chain)
    acts = st.tuples(st.integers(1, size), st.sampled_from(DECISIONS)) if people else st.nothing()
    return Story(
        draw(st.permutations(chain)),
        [False, *draw(st.lists(st.booleans(), min_size=size - 1, max_size=size - 1))],
        draw(st.lists(st.none() | acts, min_size=size, max_size=size)),
    )


def batches_of(story: Story) -> list[list[Assessed]]:
    batches: list[list[Assessed]] = []
    for version, with_the_last in zip(story.versions, story.together, strict=True):
        if with_the_last:
            batches[-1].append(version)
        else:
            batches.append([version])
    return batches


@given(stories(people=False))
def test_without_a_person_the_newest_version_leads_and_lowers_nothing(story: Story) -> None:
    router = ValueRouter()
    for batch in batches_of(story):
        router.takes(*batch)
    size = len(story.versions)
    newest, leader = max(story.versions, key=lambda one: one.contact.received_at), router.case(size)
    state, queue, _ = router.stands(size)
    assert [router.stands(number) for number in range(1, size)] == [(state, queue, "superseded")] * (size - 1)
    assert leader.superseded_by is None
    contacts = [one.contact for one in story.versions]
    if any(contact.in_danger for contact in contacts):
        assert (state, queue) == ("waiting", "mash-urgent")
    elif any("restricted" in contact.markers for contact in contacts):
        assert (state, queue) == ("waiting", "mash-restricted")
    if state == "placed":
        assert not any(lowers(newest.contact, contact) for contact in contacts)


@given(stories(people=False))
def test_the_order_of_arrival_changes_neither_where_the_contact_stands_nor_when_it_is_due(story: Story) -> None:
    router, in_order = ValueRouter(), ValueRouter()
    for batch in batches_of(story):
        router.takes(*batch)
    in_order.takes(*sorted(story.versions, key=lambda one: one.contact.received_at))
    size = len(story.versions)
    assert router.stands(size) == in_order.stands(size)
    assert router.case(size).decide_by == in_order.case(size).decide_by


@given(stories(people=False))
def test_no_version_puts_off_what_is_due_unless_it_brings_the_danger(story: Story) -> None:
    router = ValueRouter()
    for batch in batches_of(story):
        router.takes(*batch)
    chain = sorted(story.versions, key=lambda one: one.contact.received_at)
    dangers = [place for place, one in enumerate(chain) if one.contact.in_danger]
    since_danger = chain[dangers[0] :] if dangers else chain
    due = router.case(len(chain)).decide_by
    assert all(due <= decide_by(one.contact, durham().clocks) for one in since_danger)


@given(stories(people=True))
def test_a_persons_decision_stays_and_no_arrival_ends_what_says_more_than_they_saw(story: Story) -> None:
    router = ValueRouter()
    for version, act in zip(story.versions, story.decisions, strict=True):
        before = dict(router.cases)
        router.takes(version)
        for contact_id, case in before.items():
            now = router.cases[contact_id]
            if is_decided(case):
                assert now == case
            elif is_decided(now):
                assert now.superseded_by is not None
                leader = router.cases[now.superseded_by]
                while leader.superseded_by is not None:
                    leader = router.cases[leader.superseded_by]
                assert not lowers(leader.contact, case.contact)
        if act is not None and any(case.origin.contact_id.int % 16 == act[0] for case in router.cases.values()):
            router.decides(*act)


@given(stories(people=True))
def test_nothing_that_says_less_than_an_undecided_version_is_placed_without_a_person(story: Story) -> None:
    router = ValueRouter()
    for version, act in zip(story.versions, story.decisions, strict=True):
        for move in router.takes(version):
            case = move.case
            if case.superseded_by is not None or case.position.state is not CaseState.PLACED:
                continue
            at = case.origin.supersedes
            while at is not None and at in router.cases and not is_decided(router.cases[at]):
                assert not lowers(case.contact, router.cases[at].contact)
                at = router.cases[at].origin.supersedes
        if act is not None and any(case.origin.contact_id.int % 16 == act[0] for case in router.cases.values()):
            router.decides(*act)
