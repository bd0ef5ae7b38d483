"""Invented families, and what answers about them are worth."""

from deploy.mash.people.evaluation.data import Answer, Case, Data, families_data, score
from deploy.mash.people.evaluation.ours import answers_of_ours
from deploy.mash.people.families.generator import make_families
from deploy.mash.people.families.people import ON
from deploy.mash.people.families.tables import read_tables
from deploy.mash.people.training.levels import levels_of
from services.triage.domain.people.facts import Told
from services.triage.domain.people.weights import Field
from services.triage.matching_pack import load_model
from tests.builders.triage import POLICY_DIR

SMALL = make_families(7, known=800, contacts=500)


def case(row_id: str, child: str, *kinds: str, twin: str | None = None) -> Case:
    return Case(row_id, Told(), child, twin, frozenset(kinds))


def test_the_same_seed_makes_the_same_families_and_another_makes_others() -> None:
    again = make_families(7, known=800, contacts=500)
    assert again == SMALL
    assert make_families(8, known=800, contacts=500) != SMALL


def test_families_hold_every_kind_of_error_that_is_to_be_measured() -> None:
    kinds = {kind for row in SMALL.contacts for kind in row.kinds}
    assert kinds >= {
        "masked",
        "moved",
        "surname_changed",
        "typo",
        "nickname",
        "twin",
        "sibling",
        "unborn",
        "date_missing",
    }
    known = {row.child for row in SMALL.known}
    about_known = sum(row.child in known for row in SMALL.contacts) / len(SMALL.contacts)
    assert 0.65 < about_known < 0.85


def test_every_nhs_number_is_of_the_range_never_issued() -> None:
    numbers = [row.record.nhs_number for row in SMALL.known if "bad_number" not in row.kinds and row.record.nhs_number]
    assert len(numbers) > 100
    assert all(number.startswith("999") for number in numbers)


def test_the_generator_reads_no_table_of_the_matcher() -> None:
    tables = read_tables()
    assert len(tables.backgrounds) == 6
    assert "policy" not in str(type(tables).__module__)


def test_answers_are_counted_by_what_they_are_worth() -> None:
    data = Data(
        "by hand",
        known=(case("k1", "ann", twin="bea"), case("k2", "cid"), case("k3", "dot", "unborn")),
        contacts=(
            case("c1", "ann"),
            case("c2", "bea", "twin", twin="ann"),
            case("c3", "cid"),
            case("c4", "dot", "unborn"),
            case("c5", "eve"),
            case("c6", "eve"),
        ),
    )
    answers = {
        "c1": Answer("k1", linked=True),
        "c2": Answer("k1", linked=True),
        "c3": Answer("k2", linked=False),
        "c4": Answer("k3", linked=True),
        "c5": Answer(None, linked=False),
        "c6": Answer(None, linked=False),
    }
    total = score(data, answers).total
    assert (total.contacts, total.seen, total.right, total.wrong) == (6, 4, 2, 1)
    assert (total.reviews, total.helped, total.co_twins, total.unborn) == (1, 1, 1, 1)
    assert (round(total.precision, 3), total.recall, total.recall_with_review) == (0.667, 0.5, 0.75)


def test_the_model_in_force_links_no_twin_and_no_unborn_child_and_few_others_wrongly() -> None:
    data = families_data("small", SMALL)
    result = score(data, answers_of_ours(data, load_model(POLICY_DIR, "county-durham"), ON))
    assert result.total.co_twins == 0
    assert result.total.unborn == 0
    assert result.total.wrong <= 2
    assert result.total.f1 > 0.92
    assert result.total.recall_with_review > 0.94


def test_what_is_learnt_is_bounded_and_chance_agreement_of_numbers_stays_as_set_by_hand() -> None:
    by_hand = {
        Field.NHS_NUMBER: {"same": (0.95, 0.00002), "differ": (0.01, 0.98)},
        Field.HOME: {"part": (0.04, 0.003)},
    }
    learnt = {Field.NHS_NUMBER: {"same": (0.9612345, 0.00024)}, Field.HOME: {"part": (0.0, 0.0054)}}
    assert levels_of(learnt, by_hand, matching=0.00015) == {
        "nhs_number": {"same": (0.961, 0.00002), "differ": (0.01, 0.98)},
        "home": {"part": (0.003, 0.0054)},
    }
