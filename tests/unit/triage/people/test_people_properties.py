"""What holds of every comparison and decision, whatever is told."""

from dataclasses import replace
from datetime import date
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.triage.domain.people.commonness import Commonness
from services.triage.domain.people.comparing import compare
from services.triage.domain.people.deciding import Candidate, Outcome, candidate, decide
from services.triage.domain.people.facts import Facts, Told, read_facts
from services.triage.domain.people.guards import Guard
from services.triage.domain.people.numbers import Number, NumberKind
from services.triage.matching_pack import load_model
from tests.builders.triage import POLICY_DIR

DURHAM = load_model(POLICY_DIR, "county-durham")
ON = date(2026, 6, 1)
NHS = ("9992041870", "9993770515", "9994588206", "9992041871", "4444444444", "12")
UPN = ("H840990118001", "Y392990219034", "U84099042105A", "A840990118001")

told = st.builds(
    Told,
    forename=st.sampled_from(
        ("", "Ella", "Elsa", "Kate", "Katherine", "Muhammad Ali", "Muhammad", "Holt", "Unborn", "W", "Zoë")
    )
    | st.text(alphabet="abeilno-' ", max_size=9),
    surname=st.sampled_from(("", "Holt", "Holt-Marsh", "Marsh", "Kowalska", "Kowalski", "al-Hassan", "Ella"))
    | st.text(alphabet="abeilnoś", max_size=9),
    dob=st.sampled_from(
        ("", "2015-03-08", "08/03/2015", "03/08/2015", "2015-01-01", "2016-03-08", "1985-03-08", "2026-09-01", "soon")
    ),
    sex=st.sampled_from(("", "M", "F", "U")),
    address=st.sampled_from(("", "4 Kiln Row", "4 Kiln Rwo", "5 Kiln Row", "No fixed abode", "9 Gill Bank, Shildon")),
    postcode=st.sampled_from(("", "DH1 9ZA", "DH1 9ZB", "ZZ99 3VZ")),
    nhs_number=st.just("") | st.sampled_from(NHS),
    upn=st.just("") | st.sampled_from(UPN),
    local_id=st.sampled_from(("", "A1234", "A1235")),
)
records = told.map(lambda one: read_facts(one, DURHAM.words, ON))
histories = st.lists(records, min_size=1, max_size=3).map(lambda many: together(many))
registers = st.lists(records, max_size=4).map(lambda people: Commonness(DURHAM.words, people))


def together(many: list[Facts]) -> Facts:
    facts = many[0]
    for more in many[1:]:
        facts = facts.with_facts(more)
    return facts


@given(histories, histories, registers)
@settings(max_examples=400, deadline=None)
def test_comparing_is_symmetric(a: Facts, b: Facts, common: Commonness) -> None:
    assert compare(a, b, DURHAM, common) == compare(b, a, DURHAM, common)


@given(st.lists(records, min_size=1, max_size=4), records, st.randoms())
@settings(max_examples=200, deadline=None)
def test_the_order_in_which_a_history_was_told_changes_nothing(many: list[Facts], other: Facts, random: Random) -> None:
    shuffled = list(many)
    random.shuffle(shuffled)
    common = Commonness(DURHAM.words)
    assert compare(together(many), other, DURHAM, common) == compare(together(shuffled), other, DURHAM, common)


@given(histories, histories, registers, st.sampled_from(NHS[:4]), st.booleans())
@settings(max_examples=400, deadline=None)
def test_an_agreeing_identifier_never_lowers_the_weight(
    a: Facts, b: Facts, common: Commonness, value: str, checked: bool
) -> None:
    number = Number(NumberKind.NHS, value, checked=checked, lasting=checked)
    before = compare(a, b, DURHAM, common)
    after = compare(replace(a, numbers=a.numbers | {number}), replace(b, numbers=b.numbers | {number}), DURHAM, common)
    assert after.weight >= before.weight


@given(st.lists(st.tuples(records, records), min_size=1, max_size=4), st.randoms())
@settings(max_examples=200, deadline=None)
def test_the_order_of_candidates_changes_nothing(pairs: list[tuple[Facts, Facts]], random: Random) -> None:
    common = Commonness(DURHAM.words)
    found = [candidate(number, compare(a, b, DURHAM, common), DURHAM, 0) for number, (a, b) in enumerate(pairs)]
    shuffled = list(found)
    random.shuffle(shuffled)
    assert decide(found, DURHAM) == decide(shuffled, DURHAM)


@given(
    histories,
    histories,
    st.sampled_from(Guard),
    st.floats(min_value=-1e6, max_value=1e6),
    st.lists(st.floats(min_value=-50, max_value=1e6), max_size=3),
)
@settings(max_examples=300, deadline=None)
def test_no_weight_outvotes_a_guard(a: Facts, b: Facts, guard: Guard, weight: float, others: list[float]) -> None:
    found = compare(a, b, DURHAM, Commonness(DURHAM.words))
    barred = Candidate("barred", found, weight, guard)
    free = [Candidate(f"other {n}", found, other, None) for n, other in enumerate(others)]
    decided = decide([barred, *free], DURHAM)
    assert decided.outcome is not Outcome.LINK or decided.candidate != barred


@given(told, st.sampled_from(("twin", "unborn", "parent", "number")))
@settings(max_examples=300, deadline=None)
def test_whoever_shares_everything_but_what_a_guard_watches_is_not_linked(one: Told, what: str) -> None:
    """Everything else agrees, as much as it can: even so nothing is linked."""
    one = replace(one, forename="Tobin", dob="2015-03-08", nhs_number="9992041870", local_id="A1234")
    other = {
        "twin": replace(one, forename="Rafe"),
        "unborn": replace(one, forename="Unborn", dob=""),
        "parent": replace(one, dob="1985-03-08"),
        "number": replace(one, nhs_number="9993770515"),
    }[what]
    ours, theirs = (read_facts(record, DURHAM.words, ON) for record in (one, other))
    found = compare(ours, theirs, DURHAM, Commonness(DURHAM.words, [theirs]))
    assert decide([candidate("known", found, DURHAM, 1)], DURHAM).outcome is not Outcome.LINK
