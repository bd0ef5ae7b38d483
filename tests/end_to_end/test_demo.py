"""`mash demo --once` as a real process on a real PostgreSQL and a real Kafka, twice in the same data directory."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.mash.demo.samples import Sample, read_samples
from deploy.mash.embedded.ports import free_port

SAMPLES: tuple[Sample, ...] = tuple(named.sample for named in read_samples())
CONTACTS = sum(len(sample.contacts) for sample in SAMPLES)
_LONGEST_SECONDS = 240


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the command: its exit code, what it printed, its report, and what it left running."""

    exit_code: int
    output: str
    report: dict[str, Any]
    left: tuple[str, ...]


def _start(directory: Path, *options: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "deploy.mash.cli", "demo", *options],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "MASH_DATA_DIR": str(directory), "MASH_PORT": str(free_port())},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def _ended(process: "subprocess.Popen[str]", directory: Path) -> Run:
    try:
        output, _ = process.communicate(timeout=_LONGEST_SECONDS)
    finally:
        process.kill()
    report = directory / "demo-report.json"
    assert report.exists(), output
    return Run(process.returncode, output, json.loads(report.read_bytes()), tuple(_left_running(directory)))


def _left_running(directory: Path) -> Iterator[str]:
    """Command lines of processes that belong to the data directory."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            command = process.cmdline()
            theirs = process.environ().get("MASH_DATA_DIR") == str(directory) or str(directory) in " ".join(command)
            if theirs and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                yield " ".join(command)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    """A first run, and a quicker second one in the same data directory."""
    directory = tmp_path_factory.mktemp("demo") / "data"
    first = _ended(_start(directory, "--once"), directory)
    return first, _ended(_start(directory, "--once", "--seconds", "5"), directory)


@pytest.mark.parametrize("turn", [0, 1], ids=["first run", "second run"])
class TestBothRuns:
    """What holds the first time and every time after."""

    def test_it_ends_with_0_because_every_sample_settled_as_its_file_says(
        self, runs: tuple[Run, Run], turn: int
    ) -> None:
        assert runs[turn].exit_code == 0, runs[turn].output

    def test_it_leaves_nothing_running(self, runs: tuple[Run, Run], turn: int) -> None:
        assert runs[turn].left == ()

    def test_its_report_has_every_contact_with_its_place(self, runs: tuple[Run, Run], turn: int) -> None:
        contacts = runs[turn].report["contacts"]
        assert len(contacts) == CONTACTS
        assert Counter(contact["state"] for contact in contacts) == _expected_states()
        assert all(contact["seconds_to_settle"] < 30 for contact in contacts)

    def test_its_ledger_balances_with_nothing_in_flight(self, runs: tuple[Run, Run], turn: int) -> None:
        ledger = runs[turn].report["ledger"]
        assert ledger["balanced"] is True
        assert (ledger["accepted"], ledger["in_flight"], ledger["refused"]) == (CONTACTS, 0, 1)
        states = _expected_states()
        assert {name: ledger[name] for name in states} == states
        assert set(ledger["by_agency"]) == {"police-durham", "school-ferndale", "health-cddft", "vcs-brightwater"}


def test_a_second_run_loses_and_doubles_nothing(runs: tuple[Run, Run]) -> None:
    first, second = (run.report for run in runs)
    assert second["ledger"] == first["ledger"]
    assert _without_times(second) == _without_times(first)


def test_the_first_contact_is_placed_within_two_minutes(runs: tuple[Run, Run]) -> None:
    assert runs[0].report["seconds_to_first_placed"] < 120


def test_without_once_it_stays_up_until_ctrl_c_and_stops_cleanly(tmp_path: Path) -> None:
    directory = tmp_path / "data"
    process = _start(directory, "--seconds", "5")
    assert process.stdout is not None
    for line in process.stdout:
        if "stays up until Ctrl-C" in line:
            break
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    run = _ended(process, directory)
    assert (run.exit_code, run.left) == (0, ())
    assert run.report["ledger"]["balanced"] is True


def _expected_states() -> dict[str, int]:
    """The state in which each contact ends: that of its last step, else that of its first place."""
    ends: Counter[str] = Counter()
    for sample in SAMPLES:
        for place, contact in enumerate(sample.contacts, start=1):
            after = [step.then for step in sample.steps if step.contact == place]
            ends[(after[-1] if after else contact).state.value] += 1
    return dict(ends)


def _without_times(report: dict[str, Any]) -> list[dict[str, object]]:
    return [{name: value for name, value in line.items() if name != "seconds_to_settle"} for line in report["contacts"]]
