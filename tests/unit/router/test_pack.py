"""The packs: Durham's load whole, and a pack with a hole is refused by file, entry and remedy."""

import shutil
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.router.pack import load_routing
from shared.errors import SettingsError
from shared.topics import QUEUE_NAMES
from tests.builders.router import POLICY_DIR, TODAY, durham

Change = Callable[[dict[str, Any]], object]


def row(data: dict[str, Any], name: str) -> dict[str, Any]:
    rows = data["services"] if "services" in data else data["clocks"]
    return next(entry for entry in rows if entry["id"] == name)


def loaded_with(folder: Path, name: str, change: Change) -> str:
    """What the loader says about Durham's packs after one change."""
    shutil.copytree(POLICY_DIR / "county-durham", folder / "county-durham")
    path = folder / "county-durham" / f"{name}.yaml"
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    change(data)
    path.write_text(yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False), encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load_routing(folder, "county-durham", today=TODAY)
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "change", "entry", "remedy"),
    [
        ("catalogue", lambda d: row(d, "DUR-TAS").update(colour="blue"), "services[DUR-TAS].colour", "remove it"),
        ("catalogue", lambda d: row(d, "DUR-TAS").pop("source"), "services[DUR-TAS].source", "add it"),
        ("catalogue", lambda d: row(d, "DUR-TAS").update(age_bands=[1115]), "services[DUR-TAS].age_bands.0", "quote"),
        ("catalogue", lambda d: row(d, "DUR-TAS").update(topic="tass"), "services[DUR-TAS].topic", "exists"),
        (
            "catalogue",
            lambda d: row(d, "DUR-TAS").update(step_up=["ghost"]),
            "services[DUR-TAS]",
            "'ghost' is no queue",
        ),
        ("catalogue", lambda d: row(d, "DUR-TAS")["select"].update(any_of=["AT9"]), "services[DUR-TAS]", "'AT9' is no"),
        ("catalogue", lambda d: row(d, "DUR-TAS").update(outcome={"none": "HELP"}), "DUR-TAS].outcome", "'HELP' is no"),
        ("catalogue", lambda d: row(d, "DUR-TAS").update(outcome={}), "DUR-TAS].outcome", "no outcome for flag none"),
        ("catalogue", lambda d: row(d, "DUR-TAS").update(auto={"levels": [4]}), "DUR-TAS].auto", "levels 2 and 3"),
        ("catalogue", lambda d: row(d, "DUR-TAS").update(consent_needed=False), "DUR-TAS].auto", "without consent"),
        (
            "catalogue",
            lambda d: row(d, "DUR-TAC").update(auto={"levels": [2]}, consent_needed=True),
            "DUR-TAC].auto",
            "gated",
        ),
        ("catalogue", lambda d: row(d, "DUR-TAC").pop("gate"), "DUR-TAC].gate", "places go through people"),
        ("catalogue", lambda d: row(d, "DUR-TAC").update(gate="one-point"), "DUR-TAC].gate", "kind: gate"),
        ("catalogue", lambda d: row(d, "DUR-PREB").update(via="mash-screening"), "DUR-PREB].via", "remove via"),
        ("catalogue", lambda d: row(d, "DUR-FF").update(levels=[4]), "services", "no general service for level 5"),
        ("catalogue", lambda d: row(d, "DUR-UNI").update(levels=[2]), "services", "no general service for level 1"),
        ("catalogue", lambda d: row(d, "DUR-FC").update(valid_to=date(2020, 1, 1)), "services", "for level 3"),
        (
            "catalogue",
            lambda d: (
                row(d, "DUR-FC")["select"].update(levels=[2, 3]),
                row(d, "DUR-FC").update(auto={"levels": [2, 3]}),
            ),
            "DUR-FC].auto",
            "also takes level 2",
        ),
        ("catalogue", lambda d: row(d, "DUR-FF").update(open_case_levels=[]), "DUR-FF].open_case", "disagree"),
        ("catalogue", lambda d: row(d, "DUR-FF").pop("statutory_flags"), "DUR-FF", "level alone cannot choose"),
        ("catalogue", lambda d: row(d, "DUR-STR").pop("select"), "DUR-STR].select", "give a role"),
        (
            "catalogue",
            lambda d: row(d, "DUR-EDGE").update(select={"role": "decides"}, age_bands=[]),
            "DUR-EDGE].select",
            "any_of",
        ),
        ("catalogue", lambda d: row(d, "DUR-TAS").update(queue="tac"), "DUR-TAS].queue", "twice"),
        ("catalogue", lambda d: row(d, "DUR-TAS").update(id="DUR-TAC"), "services[DUR-TAC]", "twice"),
        ("catalogue", lambda d: d["people"]["danger"].update(queue="one-point"), "people.danger", "no queue of people"),
        ("catalogue", lambda d: d["people"].pop("places"), "people.places", "add it"),
        ("catalogue", lambda d: d["closing_outcomes"]["codes"].append("GONE"), "closing_outcomes", "'GONE' is no"),
        ("catalogue", lambda d: d["notes"][0].update(indicators=["AL9"]), "notes[lado]", "'AL9' is no"),
        ("catalogue", lambda d: d["never_automatic_with"]["codes"].append("x"), "never_automatic_with", "'x' is no"),
        ("catalogue", lambda d: d["rating_of_level"].pop(), "rating_of_level", "level 5 has no rating"),
        ("catalogue", lambda d: d.update(service=[]), "service", "no section"),
        ("catalogue", lambda d: d.pop("notes"), "notes", "add this section"),
        ("catalogue", lambda d: d.update(valid_from=date(2027, 4, 1)), "valid_from", "keep the version in force"),
        ("clocks", lambda d: d["clocks"].remove(row(d, "RATING_RED")), "clocks[RATING_RED]", "missing"),
        ("clocks", lambda d: d["clocks"].remove(row(d, "REREFER")), "clocks[REREFER]", "kind told"),
        (
            "clocks",
            lambda d: row(d, "DECISION").update(applies={"ratings": ["RED"]}),
            "clocks[DECISION]",
            "every contact",
        ),
        ("clocks", lambda d: row(d, "RATING_RED").pop("hours"), "clocks[RATING_RED]", "needs hours"),
        ("clocks", lambda d: row(d, "RATING_RED").update(applies={"ratings": ["PURPLE"]}), "RATING_RED]", "'PURPLE'"),
        ("clocks", lambda d: row(d, "ASSESS")["applies"].update(queues=["ghost"]), "clocks[ASSESS]", "'ghost'"),
        ("clocks", lambda d: row(d, "WRITTEN").pop("kept_by"), "clocks[WRITTEN]", "kept_by"),
        ("clocks", lambda d: row(d, "REREFER").update(kind="follow"), "clocks[REREFER]", "no clock in months"),
        ("clocks", lambda d: d["alert_points"].update(percent=[80, 50, 100]), "alert_points.percent", "must rise"),
        ("clocks", lambda d: d["alert_points"].update(percent=[50, 80]), "alert_points.percent", "breach"),
        ("clocks", lambda d: d["office_hours"].update(closes="08:00"), "office_hours", "close before they open"),
        ("clocks", lambda d: d["office_hours"].update(opens="half past eight"), "office_hours.opens", "08:30"),
        ("clocks", lambda d: d["contact_numbers"].pop("out_of_hours"), "contact_numbers.out_of_hours", "add it"),
        (
            "clocks",
            lambda d: d["contact_numbers"]["out_of_hours"].update(number=" "),
            "contact_numbers.out_of_hours",
            "number people shall ring",
        ),
        ("clocks", lambda d: d["working_days"].update(weekdays=[]), "working_days.weekdays", "at least one"),
        ("clocks", lambda d: d.update(time_zone="UTC"), "time_zone", "Europe/London"),
        ("localities", lambda d: d["districts"][0].update(team="ff-nowhere"), "districts[DH1]", "'ff-nowhere' is no"),
        ("localities", lambda d: d["districts"][0].update(hub="hub-seaham"), "districts[DH1]", "different localities"),
        ("localities", lambda d: d["intensive_teams"][0]["supports"].pop(), "ff-stanley", "no intensive team"),
        ("localities", lambda d: d["intensive_teams"][1]["supports"].append("ff-consett"), "ifs-chester", "already"),
        (
            "localities",
            lambda d: d.update(
                districts=[
                    r
                    for r in d["districts"]
                    if not r["district"].startswith("SR") and r["district"] not in ("TS27", "TS28")
                ]
            ),
            "localities[easington]",
            "no postcode district",
        ),
    ],
)
def test_a_pack_with_a_hole_is_refused(tmp_path: Path, name: str, change: Change, entry: str, remedy: str) -> None:
    said = loaded_with(tmp_path, name, change)
    assert f"{name}.yaml: " in said
    assert entry in said
    assert remedy in said


