"""Child processes: they end with their parent, and only ours are ever ended."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from deploy.mash.children import Child, end_leftovers
from deploy.mash.embedded.errors import EmbeddedError
from deploy.mash.embedded.process import kill, last_words, leftovers, lives, quiet_environment, spawn, stop, wait_until

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal,time; signal.signal(15, signal.SIG_IGN); print('deaf',flush=True); time.sleep(60)",
]


def _spawn(command: list[str], directory: Path) -> subprocess.Popen[bytes]:
    return spawn(
        command,
        cwd=directory,
        log=directory / "log",
        death_signal=signal.SIGKILL,
        environment=quiet_environment(),
    )


def test_a_child_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    parent = (
        "import signal, sys, time; from pathlib import Path; from deploy.mash.embedded.process import *\n"
        f"child = spawn({SLEEP!r}, cwd=Path('/'), log=Path(sys.argv[1]), death_signal=signal.SIGTERM,"
        " environment={})\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", parent, str(tmp_path / "log")], cwd=root, stdout=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        child = psutil.Process(int(running.stdout.readline()))
        running.kill()
    gone_by = time.monotonic() + 10
    while lives(child) and time.monotonic() < gone_by:
        time.sleep(0.02)
    assert not lives(child)


def test_a_child_that_does_not_listen_is_killed_in_the_end(tmp_path: Path) -> None:
    child = _spawn(DEAF, tmp_path)
    wait_until(lambda: b"deaf" in (tmp_path / "log").read_bytes(), child, name="x", log=tmp_path / "log", seconds=10)
    assert stop(child, signal.SIGTERM, seconds=0.2) is False
    assert child.returncode == -signal.SIGKILL


def test_a_child_that_ends_at_once_is_told_of_with_its_last_words(tmp_path: Path) -> None:
    child = _spawn([sys.executable, "-c", "raise SystemExit('FATAL: no room')"], tmp_path)
    with pytest.raises(EmbeddedError, match=r"Thing ended at once \(exit 1\): FATAL: no room \(log: .*/log\)"):
        wait_until(lambda: False, child, name="Thing", log=tmp_path / "log", seconds=10)


def test_a_child_that_never_answers_is_given_up(tmp_path: Path) -> None:
    child = _spawn(SLEEP, tmp_path)
    with pytest.raises(EmbeddedError, match="Thing did not answer within 0 seconds"):
        wait_until(lambda: False, child, name="Thing", log=tmp_path / "log", seconds=0.1)
    kill(child)


def test_last_words_of_a_log_that_is_not_there_are_said_plainly(tmp_path: Path) -> None:
    assert last_words(tmp_path / "none") == "it said nothing"


def test_leftovers_are_known_by_name_and_directory(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    ours, other = _spawn(SLEEP, here), _spawn(SLEEP, there)
    name = psutil.Process(ours.pid).name()
    assert [process.pid for process in leftovers(name, here)] == [ours.pid]
    kill(ours)
    kill(other)


def _child(directory: Path, command: list[str], name: str = "one") -> Child:
    return Child(
        name=name,
        command=command,
        cwd=directory,
        environment=dict(os.environ),
        health_port=1,
        log=directory / "log",
        pid_file=directory / f"{name}.pid",
    )


def test_a_process_that_a_killed_parent_left_is_ended_by_the_next(tmp_path: Path) -> None:
    child = _child(tmp_path, SLEEP)
    child.start()
    assert end_leftovers(tmp_path, seconds=5) == ["one"]
    assert child.exit_code == -signal.SIGTERM
    assert not child.pid_file.exists()


def test_a_process_that_only_has_the_same_number_is_left_alone(tmp_path: Path) -> None:
    stranger = _spawn(SLEEP, tmp_path)
    (tmp_path / "one.pid").write_text(f"{stranger.pid} {psutil.Process(stranger.pid).create_time() - 3600}\n")
    assert end_leftovers(tmp_path, seconds=5) == []
    assert stranger.poll() is None
    kill(stranger)


def test_pauses_before_a_restart_grow_and_are_bounded(tmp_path: Path) -> None:
    child = _child(tmp_path, [sys.executable, "-c", ""])
    child.start()
    pauses = [child.pause_before_restart() for _ in range(9)]
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    child.stop()


def test_a_child_that_nobody_answers_for_is_not_ready(tmp_path: Path) -> None:
    assert _child(tmp_path, SLEEP).is_ready() is False
