"""`mash bench` at the terminal."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.mash.layout import Layout, Mistake, NotReachable, layout_from_environment
from deploy.mash.plan import PARTITIONS

if TYPE_CHECKING:
    from deploy.mash.bench.report import Report
    from deploy.mash.bench.run import Plan


def bench(
    quick: Annotated[bool, typer.Option("--quick", help="A quarter of everything, in a minute or two.")] = False,
    count: Annotated[int | None, typer.Option(min=500, help="Contacts of the bulk load, and floor messages.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same contacts.")] = 1,
    partitions: Annotated[int, typer.Option(min=1, help="Most a topic gets, floor and pipeline.")] = PARTITIONS,
    out: Annotated[Path | None, typer.Option(help="Write everything that was measured to this JSON file.")] = None,
) -> None:
    """Measure the pipeline beside the floor: what this Kafka and PostgreSQL do when nothing else has to be done.

    Starts an empty Kafka and PostgreSQL of its own below the data directory and stops everything at the end. To measure
    on others that nobody else uses, set MASH_BENCH_DATABASE_URL (a user who may create databases) and MASH_BENCH_KAFKA.
    """
    from rich.console import Console

    from deploy.mash.bench.report import table_of
    from deploy.mash.bench.run import Plan

    plan = Plan(
        count=count or (5_000 if quick else 20_000),
        steady_seconds=15 if quick else 60,
        in_flight=5_000 if quick else 20_000,
        urgent=40 if quick else 100,
        seed=seed,
        partitions=partitions,
        layout=Layout(layout_from_environment().directory / "bench"),
    )
    report = _measure(plan)
    Console().print(table_of(report))
    if out is not None:
        _write(report, out)


def _measure(plan: "Plan") -> "Report":
    import asyncio

    from aiokafka.errors import KafkaError
    from sqlalchemy.exc import SQLAlchemyError

    from deploy.mash.bench.pair import DATABASE_VARIABLE, KAFKA_VARIABLE, a_pair
    from deploy.mash.bench.replay import measure_replay
    from deploy.mash.bench.run import measure
    from deploy.mash.embedded.errors import EmbeddedError

    try:
        _say("replay: a year of contacts through two continua")
        replay = measure_replay(plan.seed)
        with a_pair(plan.layout, _say) as pair:
            return asyncio.run(measure(plan, pair, replay, _say))
    except* (Mistake, EmbeddedError) as failures:
        failure = _first(failures)
    except* (OSError, KafkaError, SQLAlchemyError) as failures:
        what = type(_first(failures)).__name__
        failure = NotReachable(f"{what}: do {DATABASE_VARIABLE} and {KAFKA_VARIABLE} name servers that answer?")
    raise failure


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


def _write(report: "Report", out: Path) -> None:
    import json

    try:
        out.write_text(json.dumps(report.as_json(), indent=2) + "\n")
    except OSError as error:
        raise Mistake(f"cannot write {out}: {error.strerror}") from error


def _say(line: str) -> None:
    print(f"mash: {line}", file=sys.stderr, flush=True)
