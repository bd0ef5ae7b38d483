"""Hard cases decided by the model in force; each says in `hard_cases.yaml` what has to be decided and why."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.triage.domain.people.deciding import Outcome
from services.triage.domain.people.facts import Told, read_facts
from services.triage.domain.people.families import place_family
from services.triage.domain.people.known import KnownPeople, KnownPerson
from services.triage.domain.people.weights import Model
from services.triage.matching_pack import load_model
from tests.builders.triage import POLICY_DIR

DAY_OF_THE_FILES = date(2026, 6, 1)
CASES = yaml.safe_load((Path(__file__).parent / "hard_cases.yaml").read_text())
DURHAM = load_model(POLICY_DIR, "county-durham")


def person(person_id: str, record: dict[str, Any], model: Model) -> KnownPerson:
    forename, _, surname = record.get("name", "|").partition("|")
    address, _, postcode = record.get("at", "|").partition("|")
    told = Told(
        forename=forename.strip(),
        surname=surname.strip(),
        dob=str(record.get("born", "")),
        sex=record.get("sex", ""),
        address=address.strip(),
        postcode=postcode.strip(),
        nhs_number=record.get("nhs", ""),
        upn=record.get("upn", ""),
    )
    return KnownPerson(person_id, read_facts(told, model.words, DAY_OF_THE_FILES))


def strangers(crowd: dict[str, Any], model: Model) -> list[KnownPerson]:
    """Others at one address, whose names and dates have nothing to do with the case."""
    return [
        person(f"x{n}", {"name": f"{chr(65 + n % 26)}orvik{n} | Zumrath", "at": crowd["at"]}, model)
        for n in range(crowd["people"])
    ]


def decisions(case: dict[str, Any], model: Model) -> list[str]:
    register = [person(name, record, model) for name, record in case["known"].items()]
    known = KnownPeople(register + (strangers(case["crowd"], model) if "crowd" in case else []), model)
    told = [person(f"c{n}", record, model) for n, record in enumerate(case["contacts"], start=1)]
    groups: list[list[KnownPerson]] = []
    for child in told:
        if groups and groups[-1][-1].facts.homes == child.facts.homes:
            groups[-1].append(child)
        else:
            groups.append([child])
    said = []
    for group in groups:
        for decided in place_family(group, known):
            whose = "" if decided.candidate is None else known[decided.candidate.person].person_id
            said.append("new" if decided.outcome is Outcome.NEW else f"{decided.outcome.value} {whose}")
    return said


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_a_hard_case_is_decided_as_it_says(case: dict[str, Any]) -> None:
    assert decisions(case, DURHAM) == case["expect"], case["why"]


def test_there_are_many_hard_cases_and_each_gives_its_reason() -> None:
    assert len(CASES) >= 60
    assert all(len(case["why"]) > 15 for case in CASES)
    assert len({case["case"] for case in CASES}) == len(CASES)
