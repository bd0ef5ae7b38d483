"""A file of contacts linked against a file of known people, in file order, without any database."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from deploy.mash.people.files import Row, harmless, read_rows, writing
from services.triage.domain.people.deciding import Decided, Outcome
from services.triage.domain.people.explaining import explain
from services.triage.domain.people.facts import Facts, Told, read_facts
from services.triage.domain.people.families import place_family
from services.triage.domain.people.known import KnownPeople, KnownPerson
from services.triage.domain.people.weights import Model

HEADER = ("contact_id", "known_id", "decision", "weight", "explanation")
_LARGEST_FAMILY = 20


@dataclass(frozen=True, slots=True)
class Linked:
    """One contact with what was decided. known_id: who it is, or may be; empty for a new child."""

    contact_id: str
    known_id: str
    decision: Outcome
    weight: float | None
    explanation: str


def link_files(known: Path, contacts: Path, out: Path, model: Model, on: date) -> dict[Outcome, int]:
    """Write the decision for every contact; returns how many of each. on: the London day of the files."""
    people = read_known(known, model, on)
    counts = dict.fromkeys(Outcome, 0)
    with writing(out) as writer:
        writer.writerow(HEADER)
        for linked in link(read_rows(contacts), people, on):
            counts[linked.decision] += 1
            weight = "" if linked.weight is None else f"{linked.weight:.2f}"
            row = (linked.contact_id, linked.known_id, linked.decision.value, weight, linked.explanation)
            writer.writerow([harmless(cell) for cell in row])
    return counts


def read_known(path: Path, model: Model, on: date) -> KnownPeople:
    """The known people; rows with one id are one person's history. A row without an id is named and left out."""
    people: dict[str, Facts] = {}
    for row in read_rows(path):
        if not row["id"]:
            print(f"mash: {path}: line {row.line} has no id and is left out", file=sys.stderr)
            continue
        facts = facts_of(row, model, on)
        before = people.get(row["id"])
        people[row["id"]] = facts if before is None else before.with_facts(facts)
    return KnownPeople([KnownPerson(person_id, facts) for person_id, facts in people.items()], model)


def facts_of(row: Row, model: Model, on: date) -> Facts:
    """What a row tells."""
    told = Told(
        forename=row["forename"],
        surname=row["surname"],
        dob=row["dob"],
        sex=row["sex"],
        address=row["address"],
        postcode=row["postcode"],
        nhs_number=row["nhs_number"],
        upn=row["upn"],
        local_id=row["local_id"],
    )
    return read_facts(told, model.words, on)


def link(contacts: Iterator[Row], known: KnownPeople, on: date) -> Iterator[Linked]:
    """Decide contacts in the order given; the people grow by them. Neighbouring rows of one home are one family's."""
    family: list[KnownPerson] = []
    for row in contacts:
        if not row["id"]:
            yield from _placed(family, known)
            family = []
            yield Linked(
                "", "", Outcome.REVIEW, None, f"review: line {row.line} has no id, so nothing can be linked to it"
            )
            continue
        child = KnownPerson(row["id"], facts_of(row, known.model, on))
        if family and not _one_family(family, child):
            yield from _placed(family, known)
            family = []
        family.append(child)
    yield from _placed(family, known)


def _one_family(family: list[KnownPerson], child: KnownPerson) -> bool:
    keys = {home.key for home in child.facts.homes} & {home.key for home in family[-1].facts.homes}
    return bool(keys - {None}) and len(family) < _LARGEST_FAMILY


def _placed(family: list[KnownPerson], known: KnownPeople) -> Iterator[Linked]:
    for child, decided in zip(family, place_family(family, known), strict=True):
        yield Linked(
            contact_id=child.person_id,
            known_id="" if decided.outcome is Outcome.NEW else _named(decided, known),
            decision=decided.outcome,
            weight=None if decided.candidate is None else decided.candidate.weight,
            explanation=explain(decided, known.model, known.common.people),
        )


def _named(decided: Decided[int], known: KnownPeople) -> str:
    return "" if decided.candidate is None else known[decided.candidate.person].person_id
