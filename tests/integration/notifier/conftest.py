"""Keeps the log of a test in memory: what fails here fails on purpose, many times."""

from collections.abc import Iterator, MutableMapping, Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs


@pytest.fixture(autouse=True)
def logged() -> Iterator[Sequence[MutableMapping[str, Any]]]:
    """What was logged, as fields."""
    with capture_logs() as entries:
        yield entries
