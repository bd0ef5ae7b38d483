"""docker-compose.yml as an operations team runs it, with secrets, ports and a project name of its own."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import httpx

from deploy.mash.embedded.ports import free_port
from shared.ids import new_id
from tests.backends.containers import NoContainersError, check_engine

ROOT = Path(__file__).parents[2]
IMAGE = "mash-referral-router:local"
SERVICES = ("intake", "triage", "router", "notifier", "console")
SAMPLES = {
    "school": ROOT / "deploy" / "samples" / "school" / "attendance.csv",
    "police": ROOT / "deploy" / "samples" / "police" / "siblings.json",
    "vcs": ROOT / "deploy" / "samples" / "vcs" / "first.json",
}
_TYPES = {".csv": "text/csv", ".json": "application/json"}


def compose_program() -> list[str]:
    """How Compose is called here."""
    program = os.environ.get("MASH_TEST_COMPOSE")
    return [program] if program else ["docker", "compose"]


def why_no_engine() -> str | None:
    """Why the stack cannot be started here, or None where it can."""
    try:
        check_engine()
        subprocess.run([*compose_program(), "version"], capture_output=True, timeout=30, check=True)
    except (NoContainersError, OSError, subprocess.SubprocessError) as error:
        return f"{error}"
    return None


@cache
def build_image() -> None:
    """The image of this very code: one that lies there from a run before would be taken for it."""
    command = [*compose_program(), "build", "intake"]
    subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, timeout=600, check=True)


@dataclass
class Stack:
    """One compose project. `up` waits until everything is healthy."""

    directory: Path
    project: str
    environment: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        build_image()
        self.intake, self.console = (f"127.0.0.1:{free_port()}" for _ in range(2))
        self.environment = {
            **os.environ,
            "COMPOSE_PROJECT_NAME": self.project,
            "COMPOSE_PROGRESS": "quiet",
            "MASH_SECRETS": str(self.directory / "secrets"),
            "MASH_EDGE_NETWORK": f"172.30.{new_id().bytes[-1]}.0/24",
            "MASH_INTAKE_ADDRESS": self.intake,
            "MASH_CONSOLE_ADDRESS": self.console,
            "MASH_PUBLIC_URL": f"http://{self.console}",
        }
        subprocess.run([ROOT / "deploy" / "make-secrets", self.directory / "secrets"], check=True, capture_output=True)

    def compose(self, *arguments: str, seconds: float = 300) -> str:
        """What `docker compose` prints. Raises AssertionError with its errors where it fails."""
        done = subprocess.run(
            [*compose_program(), *arguments],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, (
            f"docker compose {' '.join(arguments)}: {done.stdout[-2000:]} {done.stderr[-4000:]}"
        )
        return done.stdout

    def up(self) -> float:
        """Bring everything up; returns in how many seconds it was healthy."""
        started = time.monotonic()
        self.compose("up", "--detach", "--wait", seconds=600)
        return time.monotonic() - started

    def down(self, *, and_forget: bool = False) -> None:
        """Take everything down; and_forget: its data too."""
        self.compose("down", "--timeout", "40", *(["--volumes"] if and_forget else []))

    def mash(self, *arguments: str) -> str:
        """What `mash` prints in a container of its own beside the services."""
        return self.compose("run", "--rm", "--no-deps", "-T", "migrate", *arguments)

    def register(self) -> None:
        """An agency of each kind that sends."""
        for kind in SAMPLES:
            printed = self.mash("access", "agency", f"{kind}-test", "--kind", kind, "--name", f"The {kind}")
            self.tokens[kind] = printed.split()[-1]

    def request(self, kind: str, key: str) -> tuple[dict[str, str], bytes]:
        """Headers and body of the sample of a kind, as a contact of its own under `key`."""
        sample = SAMPLES[kind]
        headers = {
            "Authorization": f"Bearer {self.tokens[kind]}",
            "Content-Type": _TYPES[sample.suffix],
            "Idempotency-Key": key,
        }
        return headers, _as_new(sample, key)

    def send(self, kind: str, key: str) -> list[str]:
        """Send the sample of a kind under a key until it is answered; returns its contacts."""
        headers, body = self.request(kind, key)
        for _ in range(300):
            try:
                url = f"http://{self.intake}/v1/contacts/{kind}"
                answer = httpx.post(url, content=body, headers=headers, timeout=10, trust_env=False)
            except httpx.HTTPError:
                time.sleep(0.3)
                continue
            if answer.status_code in (200, 201, 202):
                return [contact["contact_id"] for contact in answer.json()["contacts"]]
            assert answer.status_code in (429, 500, 502, 503), answer.text
            time.sleep(0.3)
        raise AssertionError("intake never answered")

    def ledger(self) -> Mapping[str, object]:
        """What `mash ledger --json` says."""
        printed = self.mash("ledger", "--json")
        found: Mapping[str, object] = json.loads(printed[printed.index("{") :])
        return found

    def settled(self, contacts: int) -> bool:
        """Whether so many were accepted and none is in flight."""
        ledger = self.ledger()
        return ledger["accepted"] == contacts and ledger["in_flight"] == 0 and ledger["balanced"] is True


def _as_new(sample: Path, key: str) -> bytes:
    """The sample under references of its own, so that it is another contact."""
    text = sample.read_text()
    for reference in ("PPN-", "FS-", "BW-"):
        text = text.replace(reference, f"{reference}{key}-")
    return text.encode()


def until(condition: Callable[[], bool], what: str, seconds: float = 120) -> None:
    """Wait for a condition; fails naming it."""
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.5)