def test_an_authority_without_packs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is MASH_AUTHORITY right"):
        load_routing(tmp_path, "county-durham", today=TODAY)


def test_durham_has_four_localities_fourteen_teams_seven_pairs_and_ten_hubs() -> None:
    localities = durham().localities
    assert Counter(kind.value for kind in localities.teams.values()) == {
        "families_first": 14,
        "intensive": 7,
        "hub": 10,
    }
    assert {district.locality for district in localities.districts.values()} == {
        "derwentside-chester",
        "easington",
        "south-west",
        "durham-city",
    }
    assert {"".join(filter(str.isalpha, name)) for name in localities.districts} == {"DH", "DL", "SR", "NE", "TS"}


def test_every_durham_queue_is_read_from_a_known_topic() -> None:
    by_topic: dict[str, set[str]] = {}
    for entry in durham().catalogue.entries:
        by_topic.setdefault(entry.topic, set()).add(entry.through)
    assert set(by_topic) == set(QUEUE_NAMES)
    assert by_topic["mash"] == {"mash-urgent", "mash-screening", "mash-identity", "mash-restricted"}
    assert {name: by_topic[name] for name in ("one-point", "families-first", "tas", "tac", "maps", "vcs-alliance")} == {
        "one-point": {"one-point"},
        "families-first": {"families-first"},
        "tas": {"tas"},
        "tac": {"tac"},
        "maps": {"maps"},
        "vcs-alliance": {"vcs-alliance"},
    }


def test_a_row_counts_only_from_the_day_it_comes_into_force() -> None:
    assert durham().catalogue.in_force(date(2018, 4, 1)).entry("durham-works") is None
    assert durham().catalogue.in_force(date(2018, 7, 1)).entry("durham-works") is not None


def test_both_telephone_numbers_come_from_the_range_kept_for_drama() -> None:
    front_door = durham().front_door
    assert (front_door.number, front_door.out_of_hours) == ("01632 960001", "01632 960002")
