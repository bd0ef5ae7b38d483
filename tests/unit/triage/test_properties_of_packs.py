"""What must hold under every delivered pack: nothing added lowers, order is nothing, the same bytes come out."""

from datetime import timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.triage.domain.history import Entry
from services.triage.domain.outcomes import NeedsPerson, Outcome
from services.triage.domain.policy import Policy
from services.triage.policy import load_policy
from shared.messages.contact import CanonicalContact
from shared.policy import read_pack
from tests.builders.triage import POLICY_DIR, RECEIVED_ON, an_entry, assessed
from tests.unit.triage.test_properties import (
    DANGERS,
    INDICATORS,
    MARKERS,
    any_contacts,
    entries,
    help_factors,
    slowness,
    unhurried,
    with_more,
)

PACKS = [
    load_policy(read_pack(POLICY_DIR, name, "continuum")) for name in ("county-durham", "medway", "north-tyneside")
]
FLAGS = ["none", "s17", "s47"]
ESTABLISHED = [code for code in DANGERS if code != "text_prompt"]
every_pack = pytest.mark.parametrize("policy", PACKS, ids=lambda policy: policy.version)
histories = entries.map(list[Entry])


def bytes_of(outcome: Outcome) -> bytes:
    """Everything an outcome says, as bytes."""
    score = outcome.score
    reason = outcome.reason if isinstance(outcome, NeedsPerson) else None
    factors = [factor.model_dump(mode="json") for factor in score.factors]
    rest = [getattr(score, name) for name in score.__dataclass_fields__ if name != "factors"]
    return orjson.dumps([reason, factors, *rest])


@every_pack
@unhurried
@given(contact=any_contacts, history=histories, first=st.sampled_from(INDICATORS), data=st.data())
def test_no_risk_that_is_added_lowers_level_speed_flag_or_danger(
    policy: Policy, contact: CanonicalContact, history: list[Entry], first: str, data: st.DataObject
) -> None:
    contact = with_more(contact, theme=first)
    riskier = with_more(
        contact,
        theme=data.draw(st.none() | st.sampled_from(INDICATORS)),
        marker=data.draw(st.none() | st.sampled_from(MARKERS)),
    )
    more = [
        *history,
        an_entry(RECEIVED_ON - timedelta(days=data.draw(st.integers(0, 400))), data.draw(st.integers(1, 5))),
    ]
    before, after = assessed(contact, history, policy=policy), assessed(riskier, more, policy=policy)
    assert after.score.level >= before.score.level
    assert slowness(after) <= slowness(before)
    assert FLAGS.index(after.score.statutory_flag) >= FLAGS.index(before.score.statutory_flag)
    assert set(after.score.danger) >= set(before.score.danger)


@every_pack
@unhurried
@given(contact=any_contacts, history=histories)
def test_every_input_has_an_outcome_and_the_same_input_the_same_bytes(
    policy: Policy, contact: CanonicalContact, history: list[Entry]
) -> None:
    first = assessed(contact, history, policy=policy)
    again = CanonicalContact.model_validate_json(contact.model_dump_json())
    assert bytes_of(first) == bytes_of(assessed(again, history, policy=policy))
    assert 1 <= first.score.level <= 5


@every_pack
@unhurried
@given(contact=any_contacts, history=histories, data=st.data())
def test_the_order_of_concerns_markers_and_history_changes_neither_answer_nor_factors(
    policy: Policy, contact: CanonicalContact, history: list[Entry], data: st.DataObject
) -> None:
    named = [concern.model_copy(update={"source": f"c{at}"}) for at, concern in enumerate(contact.concerns)]
    contact = contact.model_copy(update={"concerns": tuple(named)})
    shuffled = contact.model_copy(
        update={
            "concerns": tuple(data.draw(st.permutations(named))),
            "markers": tuple(data.draw(st.permutations(contact.markers))),
            "protective": tuple(data.draw(st.permutations(contact.protective))),
        }
    )
    before = assessed(contact, history, policy=policy)
    after = assessed(shuffled, data.draw(st.permutations(history)), policy=policy)
    assert bytes_of(after) == bytes_of(before)


@every_pack
@unhurried
@given(
    contact=any_contacts, factors=help_factors, code=st.sampled_from([one for one in DANGERS if one != "text_prompt"])
)
def test_protective_factors_never_touch_danger(
    policy: Policy, contact: CanonicalContact, factors: list[str], code: str
) -> None:
    endangered = contact.model_copy(update={"danger_criteria": (code,), "protective": tuple(factors)})
    outcome = assessed(endangered, policy=policy)
    assert isinstance(outcome, NeedsPerson)
    assert (outcome.reason, outcome.score.level, outcome.score.speed) == ("danger", 5, "I")
    assert code in outcome.score.danger
