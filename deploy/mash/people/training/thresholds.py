"""Join and part set on families with the truth known: on other families than any figure is reported on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from deploy.mash.people.evaluation.data import Answer, Case, Data, Result, score
from deploy.mash.people.evaluation.ours import decided_by_us
from services.triage.domain.people.deciding import Outcome
from services.triage.domain.people.weights import Model

# Below the goals (3 false links in 1,000, 8 % reviews), as other families differ.
WRONG_PER_THOUSAND, REVIEW_RATE = 2.0, 0.06
_JOINS = [step / 2 for step in range(11, 33)]  # From 5.5 on: at least 98 of 100 such pairs are one child.
_PARTS = [step / 2 for step in range(-20, 13)]
_ROUNDS = 2
_AS_GOOD = 0.001  # F1 given up for the higher, safer join


@dataclass(frozen=True, slots=True)
class _Seen:
    """One contact as decided with everything below join left open. free: no guard bars a link."""

    case: Case
    weight: float
    free: bool
    best: str


def with_thresholds(model: Model, data: Sequence[Data], on: date) -> Model:
    """The model with the join of the best F1 within the allowed false links, and the lowest part within the reviews."""
    for _ in range(_ROUNDS):
        open_model = replace(model, part=min(_PARTS) - 1)
        seen = [(one, _seen(one, open_model, on)) for one in data]
        worth = {value: _worth(seen, value) for value in _JOINS}
        allowed, f1 = max(worth.values())
        join = max(value for value, (within, its) in worth.items() if within == allowed and its >= f1 - _AS_GOOD)
        parts = [value for value in _PARTS if value < join and _reviews(seen, join, value) <= REVIEW_RATE]
        model = replace(model, join=join, part=min(parts, default=join - 1))
    return model


def _seen(data: Data, model: Model, on: date) -> list[_Seen]:
    found = []
    for case, decided, answer in decided_by_us(data, model, on):
        if decided.candidate is not None and answer.suggested is not None and decided.outcome is not Outcome.NEW:
            found.append(_Seen(case, decided.candidate.weight, decided.guard is None, answer.suggested))
    return found


def _worth(seen: Sequence[tuple[Data, list[_Seen]]], join: float) -> tuple[bool, float]:
    result = Result()
    for data, rows in seen:
        answers = {case.row_id: Answer(None, linked=False) for case in data.contacts}
        answers.update(
            {one.case.row_id: Answer(one.best, linked=True) for one in rows if one.free and one.weight >= join}
        )
        result.add(score(data, answers))
    return result.total.wrong_per_thousand <= WRONG_PER_THOUSAND, result.total.f1


def _reviews(seen: Sequence[tuple[Data, list[_Seen]]], join: float, part: float) -> float:
    """Part of contacts that would wait for a person."""
    waiting = sum(part <= one.weight and not (one.free and one.weight >= join) for _, rows in seen for one in rows)
    return waiting / sum(len(data.contacts) for data, _ in seen)
