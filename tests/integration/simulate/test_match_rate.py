"""Known and new as the generator's history table says, beside what the matching rules find in the messages."""

import pytest

from services.triage.policy import load_policy
from shared.policy import read_pack
from shared.settings import CommonSettings
from tests.integration.simulate.matching import Score, score_year

POLICY_DIR = CommonSettings.model_fields["policy_dir"].default


@pytest.fixture(scope="module")
def medway() -> Score:
    """The Medway year of seed 20261123."""
    return score_year(9971, 20261123, load_policy(read_pack(POLICY_DIR, "county-durham", "continuum")).history)


def test_four_in_five_known_contacts_are_recognised_by_exact_rules_alone(medway: Score) -> None:
    assert sum(times for (true, _), times in medway.known.items() if true) == 7678
    assert medway.known[True, True] >= 0.8 * 7678


def test_new_children_are_hardly_ever_taken_for_known_ones(medway: Score) -> None:
    assert sum(times for (true, _), times in medway.known.items() if not true) == 2293
    assert medway.known[False, True] <= 5


def test_half_of_the_known_contacts_that_are_missed_are_before_a_practitioner(medway: Score) -> None:
    assert medway.review >= medway.known[True, False] / 2


def test_different_children_are_hardly_ever_filed_under_one_person(medway: Score) -> None:
    assert len(medway.children) > 4000
    assert medway.mixed_persons <= 5
