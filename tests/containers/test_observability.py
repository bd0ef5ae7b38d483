"""The observability profile on a real Prometheus: every service is scraped, every rule and panel is understood."""

import json
from collections.abc import Iterator

import docker
import httpx
import pytest
import yaml

from deploy.mash.embedded.ports import free_port
from shared.ids import new_id
from tests.containers.stack import ROOT, SERVICES, Stack, until, why_no_engine

pytestmark = pytest.mark.timeout(900)
OBSERVABILITY = ROOT / "deploy" / "observability"
RULES = yaml.safe_load((OBSERVABILITY / "alerts.yml").read_text())["groups"]
PANELS = json.loads((OBSERVABILITY / "grafana" / "dashboards" / "pipeline.json").read_text())["panels"]


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """One that scrapes a whole stack into which a contact has gone."""
    if reason := why_no_engine():
        pytest.skip(f"no container engine: {reason}")
    address = f"127.0.0.1:{free_port()}"
    stack = Stack(tmp_path_factory.mktemp("observed"), f"mashobs{new_id().hex[-8:]}")
    stack.environment["MASH_PROMETHEUS_ADDRESS"] = address
    try:
        stack.compose("--profile", "observability", "up", "--detach", "--wait", *SERVICES, "prometheus", seconds=600)
        stack.register()
        stack.send("vcs", "observed")
        with httpx.Client(base_url=f"http://{address}/api/v1", trust_env=False, timeout=30) as client:
            yield client
    finally:
        stack.compose("--profile", "observability", "down", "--timeout", "40", "--volumes")


def _asked(prometheus: httpx.Client, expression: str) -> list[object]:
    answer = prometheus.get("/query", params={"query": expression})
    assert answer.status_code == 200, answer.text
    found: list[object] = answer.json()["data"]["result"]
    return found


def test_every_service_is_scraped_with_the_token(prometheus: httpx.Client) -> None:
    def scraped() -> bool:
        targets = prometheus.get("/targets").json()["data"]["activeTargets"]
        health = {target["labels"]["service"]: target["health"] for target in targets}
        return health == dict.fromkeys(SERVICES, "up")

    until(scraped, "every service is scraped", 60)


def test_every_rule_is_loaded_and_healthy(prometheus: httpx.Client) -> None:
    def evaluated() -> bool:
        groups = prometheus.get("/rules").json()["data"]["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        wanted = sorted(rule["alert"] for group in RULES for rule in group["rules"])
        assert sorted(rule["name"] for rule in rules) == wanted
        return {rule["health"] for rule in rules} == {"ok"}

    until(evaluated, "every rule was evaluated", 60)


def test_every_panel_asks_for_something_that_is_measured(prometheus: httpx.Client) -> None:
    expressions = [target["expr"] for panel in PANELS for target in panel["targets"]]
    assert len(expressions) > 15
    until(lambda: _asked(prometheus, 'mash_messages_total{outcome="done"}') != [], "a contact was counted", 60)
    for expression in expressions:
        _asked(prometheus, expression)


def test_alerts_ring_when_they_should_and_not_before(prometheus: httpx.Client) -> None:
    assert prometheus is not None
    docker.from_env().containers.run(  # Raises with what it printed where an alert rings wrongly.
        "docker.io/prom/prometheus:v2.53.3",
        ["test", "rules", "/rules/alerts.test.yml"],
        entrypoint="/bin/promtool",
        volumes={str(OBSERVABILITY): {"bind": "/rules", "mode": "ro"}},
        remove=True,
    )
