import os
from pathlib import Path

import pytest

from deploy.mash.embedded.errors import EmbeddedError
from deploy.mash.embedded.lock import DirectoryLock


def test_a_second_start_is_refused_and_told_which_process_runs(tmp_path: Path) -> None:
    with (
        DirectoryLock(tmp_path / "lock"),
        pytest.raises(EmbeddedError, match=f"in use by process {os.getpid()}: stop that one, or set MASH_DATA_DIR"),
        DirectoryLock(tmp_path / "lock"),
    ):
        pass


def test_a_lock_file_that_a_dead_process_left_does_not_lock(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("999999\n")
    with DirectoryLock(tmp_path / "lock"):
        assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"


def test_the_directory_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with DirectoryLock(tmp_path / "lock"):
            pass
