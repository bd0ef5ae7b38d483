"""Placement: every worked case, and what must hold for any contact at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.router.domain.catalogue import AGE_BANDS
from services.router.domain.models import Contact, OpenCase
from services.router.domain.placement import Placed, Waiting, place
from shared.codes import codes
from tests.builders.router import MONDAY_10, a_contact, durham_policy
from tests.unit.router.routing_cases import ALL, WAITING, RoutingCase

PEOPLE = {"mash-urgent", "mash-screening", "mash-identity", "mash-restricted", "maps"}


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_a_contact_goes_where_the_policy_says(case: RoutingCase) -> None:
    decision = place(a_contact(**case.facts), case.open_case, durham_policy())
    assert (decision.queue, decision.reason) == (case.to, case.why)
    assert isinstance(decision, Waiting if case.state is WAITING else Placed)
    if isinstance(decision, Waiting):
        assert decision.suggestion.queue == case.suggests
    for name, expected in case.rest.items():
        assert _said(decision, name) == expected, name


def _said(decision: Waiting | Placed, name: str) -> object:
    if isinstance(decision, Waiting) and name in ("service", "notes", "alternatives"):
        return getattr(decision.suggestion, name)
    return getattr(decision, name)


def test_the_table_of_worked_cases_is_long_enough_to_be_a_policy() -> None:
    assert len(ALL) >= 80
    assert len({case.name for case in ALL}) == len(ALL)


ANY_CODES = sorted(codes("concern_theme"))
ANY_MARKERS = sorted(codes("marker"))
ANY_REASON = st.sampled_from(["consent_missing", "level_4_5", "restricted", "identity_uncertain", "never heard of"])
ANY_OPEN_CASE = st.sampled_from(
    [
        OpenCase("one-point", "one-point", "hub-durham"),
        OpenCase("families-first", "families-first"),
        OpenCase("one-point", "intensive-family-support"),
        OpenCase("no-such-queue"),
    ]
)
ANY_CONTACT = st.builds(
    Contact,
    level=st.integers(-1, 7),
    rating=st.sampled_from(["RED", "AMBER", "GREEN", "BLUE"]),
    flag=st.sampled_from(["none", "none", "s17", "s47"]),
    agency_kind=st.sampled_from(["police", "school", "health", "vcs"]),
    received_at=st.just(MONDAY_10),
    subject_kind=st.sampled_from(["child", "child", "child", "place"]),
    danger=st.sampled_from([(), (), (), ("hurt_now",), ("text_prompt",)]),
    indicators=st.lists(st.sampled_from(ANY_CODES), max_size=4, unique=True).map(tuple),
    markers=st.lists(st.sampled_from(ANY_MARKERS), max_size=3, unique=True).map(tuple),
    needs_person=st.none() | ANY_REASON,
    consent=st.sampled_from(["given", "given", "refused", "not_sought", "dispensed", "unknown"]),
    age_band=st.sampled_from(AGE_BANDS),
    district=st.sampled_from(["DH1", "SR7", "NE1", "", "?", None]),
    requested_service=st.sampled_from([None, "tac", "one point", "Team Around the School", "anything"]),
    open_team=st.sampled_from([None, None, None, "families-first", "ff-peterlee", "unknown team"]),
    urgent=st.booleans(),
)


@settings(max_examples=400, deadline=None)
@given(contact=ANY_CONTACT, open_case=st.none() | ANY_OPEN_CASE)
def test_every_contact_ends_in_a_decision_that_keeps_the_promises(contact: Contact, open_case: OpenCase | None) -> None:
    policy = durham_policy()
    decision = place(contact, open_case, policy)
    match decision:
        case Waiting():
            assert decision.queue in PEOPLE
            assert decision.reason
        case Placed():
            entry = policy.catalogue.by_queue[decision.queue]
            assert entry.kind.value == "service"
            assert decision.outcome is not None
    if contact.danger or contact.urgent:
        assert (type(decision), decision.queue) == (Waiting, "mash-urgent")
    assert decision.queue != "tac", "reached without MAPS"


@settings(max_examples=400, deadline=None)
@given(contact=ANY_CONTACT)
def test_without_an_open_case_only_consented_early_help_is_placed_without_a_person(contact: Contact) -> None:
    decision = place(contact, None, durham_policy())
    if isinstance(decision, Placed) and decision.reason != "open_case":
        assert decision.reason == "auto_early_help"
        assert contact.level in (2, 3)
        assert contact.consent == "given"
        assert (contact.danger, contact.flag, contact.needs_person) == ((), "none", None)
        assert contact.subject_kind == "child"
        assert contact.district in ("DH1", "SR7"), "nobody knows which team it is for"


@settings(max_examples=400, deadline=None)
@given(contact=ANY_CONTACT, open_case=ANY_OPEN_CASE)
def test_an_open_case_takes_without_a_person_only_what_is_below_every_statutory_threshold(
    contact: Contact, open_case: OpenCase
) -> None:
    decision = place(contact, open_case, durham_policy())
    if isinstance(decision, Placed):
        assert decision.reason == "open_case"
        if decision.queue == "one-point":
            assert contact.level <= 3
            assert contact.flag == "none"
            assert contact.consent != "refused"
        assert contact.level <= 3
        assert contact.flag == "none"
        assert contact.needs_person is None
    elif contact.subject_kind == "child" and decision.queue in ("mash-urgent", "mash-screening"):
        assert decision.alerted == (() if "restricted" in contact.markers else (open_case.queue,))
