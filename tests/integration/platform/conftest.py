"""A terminal with the addresses of servers that somebody else runs."""

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.mash.embedded.kafka import EmbeddedKafka
from deploy.mash.embedded.ports import free_port
from tests.integration.platform.running_system import ROOT


@dataclass
class Terminal:
    """A terminal in which the addresses are set."""

    environment: dict[str, str]

    def mash(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "deploy.mash.cli", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "deploy.mash.cli", *arguments], cwd=ROOT, env=self.environment)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    """Of its own: the services read the topics of the catalogue."""
    started = EmbeddedKafka(tmp_path_factory.mktemp("external") / "kafka")
    started.start()
    yield started
    started.kill()


@pytest.fixture
def terminal(unmigrated_database: str, broker: EmbeddedKafka, tmp_path: Path) -> Terminal:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MASH_")}
    return Terminal(
        kept
        | {
            "MASH_DATABASE_URL": unmigrated_database,
            "MASH_KAFKA_BOOTSTRAP": broker.bootstrap,
            "MASH_KEK": base64.b64encode(b"k" * 32).decode(),
            "MASH_DATA_DIR": str(tmp_path / "data"),
            "MASH_TOPIC_PARTITIONS": "3",
            "MASH_SLOT": "0",
            "MASH_PORT": str(free_port()),
        }
    )
