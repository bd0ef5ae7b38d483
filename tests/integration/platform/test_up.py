"""`mash up` from its first start to its end, with parts of it killed on the way."""

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from shared.topics import all_topics
from tests.integration.platform.running_system import RunningSystem, mash, until

pytestmark = pytest.mark.timeout(400)
SAMPLE = Path(__file__).parents[3] / "deploy" / "samples" / "demo" / "05-vcs-debt.json"


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """One system for all; each test leaves it up."""
    running = RunningSystem(tmp_path_factory.mktemp("up") / "data")
    running.start()
    yield running
    running.end(signal.SIGKILL)
    until(lambda: not running.survivors(), "its children have ended")


def _settled(system: RunningSystem, contacts: int) -> bool:
    ledger = system.ledger()
    return ledger["accepted"] == contacts and ledger["in_flight"] == 0 and ledger["balanced"] is True


def _has_every_topic(system: RunningSystem) -> bool:
    return mash(system.directory, system.port, "topics").stdout.count("kept ") == len(all_topics())


def test_a_contact_goes_all_the_way(system: RunningSystem) -> None:
    sent = mash(system.directory, system.port, "submit", str(SAMPLE), "--agency", "vcs")
    assert sent.returncode == 0, sent.stderr
    assert ": receipt " in sent.stdout
    until(lambda: _settled(system, 1), "the contact is settled")


def test_every_demo_account_can_sign_in(system: RunningSystem) -> None:
    credentials = system.credentials()
    for member in credentials["staff"]:
        answer = httpx.post(
            f"{credentials['base_url']}/v1/sessions",
            json={"username": member["username"], "password": member["password"]},
            timeout=30,
        )
        assert (answer.status_code // 100, answer.json()["role"]) == (2, member["role"])


def test_a_second_start_in_the_same_directory_is_told_who_runs_it(system: RunningSystem) -> None:
    second = mash(system.directory, system.port, "up")
    assert system.process is not None
    assert second.returncode == 1
    assert second.stderr == (
        f"mash: {system.directory} is in use by process {system.process.pid}: "
        "stop that one, or set MASH_DATA_DIR to another\n"
    )


def test_a_taken_port_is_one_line_and_nothing_is_started(system: RunningSystem, tmp_path: Path) -> None:
    second = mash(tmp_path / "other", system.port, "up")
    assert second.returncode == 1
    assert second.stderr == f"mash: port {system.port} is taken: stop what uses it, or set MASH_PORT to another\n"
    assert not (tmp_path / "other").exists(), "a refused start leaves nothing behind"


@pytest.mark.parametrize("name", ["triage", "intake-console"])
def test_a_killed_service_is_started_again(system: RunningSystem, name: str) -> None:
    killed = system.pid_of(name)
    os.kill(killed, signal.SIGKILL)
    until(lambda: system.pid_of(name) != killed, f"{name} has another process")
    until(system.ready, "the system is ready")
    assert f"{name} ended (exit -9): starting it again" in system.output


@pytest.mark.parametrize("name", ["PostgreSQL", "Kafka"])
def test_a_killed_server_is_started_again_and_loses_nothing(system: RunningSystem, name: str) -> None:
    program = {"PostgreSQL": "postgres", "Kafka": "java"}[name]
    before = system.ledger()
    system.child(program).kill()
    until(lambda: f"{name} ended: starting it again" in system.output, "the supervisor noticed")
    until(system.ready, "the system is ready")
    until(lambda: _has_every_topic(system), "every topic is there")
    assert system.ledger() == before


def test_kafka_deleted_from_the_disk_comes_back_empty_at_the_same_address(system: RunningSystem) -> None:
    ports = (system.directory / "kafka" / "ports").read_text()
    before = system.ledger()
    shutil.rmtree(system.directory / "kafka")
    system.child("java").kill()
    until(lambda: _has_every_topic(system), "every topic is there")
    assert (system.directory / "kafka" / "ports").read_text() == ports
    assert system.ledger() == before


def test_an_orderly_end_leaves_no_process_and_the_next_start_everything(system: RunningSystem) -> None:
    before, password = system.ledger(), system.credentials()
    assert system.end(signal.SIGTERM) == 0
    assert system.survivors() == []
    assert "mash: stopped after" in system.output
    assert mash(system.directory, system.port, "ledger").returncode == 3
    system.start()
    assert (system.ledger(), system.credentials()) == (before, password)


def test_children_of_a_killed_supervisor_end_and_the_next_start_is_clean(system: RunningSystem) -> None:
    before = system.ledger()
    assert system.end(signal.SIGKILL) == -signal.SIGKILL
    system.start()  # At once: what the killed one left may still be ending.
    assert system.ledger() == before


def test_only_the_public_port_is_reachable_from_outside_if_one_asks_for_it(system: RunningSystem) -> None:
    listening = {
        (connection.laddr.ip.removeprefix("::ffff:"), connection.laddr.port)
        for process in system.survivors()
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN and connection.family in (socket.AF_INET, socket.AF_INET6)
    }
    assert {address for address, _ in listening} == {"127.0.0.1"}
