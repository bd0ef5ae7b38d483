"""The release before beside this one, on one database and one Kafka, there and back: contacts flow, none is lost."""

import io
import os
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import docker
import pytest

from shared.ids import new_id
from tests.containers.stack import IMAGE, ROOT, SERVICES, Stack, until, why_no_engine

pytestmark = pytest.mark.timeout(900)
BEFORE = "mash-referral-router:before"


@pytest.fixture(scope="module")
def image_before(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Built from the commit before this one."""
    if reason := why_no_engine():
        pytest.skip(f"no container engine: {reason}")
    archive = subprocess.run(
        ["git", "archive", "--format=tar", "HEAD~1"], cwd=ROOT, capture_output=True, check=False, timeout=60
    )
    if archive.returncode != 0:
        pytest.skip(f"no commit before this one here: {archive.stderr.decode().strip()}")
    context: Path = tmp_path_factory.mktemp("before")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(context, filter="data")
    docker.from_env(timeout=600).images.build(
        path=str(context),
        dockerfile="deploy/image/Dockerfile",
        tag=BEFORE,
        buildargs={"PYTHON": os.environ.get("MASH_PYTHON_IMAGE", "docker.io/library/python:3.13-slim")},
    )
    return BEFORE


@pytest.fixture(scope="module")
def stack(image_before: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("upgraded"), f"mashup{new_id().hex[-8:]}")
    stack.environment |= {"MASH_IMAGE": image_before, "MASH_SLOT": ""}
    try:
        stack.up()
        stack.register()
        yield stack
    finally:
        stack.down(and_forget=True)


@dataclass
class Traffic:
    """An agency that sends one contact after the other."""

    stack: Stack
    sent: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    failed: list[BaseException] = field(default_factory=list)

    def run(self) -> None:
        number = 0
        try:
            while not self.over.wait(0.2):
                number += 1
                self.sent += self.stack.send("vcs", f"u{number}-{new_id().hex[-6:]}")
        except BaseException as error:
            self.failed.append(error)

    def goes_on(self) -> None:
        """Wait until more was sent."""
        before = len(self.sent)
        until(lambda: len(self.sent) > before + 2 or bool(self.failed), "contacts are sent", 60)
        assert self.failed == []


@contextmanager
def traffic(stack: Stack) -> Iterator[Traffic]:
    flowing = Traffic(stack)
    thread = threading.Thread(target=flowing.run, daemon=True)
    thread.start()
    try:
        yield flowing
    finally:
        flowing.over.set()
        thread.join(120)


def _image_of(stack: Stack, service: str) -> str:
    [container] = stack.compose("ps", "--quiet", service).split()
    return str(docker.from_env().api.inspect_container(container)["Config"]["Image"])


@pytest.mark.parametrize("image", [IMAGE, BEFORE], ids=["to this release", "back to the one before"])
def test_services_are_replaced_one_by_one_while_contacts_flow(stack: Stack, image: str) -> None:
    accepted = stack.ledger()["accepted"]
    assert isinstance(accepted, int)
    with traffic(stack) as flowing:
        flowing.goes_on()
        stack.environment["MASH_IMAGE"] = image
        if image == IMAGE:
            stack.mash("migrate")
        beside = [stack.compose("run", "--detach", "--no-deps", name).strip() for name in ("triage", "router")]
        flowing.goes_on()
        for service in SERVICES:
            stack.compose("up", "--detach", "--no-deps", "--wait", service)
            assert _image_of(stack, service).endswith(image)
            flowing.goes_on()
        for container in beside:
            docker.from_env().containers.get(container).remove(force=True)
    assert flowing.failed == []
    assert len(flowing.sent) > 15
    until(lambda: stack.settled(accepted + len(flowing.sent)), "every contact is settled", 120)
