"""The whole Medway year through the packs of Medway and of County Durham."""

from datetime import date
from typing import Any

import pytest

from deploy.mash.policy.backtest.command import try_simulated

LEVELS = ("1", "2", "3", "4", "5")


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """The year of seed 20261123, live by Medway's pack, tried with Durham's."""
    return try_simulated("medway", "county-durham", "medway", 9971, 20261123, date(2025, 12, 1))


def test_every_contact_of_the_year_has_an_answer_by_both_packs(report: dict[str, Any]) -> None:
    assert report["contacts"] == 9971
    assert sum(sum(row.values()) for row in report["levels"].values()) == 9971
    assert sum(sum(row.values()) for row in report["ratings"].values()) == 9971
    for side in ("live", "candidate"):
        assert sum(report["work"]["reasons"][side].values()) == 9971
        assert sum(week[side][level] for week in report["weeks"] for level in LEVELS) == 9971


def test_the_replay_finds_as_many_known_contacts_as_the_source_report_says(report: dict[str, Any]) -> None:
    assert report["known_within_12_months"] == 7678


def test_durham_moves_contacts_down_where_medway_raises_and_nowhere_up(report: dict[str, Any]) -> None:
    assert report["moved"]["up"] == 0
    assert report["moved"]["down"] > 300
    named = {row["factor"] for row in report["factors"][:6]}
    assert {"no longer third_low_level_contact +1", "no longer MI1 at level 3"} <= named


def test_every_area_and_agency_of_the_year_is_compared(report: dict[str, Any]) -> None:
    areas = {row["value"]: row["contacts"] for row in report["fairness"] if row["group"] == "area"}
    assert sum(areas.values()) == 9971
    assert max(areas, key=lambda name: areas[name]) == "Gillingham and Twydall"
    assert {row["value"] for row in report["fairness"] if row["group"] == "agency"} == {
        "police",
        "school",
        "health",
        "vcs",
    }
