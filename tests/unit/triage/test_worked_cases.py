"""Worked cases: what a practitioner would expect of each contact, written out in cases/*.yaml."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from services.triage.domain.history import Entry
from services.triage.domain.outcomes import Outcome, Reason
from shared.messages.contact import Adult, CanonicalContact, Child, Concern, Defect
from tests.builders.triage import (
    POLICY_DIR,
    a_child,
    a_child_aged,
    a_concern,
    a_contact,
    an_entry,
    an_unborn_child,
    assessed,
    durham,
    reason_of,
)

_CASES = Path(__file__).parent / "cases"
_PLAIN = {"markers", "level_thought", "narrative"}


def _cases() -> list[dict[str, Any]]:
    return [case for path in sorted(_CASES.glob("*.yaml")) for case in yaml.safe_load(path.read_text())]


def _child(case: dict[str, Any]) -> Child:
    if "unborn" in case:
        return an_unborn_child(case["unborn"])
    if "age_months" in case:
        return a_child_aged(case["age_months"])
    if "age_range" in case:
        return a_child(born_on=None, age_years=tuple(case["age_range"]))
    return a_child(disabilities=tuple(case.get("disabilities", ())))


def _concerns(case: dict[str, Any]) -> tuple[Concern, ...]:
    concerns = [a_concern(theme) for theme in case.get("concerns", ())]
    concerns += [Concern(category=category) for category in case.get("categories", ())]
    if "graded" in case:
        theme, scheme, value = case["graded"]
        concerns.append(a_concern(theme, grade=(scheme, str(value))))
    return tuple(concerns)


def _contact(case: dict[str, Any]) -> CanonicalContact:
    changes: dict[str, Any] = {name: case[name] for name in _PLAIN & case.keys()}
    if "voice" in case:
        changes["voice_of_child"] = case["voice"]
    if "adult_roles" in case:
        changes["adults"] = (Adult(roles=tuple(case["adult_roles"])),)
    return a_contact(
        subject=_child(case),
        concerns=_concerns(case),
        dash_ticks=case.get("ticks"),
        protective=tuple(case.get("help", ())),
        danger_criteria=tuple(case.get("given", ())),
        immediate_danger=case.get("immediate", False),
        defects=tuple(Defect(code=code, pointer="/child", message="") for code in case.get("defects", ())),
        **changes,
    )


def _identity(case: dict[str, Any]) -> Reason | None:
    if "unborn" in case:
        return Reason.UNBORN
    return Reason(case["identity"]) if "identity" in case else None


def _history(case: dict[str, Any]) -> list[Entry]:
    return [
        an_entry(
            entry["at"],
            entry["level"],
            kind=entry.get("kind", "contact"),
            agency_kind=entry.get("agency", "school"),
            outcome=entry.get("outcome"),
            indicators=tuple(entry.get("indicators", ())),
        )
        for entry in case.get("history", ())
    ]


def _outcome(case: dict[str, Any]) -> Outcome:
    return assessed(_contact(case), _history(case), identity=_identity(case))


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["case"])
def test_a_worked_case_ends_as_a_practitioner_expects(case: dict[str, Any]) -> None:
    outcome = _outcome(case)
    assert {
        "level": outcome.score.level,
        "rating": outcome.score.rating.value,
        "flag": outcome.score.statutory_flag.value,
        "person": reason_of(outcome),
        "danger": list(outcome.score.danger),
    } == {"danger": [], **case["expect"]}


def _multiplier_codes() -> list[str]:
    pack = yaml.safe_load((POLICY_DIR / "county-durham" / "continuum.yaml").read_text())
    return [entry["code"] for entry in pack["multipliers"]]


def test_every_indicator_danger_criterion_and_multiplier_has_a_worked_case() -> None:
    scores = [_outcome(case).score for case in _cases()]
    factors = {(factor.kind, factor.code) for score in scores for factor in score.factors}
    policy = durham()
    assert len(scores) == 213
    assert {code for kind, code in factors if kind == "indicator"} == set(policy.indicators)
    assert {code for kind, code in factors if kind == "danger"} == {*policy.dangers, "criterion_of_tomorrow"}
    assert {code for kind, code in factors if kind == "multiplier"} == {*_multiplier_codes(), "sender_grade"}
