"""One run: floor, pipeline under its three loads, floor again."""

from collections.abc import Callable
from dataclasses import dataclass

from deploy.mash.bench.bodies import bulk_bodies, single_contacts, urgent_contacts
from deploy.mash.bench.floor import Floor, measure_floor
from deploy.mash.bench.pair import Pair
from deploy.mash.bench.phases import Bulk, Steady, Urgent, bulk, steady, urgent
from deploy.mash.bench.pipeline import Pipeline, running_pipeline
from deploy.mash.bench.replay import Replay
from deploy.mash.bench.report import Report
from deploy.mash.bench.usage import Watch
from deploy.mash.layout import Layout
from shared.ids import new_id
from shared.topics import ROUTINE_PARTITIONS

STEADY_PER_SECOND = 50.0
WARM_SINGLES = 100  # before the steady load: statements are compiled and connections open in a running system
AT_MOST = 6  # routine contacts submitted for the urgent phase, as a multiple of those in flight


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything. partitions: the most a topic gets; layout: where logs and the pair's data lie."""

    count: int
    steady_seconds: float
    in_flight: int
    urgent: int
    seed: int
    partitions: int
    layout: Layout


async def measure(plan: Plan, pair: Pair, replay: Replay, progress: Callable[[str], None]) -> Report:
    """Run everything. replay: measured before, without a server.

    Raises BenchFailed or EmbeddedError where it does not hold."""
    before = await _floor(plan, pair, progress)
    async with running_pipeline(pair, plan.layout, plan.partitions) as pipeline:
        with Watch(lambda: {**pipeline.pids(), **pair.pids}) as watch:
            quiet, loaded, used, crowded = await _loads(plan, pipeline, watch, progress)
    after = await _floor(plan, pair, progress)
    return Report(
        seed=plan.seed,
        partitions=_partitions(plan),
        floor_before=before,
        floor_after=after,
        bulk=loaded,
        steady=quiet,
        urgent=crowded,
        peak_megabytes=watch.peak_megabytes,
        bulk_processor_seconds=used,
        replay=replay,
    )


def _partitions(plan: Plan) -> int:
    return min(ROUTINE_PARTITIONS, plan.partitions)


async def _floor(plan: Plan, pair: Pair, progress: Callable[[str], None]) -> Floor:
    progress(f"floor: {plan.count:,} messages over four hops")
    logs = plan.layout.log("floor").parent
    return await measure_floor(pair.url, pair.bootstrap, logs, plan.count, partitions=_partitions(plan))


async def _loads(
    plan: Plan, pipeline: Pipeline, watch: Watch, progress: Callable[[str], None]
) -> tuple[Steady, Bulk, dict[str, float], Urgent]:
    run = new_id().hex
    singles = single_contacts(WARM_SINGLES + round(STEADY_PER_SECOND * plan.steady_seconds), plan.seed, run)
    await bulk(pipeline, list(bulk_bodies(1_000, plan.seed + 2, f"{run}-warm")))
    await steady(pipeline, singles[:WARM_SINGLES], STEADY_PER_SECOND)
    progress(f"steady: {STEADY_PER_SECOND:.0f} contacts a second for {plan.steady_seconds:.0f} s")
    quiet = await steady(pipeline, singles[WARM_SINGLES:], STEADY_PER_SECOND)
    progress(f"bulk: {plan.count:,} contacts")
    bodies = list(bulk_bodies(plan.count, plan.seed, run))
    idle = watch.processor_seconds()
    loaded = await bulk(pipeline, bodies)
    used = {name: seconds - idle.get(name, 0.0) for name, seconds in watch.processor_seconds().items()}
    progress(f"urgent: {plan.urgent} contacts while {plan.in_flight:,} routine ones are in flight")
    routine = bulk_bodies(AT_MOST * plan.in_flight, plan.seed, f"{run}-flood", first_row=plan.count)
    crowded = await urgent(pipeline, routine, urgent_contacts(plan.urgent, plan.seed, run), plan.in_flight)
    return quiet, loaded, used, crowded
