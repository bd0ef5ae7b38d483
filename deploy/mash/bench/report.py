"""What a run found: the table for people and the JSON for machines, each figure beside its goal."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from rich.table import Table

from deploy.mash.bench.floor import Floor
from deploy.mash.bench.phases import Bulk, Steady, Urgent
from deploy.mash.bench.replay import GOAL_SECONDS, Replay

FIRST_BAR, GOAL = 0.25, 0.35
SETTLED_P50, SETTLED_P99, ACCEPT_P99, URGENT_P99 = 100.0, 400.0, 40.0, 1000.0  # milliseconds


@dataclass(frozen=True)
class Report:
    """One run. Memory in megabytes at its peak and processor seconds during the bulk load, by process."""

    seed: int
    partitions: int
    floor_before: Floor
    floor_after: Floor
    bulk: Bulk
    steady: Steady
    urgent: Urgent
    peak_megabytes: Mapping[str, float]
    bulk_processor_seconds: Mapping[str, float]
    replay: Replay

    @property
    def floor_per_second(self) -> float:
        """The mean of the floor before and after the pipeline ran: the machine is shared."""
        return (self.floor_before.per_second + self.floor_after.per_second) / 2

    @property
    def ratio(self) -> float:
        """Contacts a second of the pipeline over messages a second of the floor."""
        return self.bulk.per_second / self.floor_per_second

    def goals(self) -> dict[str, bool]:
        """Which goals were met, by name."""
        return {
            "ratio_first_bar": self.ratio >= FIRST_BAR,
            "ratio_goal": self.ratio >= GOAL,
            "settled_p50": self.steady.settled.p50 <= SETTLED_P50,
            "settled_p99": self.steady.settled.p99 <= SETTLED_P99,
            "accept_p99": self.steady.accept.p99 <= ACCEPT_P99,
            "urgent_p99": self.urgent.on_a_queue.p99 <= URGENT_P99,
            "replay_seconds": self.replay.seconds <= GOAL_SECONDS,
        }

    def as_json(self) -> dict[str, object]:
        """Everything that was measured."""
        return {
            **asdict(self),
            "floor_per_second": self.floor_per_second,
            "pipeline_per_second": self.bulk.per_second,
            "ratio": self.ratio,
            "goals_met": self.goals(),
        }


def table_of(report: Report) -> Table:
    """The table that is printed."""
    table = Table(title=f"mash bench, seed {report.seed}, {report.partitions} partitions a routine topic")
    table.add_column("measure", overflow="fold")
    table.add_column("figure", justify="right")
    table.add_column("goal", justify="right")
    table.add_column("met", justify="center")
    for row in (*_rates(report), *_latencies(report), _replay(report)):
        table.add_row(*row)
    table.add_section()
    for name, peak in report.peak_megabytes.items():
        used = report.bulk_processor_seconds.get(name, 0.0)
        table.add_row(f"{name}: peak memory, processor time in the bulk load", f"{peak:,.0f} MB, {used:.1f} s", "", "")
    return table


def _rates(report: Report) -> list[tuple[str, str, str, str]]:
    bulk, met = report.bulk, report.goals()
    floors = f"{report.floor_before.per_second:,.0f} before, {report.floor_after.per_second:,.0f} after"
    return [
        (f"floor, four hops ({floors})", f"{_rate(report)}/s", "", ""),
        (f"pipeline, {bulk.contacts:,} contacts, submitted to settled", f"{bulk.per_second:,.0f}/s", "", ""),
        ("pipeline to floor, first bar", f"{report.ratio:.3f}", f"{FIRST_BAR}", _mark(met["ratio_first_bar"])),
        ("pipeline to floor, goal", f"{report.ratio:.3f}", f"{GOAL}", _mark(met["ratio_goal"])),
        ("all accepted after", f"{bulk.accept_seconds:.1f} s", "", ""),
        ("all settled after", f"{bulk.seconds:.1f} s", "", ""),
        ("all read, notices and screens included, after", f"{bulk.read_seconds:.1f} s", "", ""),
    ]


def _rate(report: Report) -> str:
    return f"{report.floor_per_second:,.0f}"


def _latencies(report: Report) -> list[tuple[str, str, str, str]]:
    steady, urgent, met = report.steady, report.urgent, report.goals()
    rate = f"at {steady.per_second:.0f} a second"
    crowd = f"{urgent.fewest_in_flight:,} to {urgent.most_in_flight:,} routine in flight"
    return [
        (f"submitted to settled {rate}, p50", _ms(steady.settled.p50), _ms(SETTLED_P50), _mark(met["settled_p50"])),
        (f"submitted to settled {rate}, p99", _ms(steady.settled.p99), _ms(SETTLED_P99), _mark(met["settled_p99"])),
        (f"accepted {rate}, p50", _ms(steady.accept.p50), "", ""),
        (f"accepted {rate}, p99", _ms(steady.accept.p99), _ms(ACCEPT_P99), _mark(met["accept_p99"])),
        (f"urgent accepted, {crowd}, p99", _ms(urgent.accept.p99), "", ""),
        (f"urgent to a queue, {crowd}, p50", _ms(urgent.on_a_queue.p50), "", ""),
        (f"urgent to a queue, {crowd}, p99", _ms(urgent.on_a_queue.p99), _ms(URGENT_P99), _mark(met["urgent_p99"])),
        ("urgent to a screener's screen, p99", _ms(urgent.on_a_screen.p99), "", ""),
    ]


def _replay(report: Report) -> tuple[str, str, str, str]:
    replay, met = report.replay, report.goals()["replay_seconds"]
    what = f"back-test, {replay.contacts:,} contacts through two continua"
    return what, f"{replay.seconds:.1f} s", f"{GOAL_SECONDS:.0f} s", _mark(met)


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:,.0f} ms"


def _mark(met: bool) -> str:
    return "yes" if met else "no"
