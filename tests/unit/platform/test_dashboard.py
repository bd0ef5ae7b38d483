"""The Grafana dashboard, read by the types that Grafana publishes for the release in docker-compose.yml.

What those types do not know is lost on the way through them: a misspelt option, a panel's setting of another release.
"""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from shared.settings import ROOT

DASHBOARD = json.loads((ROOT / "deploy/observability/grafana/dashboards/pipeline.json").read_text())


@pytest.fixture(scope="module", autouse=True)
def _panel_types() -> None:
    register_default_plugins()


def changes(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Where `after` lacks or changes something of `before`. What `after` adds are defaults."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            yield from changes(value, after.get(key), f"{path}/{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from changes(one, other, f"{path}/{number}")
    elif before != after:
        yield path


def through_grafana(dashboard: dict[str, Any]) -> Any:
    return json.loads(JSONEncoder(sort_keys=True).encode(Dashboard.from_json(copy.deepcopy(dashboard))))


def test_grafana_knows_everything_that_the_dashboard_says() -> None:
    assert list(changes(DASHBOARD, through_grafana(DASHBOARD))) == []


def test_a_misspelt_option_is_noticed() -> None:
    wrong = copy.deepcopy(DASHBOARD)
    wrong["panels"][1]["options"] = {"legned": {}}
    wrong["panels"][2]["fieldconfig"] = {}
    found = list(changes(wrong, through_grafana(wrong)))
    assert "/panels/1/options/legned" in found
    assert "/panels/2/fieldconfig" in found


def test_panels_have_ids_of_their_own_and_do_not_lie_on_each_other() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24
