"""The compose stack: contacts go in at the published port and settle, whatever is killed, and survive a restart."""

import json
from collections.abc import Iterator

import docker
import httpx
import pytest

from shared.ids import new_id
from tests.backends.report import servers_used
from tests.backends.servers import Server
from tests.containers.stack import IMAGE, SERVICES, Stack, until, why_no_engine

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if reason := why_no_engine():
        pytest.skip(f"no container engine: {reason}")
    stack = Stack(tmp_path_factory.mktemp("compose"), f"mashtest{new_id().hex[-8:]}")
    try:
        servers_used["Compose"] = Server("", f"all services in containers, healthy after {stack.up():.0f} s")
        stack.register()
        yield stack
    finally:
        stack.down(and_forget=True)


def test_contacts_go_in_at_the_published_port_and_settle(stack: Stack) -> None:
    before = stack.ledger()["accepted"]
    assert isinstance(before, int)
    sent = [contact for kind in stack.tokens for contact in stack.send(kind, "first")]
    assert len(sent) == 5
    until(lambda: stack.settled(before + 5), "five contacts settle")


def test_only_intake_and_console_are_reached_from_here_and_tell_strangers_nothing(stack: Stack) -> None:
    published = {
        one["Service"]: one["Publishers"]
        for one in map(json.loads, stack.compose("ps", "--format", "json").splitlines())
        if any(port.get("PublishedPort") for port in one["Publishers"] or ())
    }
    assert sorted(published) == ["console", "intake"]
    assert {port["URL"] for ports in published.values() for port in ports} == {"127.0.0.1"}
    assert httpx.get(f"http://{stack.console}/metrics", trust_env=False).status_code == 401
    assert httpx.get(f"http://{stack.console}/sign-in", trust_env=False).status_code == 200
    assert httpx.get(f"http://{stack.console}/queues", trust_env=False).status_code in (303, 401)
    assert httpx.post(f"http://{stack.intake}/v1/contacts/vcs", json={}, trust_env=False).status_code == 401


@pytest.mark.parametrize("victim", [*SERVICES, "kafka", "postgres"])
def test_a_killed_container_loses_and_doubles_nothing(stack: Stack, victim: str) -> None:
    before = stack.ledger()["accepted"]
    assert isinstance(before, int)
    if victim not in ("intake", "postgres"):
        stack.compose("kill", "--signal", "KILL", victim)
        stack.send("vcs", f"down-{victim}")
        stack.compose("start", victim)
    else:
        stack.send("vcs", f"down-{victim}")
        stack.compose("kill", "--signal", "KILL", victim)
        stack.compose("start", victim)
    stack.send("school", f"after-{victim}")
    until(lambda: stack.settled(before + 2), f"both contacts settle although {victim} was killed")


def test_down_and_up_again_keeps_everything(stack: Stack) -> None:
    before = stack.ledger()
    stack.down()
    stack.up()
    assert stack.ledger() == before
    stack.send("vcs", "after-down")
    accepted = before["accepted"]
    assert isinstance(accepted, int)
    until(lambda: stack.settled(accepted + 1), "a contact settles after the restart")


def _in_image(stack: Stack, *command: str) -> str:
    return stack.compose("run", "--rm", "--no-deps", "-T", "--entrypoint", command[0], "migrate", *command[1:])


def test_the_image_runs_as_nobody_and_holds_nothing_to_climb_on(stack: Stack) -> None:
    assert _in_image(stack, "id", "-u").strip().endswith("10001")
    found = _in_image(
        stack, "sh", "-c", "find / -xdev -type f -perm /6000 2>/dev/null; find /opt/mash -writable 2>/dev/null"
    )
    assert found.strip() == ""
    refused = _in_image(stack, "sh", "-c", "touch /opt/mash/x /etc/x /x 2>&1 || true")
    assert refused.count("Read-only file system") == 3
    bill = json.loads(_in_image(stack, "cat", "/opt/mash/sbom.cdx.json"))
    assert bill["bomFormat"] == "CycloneDX"
    assert {"faststream", "aiokafka", "pydantic", "sqlalchemy"} <= {one["name"].lower() for one in bill["components"]}


def test_secrets_are_nowhere_in_the_image_or_in_what_an_engine_shows(stack: Stack) -> None:
    secrets = [file.read_text().strip() for file in (stack.directory / "secrets").iterdir() if file.is_file()]
    engine = docker.from_env()
    inspected = [engine.api.inspect_container(one) for one in stack.compose("ps", "--quiet").split()]
    assert len(inspected) == len(SERVICES) + 2
    shown = stack.compose("config") + json.dumps([inspected, engine.api.inspect_image(IMAGE)])
    assert [secret for secret in secrets if secret in shown] == []
