"""One contact's child among those it may be: linked, put before a person, or new."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Generic, TypeVar

from services.triage.domain.people.comparing import Comparison
from services.triage.domain.people.guards import Guard, another_person, barred
from services.triage.domain.people.weights import Field, Model

Person = TypeVar("Person", bound=Hashable)
_ONE_BIRTHDAY = ("same", "default")
_ONE_SURNAME = ("same", "equivalent", "swapped")


class Outcome(StrEnum):
    """What becomes of a contact's child."""

    LINK = "link"
    REVIEW = "review"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Candidate(Generic[Person]):
    """A known person the child may be. weight: the total, start included; together: what a sibling's match adds."""

    person: Person
    comparison: Comparison
    weight: float
    guard: Guard | None = None
    together: float = 0.0


@dataclass(frozen=True, slots=True)
class Decided(Generic[Person]):
    """What was decided, about whom it was thought, and why a link was barred. candidate is None for nobody similar."""

    outcome: Outcome
    candidate: Candidate[Person] | None = None
    guard: Guard | None = None
    rivals: int = 0


def candidate(
    person: Person, found: Comparison, model: Model, people: int, together: bool = False
) -> Candidate[Person]:
    """Weigh a compared person. together: a brother or sister in the same contact belongs to the same household."""
    added = _for_moving_together(found, model) if together else 0.0
    guard = barred(found, together) if model.guarded else None
    return Candidate(person, found, model.start(people) + found.weight + added, guard, added)


def decide(candidates: Sequence[Candidate[Person]], model: Model) -> Decided[Person]:
    """The outcome for one child. candidates: in any order; equal ones are told apart by nothing but a person.

    Source: design, promise 4 (what is uncertain waits for a person).
    """
    possible = [one for one in candidates if not another_person(one.guard, one.comparison)]
    if not possible:
        return Decided(Outcome.NEW)
    best = min(possible, key=_rank)
    if best.weight < model.part:
        numbered = min((one for one in possible if one.comparison.number_agrees), key=_rank, default=None)
        return Decided(Outcome.NEW, best, best.guard) if numbered is None else _only_a_number(numbered)
    if best.guard is not None:
        return Decided(Outcome.REVIEW, best, best.guard)
    rivals = sum(_rivals(best, one, model) for one in possible if one is not best)
    if rivals:
        return Decided(Outcome.REVIEW, best, Guard.SEVERAL, rivals)
    return Decided(Outcome.LINK if best.weight >= model.join else Outcome.REVIEW, best)


def _only_a_number(one: Candidate[Person]) -> Decided[Person]:
    """An identifier that nobody else holds is never passed over: where nothing else agrees, a person looks."""
    return Decided(Outcome.REVIEW, one, one.guard or Guard.TOO_LITTLE)


def barring(decided: Decided[Person], guard: Guard) -> Decided[Person]:
    """The same with a link barred: a person looks."""
    return replace(decided, outcome=Outcome.REVIEW, guard=guard) if decided.outcome is Outcome.LINK else decided


def _rank(one: Candidate[Person]) -> tuple[float, str]:
    """By weight; which of two equal ones is shown does not depend on their order."""
    return -one.weight, str(one.person)


def _rivals(best: Candidate[Person], other: Candidate[Person], model: Model) -> bool:
    """Whether another person keeps this from being settled: as likely, or of the same name and birthday."""
    if best.comparison.number_agrees and not other.comparison.number_agrees:
        return False
    if other.weight < model.part:
        return False
    return best.weight - other.weight < model.margin or _one_name_and_birthday(other.comparison)


def _one_name_and_birthday(found: Comparison) -> bool:
    return (
        found.forename_sure and found.level(Field.SURNAME) in _ONE_SURNAME and found.level(Field.BIRTH) in _ONE_BIRTHDAY
    )


def _for_moving_together(found: Comparison, model: Model) -> float:
    """What a household's move adds: the home counts as found near, since a brother or sister moved along."""
    home = next(finding for finding in found.findings if finding.field is Field.HOME)
    return max(0.0, model.weights[Field.HOME]["near"] - home.weight)
