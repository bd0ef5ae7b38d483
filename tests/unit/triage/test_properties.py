"""What must hold for every contact, however it is put together."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.triage.domain.outcomes import NeedsPerson, Outcome, Suggested
from services.triage.domain.policy import SPEEDS
from shared.codes import codes
from shared.messages.assessment import Rating
from shared.messages.contact import CanonicalContact, Concern, Consent, Defect, Severity
from tests.builders.triage import (
    RECEIVED_ON,
    a_child,
    a_child_aged,
    a_contact,
    an_entry,
    an_unborn_child,
    assessed,
    durham,
)

INDICATORS = sorted(durham().indicators)
MARKERS = sorted(codes("marker"))
DANGERS = sorted(durham().dangers)
HELP = sorted(durham().protective)
GRADES = sorted(durham().grades)
RATINGS = list(Rating)

themes = st.lists(st.sampled_from(INDICATORS), max_size=4, unique=True)
markers = st.lists(st.sampled_from(MARKERS), max_size=5, unique=True)
help_factors = st.lists(st.sampled_from(HELP), max_size=4, unique=True)
texts = st.one_of(
    st.none(), st.text(max_size=80), st.sampled_from(["a knife", "no food at home", "left alone", "fine"])
)
subjects = st.one_of(
    st.integers(0, 220).map(a_child_aged),
    st.just(an_unborn_child()),
    st.just(a_child(born_on=None)),
    st.just(a_child(born_on=None, age_years=(0, 3))),
)
concerns = st.builds(
    Concern,
    theme=st.one_of(st.none(), st.sampled_from([*INDICATORS, "ZZ9"])),
    category=st.one_of(st.none(), st.text(max_size=20)),
    text=texts,
    severity=st.one_of(
        st.none(),
        st.sampled_from(GRADES).map(lambda pair: Severity(scheme=pair[0], value=pair[1])),
        st.just(Severity(scheme="OTHER", value="9")),
    ),
)
entries = st.lists(
    st.builds(
        lambda days, level, kind, agency, indicators: an_entry(
            RECEIVED_ON - timedelta(days=days), level, kind=kind, agency_kind=agency, indicators=tuple(indicators)
        ),
        st.integers(-3, 800),
        st.integers(1, 5),
        st.sampled_from(["contact", "referral", "plan", "looked_after", "closure"]),
        st.sampled_from(["police", "school", "health", "vcs"]),
        themes,
    ),
    max_size=5,
)
any_contacts = st.builds(
    a_contact,
    subject=subjects,
    concerns=st.lists(concerns, max_size=4).map(tuple),
    markers=st.lists(st.sampled_from([*MARKERS, "marker_of_tomorrow"]), max_size=4, unique=True).map(tuple),
    protective=help_factors.map(tuple),
    danger_criteria=st.lists(st.sampled_from([*DANGERS, "of_tomorrow"]), max_size=2, unique=True).map(tuple),
    immediate_danger=st.booleans(),
    dash_ticks=st.one_of(st.none(), st.integers(-1, 40)),
    narrative=texts,
    voice_of_child=texts,
    level_thought=st.one_of(st.none(), st.integers(1, 5)),
    consent=st.sampled_from(["given", "refused", "unknown"]).map(lambda status: Consent(status=status)),
    defects=st.lists(st.sampled_from(["identifier_invalid", "postcode_partial", "of_tomorrow"]), max_size=2).map(
        lambda found: tuple(Defect(code=code, pointer="", message="") for code in found)
    ),
)

unhurried = settings(deadline=None)  # a busy machine is not a broken rule


def with_more(contact: CanonicalContact, theme: str | None = None, marker: str | None = None) -> CanonicalContact:
    added = (Concern(theme=theme),) if theme else ()
    marked = {*contact.markers, marker} if marker else set(contact.markers)
    changes = {"concerns": (*contact.concerns, *added), "markers": tuple(sorted(marked))}
    return contact.model_copy(update=changes)


def slowness(outcome: Outcome) -> tuple[int, int]:
    return SPEEDS.index(outcome.score.speed), RATINGS.index(outcome.score.rating)


def answer(outcome: Outcome) -> tuple[object, ...]:
    score = outcome.score
    reason = outcome.reason if isinstance(outcome, NeedsPerson) else None
    return reason, score.level, score.speed, score.rating, score.statutory_flag, score.danger, score.indicators


@unhurried
@given(contact=any_contacts, history=entries)
def test_no_input_ends_without_an_outcome(contact: CanonicalContact, history: list[object]) -> None:
    outcome = assessed(contact, history)  # type: ignore[arg-type]
    assert 1 <= outcome.score.level <= 5
    match outcome:
        case Suggested(score=score):
            assert score.level in (2, 3)
            assert score.danger == ()
            assert score.statutory_flag == "none"
            assert score.indicators != ()
        case NeedsPerson(reason=reason):
            assert reason.value


@unhurried
@given(contact=any_contacts, history=entries, theme=st.sampled_from(INDICATORS), first=st.sampled_from(INDICATORS))
def test_one_more_indicator_never_lowers_level_speed_or_flag(
    contact: CanonicalContact, history: list[object], theme: str, first: str
) -> None:
    contact = with_more(contact, theme=first)
    before = assessed(contact, history)  # type: ignore[arg-type]
    after = assessed(with_more(contact, theme=theme), history)  # type: ignore[arg-type]
    flags = ["none", "s17", "s47"]
    assert after.score.level >= before.score.level
    assert slowness(after) <= slowness(before)
    assert flags.index(after.score.statutory_flag) >= flags.index(before.score.statutory_flag)
    assert set(after.score.danger) >= set(before.score.danger)


@unhurried
@given(contact=any_contacts, marker=st.sampled_from(MARKERS), first=st.sampled_from(INDICATORS))
def test_one_more_marker_never_lowers_level_speed_or_danger(contact: CanonicalContact, marker: str, first: str) -> None:
    contact = with_more(contact, theme=first)
    before, after = assessed(contact), assessed(with_more(contact, marker=marker))
    assert after.score.level >= before.score.level
    assert slowness(after) <= slowness(before)
    assert set(after.score.danger) >= set(before.score.danger)
    assert isinstance(after, NeedsPerson) or isinstance(before, Suggested)


@unhurried
@given(contact=any_contacts, history=entries, days=st.integers(0, 500), level=st.integers(1, 5))
def test_one_more_thing_known_never_lowers_level_or_speed(
    contact: CanonicalContact, history: list[object], days: int, level: int
) -> None:
    more = [*history, an_entry(RECEIVED_ON - timedelta(days=days), level)]
    before, after = assessed(contact, history), assessed(contact, more)  # type: ignore[arg-type]
    assert after.score.level >= before.score.level
    assert slowness(after) <= slowness(before)


@unhurried
@given(contact=any_contacts, history=entries, data=st.data())
def test_the_order_of_things_does_not_matter(
    contact: CanonicalContact, history: list[object], data: st.DataObject
) -> None:
    shuffled = contact.model_copy(
        update={
            "concerns": tuple(data.draw(st.permutations(contact.concerns))),
            "markers": tuple(data.draw(st.permutations(contact.markers))),
            "protective": tuple(data.draw(st.permutations(contact.protective))),
        }
    )
    reordered = data.draw(st.permutations(history))
    assert answer(assessed(shuffled, reordered)) == answer(assessed(contact, history))  # type: ignore[arg-type]


@unhurried
@given(contact=any_contacts, history=entries)
def test_the_same_input_and_policy_give_the_same_answer_word_for_word(
    contact: CanonicalContact, history: list[object]
) -> None:
    first, second = assessed(contact, history), assessed(contact, history)  # type: ignore[arg-type]
    assert first == second


@unhurried
@given(contact=any_contacts, factors=help_factors)
def test_protective_factors_touch_neither_danger_nor_level_nor_reason(
    contact: CanonicalContact, factors: list[str]
) -> None:
    without = contact.model_copy(update={"protective": ()})
    helped = contact.model_copy(update={"protective": tuple(factors)})
    assert answer(assessed(helped)) == answer(assessed(without))
    shown = {factor.code for factor in assessed(helped).score.factors if factor.kind == "protective"}
    assert shown == set(factors)


@unhurried
@given(contact=any_contacts, code=st.sampled_from([code for code in DANGERS if code != "text_prompt"]))
def test_nothing_takes_a_danger_criterion_away(contact: CanonicalContact, code: str) -> None:
    endangered = contact.model_copy(update={"danger_criteria": (*contact.danger_criteria, code)})
    outcome = assessed(endangered)
    assert isinstance(outcome, NeedsPerson)
    assert outcome.reason == "danger"
    assert (outcome.score.level, outcome.score.rating.value) == (5, "RED")
    assert code in outcome.score.danger
    assert outcome.score.is_urgent


@unhurried
@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)), months=st.integers(0, 300))
def test_months_before_and_months_between_agree(day: date, months: int) -> None:
    from services.triage.domain.age import months_before, months_between

    earlier = months_before(day, months)
    assert months_between(earlier, day) == months
