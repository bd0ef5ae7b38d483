"""The report quotes the pipeline beside the floor of its own run and says which goals were met."""

import io
import json

import pytest
from rich.console import Console

from deploy.mash.bench.floor import Floor
from deploy.mash.bench.percentiles import Latency
from deploy.mash.bench.phases import Bulk, Steady, Urgent
from deploy.mash.bench.replay import Replay, measure_replay
from deploy.mash.bench.report import Report, table_of


def a_report(
    *, bulk_seconds: float = 10.0, urgent_p99: float = 900.0, settled_p99: float = 300.0, replay_seconds: float = 3.5
) -> Report:
    """Floor 4,000/s before and 3,000/s after; 10,000 contacts."""
    return Report(
        seed=1,
        partitions=3,
        floor_before=Floor(messages=8_000, batch=500, partitions=3, seconds=2.0),
        floor_after=Floor(messages=6_000, batch=500, partitions=3, seconds=2.0),
        bulk=Bulk(contacts=10_000, accept_seconds=4.0, seconds=bulk_seconds, read_seconds=12.0),
        steady=Steady(50.0, settled=Latency(3_000, 60.0, settled_p99, 500.0), accept=Latency(3_000, 8.0, 41.0, 70.0)),
        urgent=Urgent(
            fewest_in_flight=18_000,
            most_in_flight=20_500,
            accept=Latency(100, 50.0, 350.0, 400.0),
            on_a_queue=Latency(100, 300.0, urgent_p99, 950.0),
            on_a_screen=Latency(100, 200.0, 700.0, 800.0),
        ),
        peak_megabytes={"triage": 123.4, "Kafka": 345.6},
        bulk_processor_seconds={"triage": 5.67},
        replay=Replay(9_971, replay_seconds),
    )


def _printed(report: Report) -> list[str]:
    console = Console(width=160, file=io.StringIO(), record=True)
    console.print(table_of(report))
    return console.export_text().splitlines()


def _line(report: Report, beginning: str) -> str:
    return next(line for line in _printed(report) if beginning in line)


def test_the_ratio_is_to_the_mean_of_both_floors() -> None:
    report = a_report(bulk_seconds=10.0)

    assert report.floor_per_second == 3_500
    assert report.bulk.per_second == 1_000
    assert report.ratio == pytest.approx(0.2857, abs=0.0001)


@pytest.mark.parametrize(
    ("changed", "goal", "met"),
    [
        ({"bulk_seconds": 11.4}, "ratio_first_bar", True),
        ({"replay_seconds": 5.0}, "replay_seconds", True),
        ({"replay_seconds": 5.01}, "replay_seconds", False),
        ({"bulk_seconds": 11.5}, "ratio_first_bar", False),
        ({"bulk_seconds": 8.1}, "ratio_goal", True),
        ({"bulk_seconds": 8.2}, "ratio_goal", False),
        ({"urgent_p99": 1_000.0}, "urgent_p99", True),
        ({"urgent_p99": 1_001.0}, "urgent_p99", False),
        ({"settled_p99": 401.0}, "settled_p99", False),
    ],
)
def test_a_goal_is_met_up_to_its_limit(changed: dict[str, float], goal: str, met: bool) -> None:
    assert a_report(**changed).goals()[goal] is met


def test_accepting_too_slowly_is_said_beside_the_goal() -> None:
    assert [cell.strip() for cell in _line(a_report(), "accepted at 50 a second, p99").split("│")[2:5]] == [
        "41 ms",
        "40 ms",
        "no",
    ]


def test_the_table_names_floor_pipeline_crowd_and_processes() -> None:
    printed = "\n".join(_printed(a_report()))

    assert "floor, four hops (4,000 before, 3,000 after)" in printed
    assert "pipeline, 10,000 contacts, submitted to settled" in printed
    assert "urgent to a queue, 18,000 to 20,500 routine in flight, p99" in printed
    assert "123 MB, 5.7 s" in printed


def test_the_json_holds_every_figure_and_the_ratio() -> None:
    written = json.loads(json.dumps(a_report().as_json()))

    assert written["floor_per_second"] == 3_500
    assert written["pipeline_per_second"] == 1_000
    assert written["steady"]["settled"]["p50"] == 60.0
    assert written["urgent"]["on_a_screen"]["p99"] == 700.0
    assert written["goals_met"]["settled_p50"] is True


def test_the_replay_stands_beside_its_goal() -> None:
    line = _line(a_report(replay_seconds=5.6), "back-test, 9,971 contacts through two continua")
    assert "5.6 s" in line
    assert "no" in line.split()


def test_a_replay_is_measured_without_any_server() -> None:
    replay = measure_replay(1, count=50)
    assert replay.contacts == 50
    assert 0 < replay.seconds < 60
