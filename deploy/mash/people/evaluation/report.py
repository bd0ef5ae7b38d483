"""The report of `mash people evaluate` in Markdown, goals first, met or not."""

import statistics
from collections.abc import Callable, Sequence

from deploy.mash.people.evaluation.data import Result, Tally
from deploy.mash.people.evaluation.run import Run

_COLUMNS: tuple[tuple[str, Callable[[Tally], float], str], ...] = (
    ("precision", lambda tally: tally.precision, ".4f"),
    ("recall", lambda tally: tally.recall, ".4f"),
    ("F1", lambda tally: tally.f1, ".4f"),
    ("recall with review", lambda tally: tally.recall_with_review, ".4f"),
    ("F1 with review", lambda tally: tally.f1_with_review, ".4f"),
    ("reviews", lambda tally: tally.review_rate, ".2%"),
    ("false links per 1,000", lambda tally: tally.wrong_per_thousand, ".2f"),
    ("co-twins linked", lambda tally: tally.co_twins, ".0f"),
    ("unborn linked", lambda tally: tally.unborn, ".0f"),
)


def report(families: Sequence[Run], febrl: Run | None, version: str) -> str:
    """Everything that was measured. families: one run for each seed."""
    parts = [f"# Finding the same child: {version} beside Splink 5", _goals(families, febrl)]
    if families:
        parts += [_spread(families), _kinds(families)]
    if febrl is not None:
        rows = [("ours, with guards", febrl.ours), ("ours, weights alone", febrl.weights_alone)]
        rows += [("Splink, threshold from FEBRL 3", febrl.splink), ("Splink at its best", febrl.splink_best)]
        parts += ["## FEBRL 4", _table(rows)]
    return "\n\n".join(parts) + "\n"


def _goals(families: Sequence[Run], febrl: Run | None) -> str:
    rows: list[tuple[str, str, bool]] = []
    if families:
        ours, best = (_sum([getattr(run, name) for run in families]) for name in ("ours", "splink_best"))
        total, ratio = ours.total, ours.total.f1 / max(1e-9, best.total.f1)
        moved, its = (side.kinds.get("moved", Tally()).recall for side in (ours, best))
        rows = [
            ("families: F1 at least 1.05 x Splink's best", f"{ratio:.4f} x", ratio >= 1.05),
            ("families: recall with review 0.95", f"{total.recall_with_review:.4f}", total.recall_with_review >= 0.95),
            ("families: at most 8% reviews", f"{total.review_rate:.2%}", total.review_rate <= 0.08),
            (
                "families: at most 3 false links per 1,000",
                f"{total.wrong_per_thousand:.2f}",
                total.wrong_per_thousand <= 3,
            ),
            ("families: co-twins never linked", f"{total.co_twins}", total.co_twins == 0),
            ("families: unborn never linked", f"{total.unborn}", total.unborn == 0),
            ("families: moved found twice as often", f"{moved:.3f} to {its:.3f}", moved >= 2 * its),
        ]
    if febrl is not None:
        for name, tally in (("weights alone", febrl.weights_alone.total), ("with guards", febrl.ours.total)):
            met = tally.f1 >= 0.99 and tally.precision >= 0.999
            rows.append(
                (f"FEBRL 4, {name}: F1 0.99 at precision 0.999", f"{tally.f1:.4f} at {tally.precision:.4f}", met)
            )
    lines = [f"| {goal} | {found} | {'met' if met else 'NOT MET'} |" for goal, found, met in rows]
    return "\n".join(["## Goals", "", "| goal | found | |", "| --- | --- | --- |", *lines])


def _spread(runs: Sequence[Run]) -> str:
    sides = (("ours", "ours"), ("Splink, threshold from another seed", "splink"), ("Splink at its best", "splink_best"))
    lines = ["| linker | " + " | ".join(name for name, _, _ in _COLUMNS) + " |", "| --- " * (len(_COLUMNS) + 1) + "|"]
    for shown, name in sides:
        cells = [_range([of(getattr(run, name).total) for run in runs], form) for _, of, form in _COLUMNS]
        lines.append(f"| {shown} | {' | '.join(cells)} |")
    seconds = [statistics.fmean(run.seconds[side] for run in runs) for side in (0, 1)]
    told = (
        f"Mean of {len(runs)} seeds (lowest to highest). Seconds a run: ours {seconds[0]:.1f}, Splink {seconds[1]:.1f}."
    )
    return "\n".join(["## Families", "", told, "", *lines])


def _range(values: Sequence[float], form: str) -> str:
    mean, low, high = (format(value, form) for value in (statistics.fmean(values), min(values), max(values)))
    return mean if low == high else f"{mean} ({low} to {high})"


def _kinds(runs: Sequence[Run]) -> str:
    ours, best = (_sum([getattr(run, name) for run in runs]) for name in ("ours", "splink_best"))
    lines = [
        "| kind | contacts | recall | with review | false links | Splink's recall | its false links |",
        "| --- " * 7 + "|",
    ]
    for kind, tally in sorted(ours.kinds.items()):
        its = best.kinds.get(kind, Tally())
        lines.append(
            f"| {kind.replace('_', ' ')} | {tally.contacts} | {tally.recall:.3f} | {tally.recall_with_review:.3f} "
            f"| {tally.wrong} | {its.recall:.3f} | {its.wrong} |"
        )
    return "\n".join(["## By kind of error", "", *lines])


def _table(rows: Sequence[tuple[str, Result]]) -> str:
    lines = ["| linker | " + " | ".join(name for name, _, _ in _COLUMNS) + " |", "| --- " * (len(_COLUMNS) + 1) + "|"]
    for name, result in rows:
        lines.append(f"| {name} | {' | '.join(format(of(result.total), form) for _, of, form in _COLUMNS)} |")
    return "\n".join(lines)


def _sum(results: Sequence[Result]) -> Result:
    total = Result()
    for result in results:
        total.add(result)
    return total
