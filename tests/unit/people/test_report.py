"""The report says of each goal whether it is met."""

from deploy.mash.people.evaluation.data import Result, Tally
from deploy.mash.people.evaluation.report import report
from deploy.mash.people.evaluation.run import Run


def run(name: str, right: int, its: int, co_twins: int = 0) -> Run:
    def result(found: int, twins: int) -> Result:
        tally = Tally(contacts=1000, seen=800, right=found, wrong=1, reviews=20, helped=10, co_twins=twins)
        return Result(tally, {"moved": Tally(contacts=100, seen=100, right=found // 10)})

    return Run(name, ours=result(right, co_twins), splink=result(its, 9), splink_best=result(its, 9))


def test_goals_are_called_met_or_not() -> None:
    text = report([run("families 1", 780, 300), run("families 2", 770, 300)], None, "county-durham/matching@2026.2")
    assert "| families: co-twins never linked | 0 | met |" in text
    assert "| families: moved found twice as often | 0.775 to 0.300 | met |" in text
    assert "| families: recall with review 0.95 | 0.9812 | met |" in text
    assert "0.9994 (" not in text


def test_a_goal_missed_is_not_passed_over() -> None:
    text = report([run("families 1", 780, 775, co_twins=1)], None, "county-durham/matching@2026.2")
    assert "| families: co-twins never linked | 1 | NOT MET |" in text
    assert "| families: F1 at least 1.05 x Splink's best | 1.0033 x | NOT MET |" in text
