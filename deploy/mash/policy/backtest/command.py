"""Where the contacts of a back-test come from, and where its report goes."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.mash.layout import Mistake
from deploy.mash.policy.backtest.page import page
from deploy.mash.policy.backtest.replay import Candidate, Continuum
from deploy.mash.policy.backtest.report import Tried, as_json
from deploy.mash.policy.backtest.run import run
from deploy.mash.policy.backtest.simulated import write_simulated
from deploy.mash.policy.choosing import directory_of, pack_of, versions_in
from services.intake.policy import danger_policy
from services.triage.domain.in_force import Policies
from services.triage.policy import load_policies, load_policy


def try_simulated(live: str, candidate: str, authority: str, count: int, seed: int, start: date) -> dict[str, object]:
    """The report over a simulated year of an authority."""
    before, after = _live(live), _candidate(candidate)
    known = directory_of(live)
    danger = danger_policy(known.path.parent, known.path.name)
    with TemporaryDirectory(prefix="mash-backtest-") as folder:
        parts = write_simulated(authority, count, seed, start, danger, Path(folder))
        return _report(before, after, f"simulated year of {authority}, seed {seed}", parts)


def _report(
    before: tuple[str, Continuum], after: tuple[str, Continuum], source: str, parts: Sequence[Path]
) -> dict[str, object]:
    tally, seconds = run(parts, before[1], after[1])
    return as_json(Tried(before[0], after[0], source, tally, seconds))


def _live(given: str) -> tuple[str, Continuum]:
    """An authority by all its versions, each on its days; anything else as one version."""
    if "@" in given or Path(given).is_file():
        return _candidate(given)
    policies: Policies = load_policies(versions_in(directory_of(given)))
    return " then ".join(policy.version for policy in policies.versions), policies


def _candidate(given: str) -> tuple[str, Continuum]:
    policy = load_policy(pack_of(given))
    return policy.version, Candidate(policy)


def write_report(report: dict[str, object], out: Path) -> None:
    """`backtest.json` and `backtest.html` in `out`. Raises Mistake where that is not allowed."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "backtest.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        (out / "backtest.html").write_text(page(report), encoding="utf-8")
    except OSError as error:
        raise Mistake(f"cannot write to {out}: {error.strerror}") from error
