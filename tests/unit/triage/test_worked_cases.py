"""Worked cases: what a practitioner would expect of each contact, written out in every pack's `examples.yaml`."""

from pathlib import Path

import pytest
import yaml

from services.triage.domain.policy import Policy
from services.triage.examples import Answer, Examples, answers, read_examples, without_example
from services.triage.policy import load_policy
from shared.errors import SettingsError
from shared.policy import read_pack
from tests.builders.triage import POLICY_DIR

AUTHORITIES = ("county-durham", "medway", "north-tyneside")


def pack(authority: str) -> tuple[Examples, Policy]:
    policy = load_policy(read_pack(POLICY_DIR, authority, "continuum"))
    return read_examples(read_pack(POLICY_DIR, authority, "examples")), policy


def _every_answer() -> list[Answer]:
    return [answer for authority in AUTHORITIES for answer in answers(*pack(authority))]


@pytest.mark.parametrize("answer", _every_answer(), ids=lambda answer: answer.example.case)
def test_a_worked_case_ends_as_a_practitioner_expects(answer: Answer) -> None:
    assert answer.given == answer.expected


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_every_indicator_danger_criterion_and_multiplier_has_a_worked_case(authority: str) -> None:
    examples, policy = pack(authority)
    assert len(examples.cases) >= 238
    assert list(without_example(answers(examples, policy), policy)) == []
    assert len({example.case for example in examples.cases}) == len(examples.cases)


def test_what_no_example_shows_is_named() -> None:
    examples, policy = pack("county-durham")
    kept = tuple(one for one in examples.cases if "SA2" not in one.concerns)
    assert list(without_example(answers(examples.model_copy(update={"cases": kept}), policy), policy)) == [
        "indicators: SA2: no example shows it; add a case in which it counts",
        "danger: sexual_abuse_disclosure: no example shows it; add a case in which it counts",
        "danger: sexual_abuse_disclosure: no example shows that nothing lowers it; add a case with help: every_help",
    ]


def test_a_wrong_answer_says_what_was_given_and_what_was_expected() -> None:
    examples = pack("medway")[0]
    durham = pack("county-durham")[1]
    different = {one.example.case: one.difference for one in answers(examples, durham) if one.difference}
    assert different["MI1 single short missing episode, returned"] == "level 2 and not 3"
    assert different["third contact of level 3 in 90 days becomes level 4 with its flag"] == (
        "level 3 and not 4, rating GREEN and not AMBER, flag none and not s17, person history_review and not level_4_5"
    )


def test_an_example_that_cannot_be_read_names_its_line(tmp_path: Path) -> None:
    lines = (POLICY_DIR / "medway" / "examples.yaml").read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if "DA1 parental conflict" in line)
    lines[at] = lines[at].replace("level: 2", "level: two")
    (tmp_path / "medway").mkdir()
    (tmp_path / "medway" / "examples.yaml").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(SettingsError, match=f"examples.yaml: line {at + 1}: cases: 0: expect: level"):
        read_examples(read_pack(tmp_path, "medway", "examples"))


def test_examples_are_written_as_plain_data() -> None:
    for authority in AUTHORITIES:
        data = yaml.safe_load((POLICY_DIR / authority / "examples.yaml").read_text(encoding="utf-8"))
        assert data["authority"] == authority
