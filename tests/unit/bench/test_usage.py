"""Memory and processor time are those of a process with everything it started."""

import os
import subprocess
import sys
import time

import psutil
import pytest

from deploy.mash.bench.usage import Watch, megabytes, processor_seconds

_HOLDS_A_CHILD = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "held = bytearray(60_000_000); print('ready', flush=True); input()"],
                         stdin=subprocess.PIPE)
child.wait()
"""


def test_memory_of_children_counts() -> None:
    with subprocess.Popen([sys.executable, "-c", _HOLDS_A_CHILD], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        assert megabytes(parent.pid) > 60
        for child in psutil.Process(parent.pid).children():
            child.kill()


def test_processor_time_grows_with_work() -> None:
    before = processor_seconds(os.getpid())
    limit = time.process_time() + 0.1
    while time.process_time() < limit:
        pass

    assert processor_seconds(os.getpid()) - before == pytest.approx(0.1, abs=0.09)


def test_a_watch_keeps_the_peak_and_leaves_out_what_has_ended() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    with Watch(lambda: {"here": os.getpid(), "gone": ended.pid}) as watch:
        time.sleep(1.2)

    assert list(watch.peak_megabytes) == ["here"]
    assert list(watch.processor_seconds()) == ["here"]
