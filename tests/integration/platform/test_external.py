"""External mode and single commands: the servers are somebody else's, only addresses are given."""

import signal
from pathlib import Path

import httpx
import pytest

from deploy.mash.embedded.ports import free_port
from shared.topics import all_topics
from tests.integration.platform.conftest import Terminal
from tests.integration.platform.running_system import ROOT, until

pytestmark = pytest.mark.timeout(300)
SAMPLE = ROOT / "deploy" / "samples" / "demo" / "05-vcs-debt.json"


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def test_everything_runs_on_servers_of_somebody_else(terminal: Terminal) -> None:
    url = f"http://127.0.0.1:{terminal.environment['MASH_PORT']}"
    up = terminal.start("up", "--mode", "external")
    try:
        until(lambda: _answers(url), "intake and console are ready", 120)
        registered = terminal.mash("access", "agency", "vcs-test", "--kind", "vcs", "--name", "Test Charity")
        token = registered.stdout.strip()
        sent = terminal.mash("submit", str(SAMPLE), "--agency", "vcs", "--url", url, "--token", token)
        assert (sent.returncode, sent.stderr) == (0, "")
        until(lambda: '"in_flight": 0' in terminal.mash("ledger", "--json").stdout, "the contact is settled")
        password = terminal.mash("access", "staff", "alex", "--role", "ops").stdout.strip()
        session = httpx.post(f"{url}/v1/sessions", json={"username": "alex", "password": password}, timeout=30)
        assert session.json()["role"] == "ops"
        assert not Path(terminal.environment["MASH_DATA_DIR"], "demo-credentials.json").exists()
    finally:
        up.send_signal(signal.SIGTERM)
        assert up.wait(60) == 0


def test_steps_can_be_run_one_by_one_and_again(terminal: Terminal) -> None:
    for _ in range(2):
        migrated = terminal.mash("migrate")
        assert (migrated.returncode, migrated.stderr) == (0, "")
        assert "every schema is at its newest step" in migrated.stdout
        assert ":***@" in migrated.stdout
    assert terminal.mash("ledger").returncode == 0
    assert terminal.mash("topics").returncode == 0
    assert terminal.mash("topics").stdout.count("kept ") == len(all_topics())


def test_an_unknown_role_is_refused(terminal: Terminal) -> None:
    assert terminal.mash("migrate").returncode == 0
    refused = terminal.mash("access", "staff", "alex", "--role", "king")
    assert (refused.returncode, refused.stderr) == (
        2,
        "mash: no role king: there are screener, manager, ops and auditor\n",
    )


def test_a_service_alone_answers_and_stops_when_asked(terminal: Terminal) -> None:
    terminal.mash("migrate")
    terminal.mash("topics")
    port = free_port()
    service = terminal.start("serve", "router", "--port", str(port))
    until(lambda: _answers(f"http://127.0.0.1:{port}"), "the router is ready")
    assert "mash_messages_total" in httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text
    service.send_signal(signal.SIGTERM)
    assert service.wait(60) == 0


def test_a_stopping_service_says_so_and_still_answers_for_the_time_given(terminal: Terminal) -> None:
    terminal.mash("migrate")
    terminal.mash("topics")
    port = free_port()
    terminal.environment["MASH_DRAIN_SECONDS"] = "3"
    service = terminal.start("serve", "router", "--port", str(port))
    until(lambda: _answers(f"http://127.0.0.1:{port}"), "the router is ready")
    service.send_signal(signal.SIGTERM)
    until(lambda: httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 503, "it is not ready")
    assert httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200
    assert service.wait(60) == 0


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MASH_KEK", "short", "MASH_KEK: every line must be 32 bytes in base64"),
        ("MASH_KEK", "", "MASH_KEK"),
        ("MASH_AUTHORITY", "atlantis", "atlantis/"),
        ("MASH_BATCH_SIZE", "many", "MASH_BATCH_SIZE"),
    ],
)
def test_a_wrong_setting_is_one_line_and_exit_2(terminal: Terminal, name: str, value: str, said: str) -> None:
    terminal.environment[name] = value
    refused = terminal.mash("serve", "router", "--port", str(free_port()))
    assert refused.returncode == 2
    assert said in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_a_database_that_is_not_there_is_exit_3(terminal: Terminal) -> None:
    terminal.environment["MASH_DATABASE_URL"] = "postgresql+asyncpg://mash:secret@127.0.0.1:9/mash"
    for command in ("migrate", "ledger"):
        away = terminal.mash(command)
        assert away.returncode == 3
        assert away.stderr.count("\n") == 1
        assert "secret" not in away.stderr


def test_a_broker_that_is_not_there_is_exit_3(terminal: Terminal) -> None:
    terminal.environment["MASH_KAFKA_BOOTSTRAP"] = "127.0.0.1:9"
    away = terminal.mash("topics")
    assert away.returncode == 3
    assert away.stderr.splitlines()[-1].startswith("mash: Kafka does not answer at 127.0.0.1:9")


def test_an_address_that_is_none_is_a_usage_mistake(terminal: Terminal) -> None:
    terminal.environment["MASH_DATABASE_URL"] = "mysql://somewhere"
    assert terminal.mash("ledger").returncode == 2
