"""Our linker on evaluation data."""

from collections.abc import Iterator
from datetime import date

from deploy.mash.people.evaluation.data import Answer, Case, Data
from services.triage.domain.people.deciding import Decided, Outcome
from services.triage.domain.people.facts import read_facts
from services.triage.domain.people.families import place_family
from services.triage.domain.people.known import KnownPeople, KnownPerson
from services.triage.domain.people.weights import Model


def decided_by_us(data: Data, model: Model, on: date) -> Iterator[tuple[Case, Decided[int], Answer]]:
    """Every contact in file order with our decision; neighbours of one home are one family's contact."""
    known = KnownPeople([_person(case, model, on) for case in data.known], model)
    family: list[Case] = []
    for case in data.contacts:
        if family and not _together(family[-1], case):
            yield from _placed(family, known, on)
            family = []
        family.append(case)
    yield from _placed(family, known, on)


def answers_of_ours(data: Data, model: Model, on: date) -> dict[str, Answer]:
    """The answers alone."""
    return {case.row_id: answer for case, _, answer in decided_by_us(data, model, on)}


def _person(case: Case, model: Model, on: date) -> KnownPerson:
    return KnownPerson(case.row_id, read_facts(case.told, model.words, on))


def _together(one: Case, other: Case) -> bool:
    return bool(one.told.address) and (one.told.address, one.told.postcode) == (other.told.address, other.told.postcode)


def _placed(family: list[Case], known: KnownPeople, on: date) -> Iterator[tuple[Case, Decided[int], Answer]]:
    people = [_person(case, known.model, on) for case in family]
    for case, decided in zip(family, place_family(people, known), strict=True):
        shown = decided.candidate if decided.outcome is not Outcome.NEW else None
        suggested = None if shown is None else known[shown.person].person_id
        yield case, decided, Answer(suggested, decided.outcome is Outcome.LINK)
