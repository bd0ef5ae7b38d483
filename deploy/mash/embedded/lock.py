"""One process runs a data directory. The system drops the lock with the process, however that ends."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.mash.embedded.errors import EmbeddedError


class DirectoryLock:
    """Held from `with` to its end; the file names the process that holds it."""

    def __init__(self, path: Path) -> None:
        """path: of the lock file, in a directory that exists."""
        self._path = path
        self._file: int | None = None

    def __enter__(self) -> Self:
        """Raises EmbeddedError naming the process that has it."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(file, 20, 0).decode(errors="replace").strip() or "unknown"
            os.close(file)
            raise EmbeddedError(
                f"{self._path.parent} is in use by process {holder}: stop that one, or set MASH_DATA_DIR to another"
            ) from None
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        self._file = file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
