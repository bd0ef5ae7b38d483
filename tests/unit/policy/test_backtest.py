"""A back-test: who would move, why, for whom; pure, repeatable, and the same in parts as in one piece."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.mash.policy.backtest.command import try_simulated
from deploy.mash.policy.backtest.intervals import wilson
from deploy.mash.policy.backtest.page import page
from deploy.mash.policy.backtest.records import Before, Record, Replayed, line_of_before, line_of_contact, read_line
from deploy.mash.policy.backtest.replay import Candidate, replay
from deploy.mash.policy.backtest.report import Tried, as_json
from deploy.mash.policy.backtest.tally import Tally, tallied
from deploy.mash.policy.command import policy
from services.triage.domain.outcomes import Reason
from services.triage.policy import load_policy
from shared.policy import read_pack
from tests.builders.triage import POLICY_DIR, RECEIVED_AT, a_child_aged, a_contact, durham

DURHAM = Candidate(durham())
MEDWAY = Candidate(load_policy(read_pack(POLICY_DIR, "medway", "continuum")))


def a_record(person: int, *themes: str, days: int = 0, **changes: object) -> Replayed:
    contact = a_contact(*themes, received_at=RECEIVED_AT + timedelta(days=days), **changes)
    return Replayed(f"contact {person}-{days}", person, "Gillingham", None, contact)


SOME: list[Record] = [
    Before(1, date(2025, 12, 1)),
    a_record(1, "XC1"),
    a_record(2, "NE2", agency_kind="health"),
    a_record(3, "MI1", subject=a_child_aged(4)),
    a_record(4, "AT2"),
    a_record(4, "AT2", days=10),
    a_record(4, "AT2", days=20),
]


def report(records: list[Record], live: Candidate = DURHAM, candidate: Candidate = MEDWAY) -> dict[str, object]:
    tally = tallied(replay(records, live, candidate))
    return as_json(Tried(live.policy.version, candidate.policy.version, "a test", tally, 0.0))


def test_a_pack_beside_itself_moves_nobody() -> None:
    found = report(SOME, MEDWAY, MEDWAY)
    assert found["moved"] == {"up": 0, "down": 0, "same": 6}
    assert found["factors"] == []
    assert found["moved_furthest"] == []


def test_who_would_move_and_why_is_said_by_level_and_by_name_of_factor() -> None:
    found = report(SOME)
    assert found["contacts"] == 6
    assert found["moved"] == {"up": 3, "down": 0, "same": 3}
    assert found["levels"] == {
        "1": {"1": 0, "2": 0, "3": 0, "4": 0, "5": 0},
        "2": {"1": 0, "2": 0, "3": 1, "4": 0, "5": 0},
        "3": {"1": 0, "2": 0, "3": 2, "4": 2, "5": 0},
        "4": {"1": 0, "2": 0, "3": 0, "4": 1, "5": 0},
        "5": {"1": 0, "2": 0, "3": 0, "4": 0, "5": 0},
    }
    assert found["factors"] == [
        {"factor": "no longer MI1 at level 2", "up": 1, "down": 0},
        {"factor": "no longer XC1 at level 2", "up": 1, "down": 0},
        {"factor": "no longer third_low_level_contact", "up": 1, "down": 0},
        {"factor": "now MI1 at level 3", "up": 1, "down": 0},
        {"factor": "now XC1 at level 3", "up": 1, "down": 0},
        {"factor": "now third_low_level_contact +1", "up": 1, "down": 0},
    ]


def test_the_change_in_screeners_work_counts_contacts_that_people_decide() -> None:
    work = report(SOME)["work"]
    assert isinstance(work, dict)
    assert (work["live"], work["candidate"]) == (2, 3)
    assert (work["only live"], work["only candidate"]) == (0, 1)
    assert work["reasons"]["live"] == {"history_review": 1, "level_4_5": 1, "none": 4}
    assert work["reasons"]["candidate"] == {"level_4_5": 3, "none": 3}


def test_fairness_counts_each_group_with_its_interval() -> None:
    rows = report(SOME)["fairness"]
    assert isinstance(rows, list)
    by = {(row["group"], row["value"]): row for row in rows}
    assert {group for group, _ in by} == {"age band", "sex", "ethnicity", "agency", "area"}
    under_1 = by["age band", "under_1"]
    assert (under_1["contacts"], under_1["up"], under_1["down"]) == (1, 1, 0)
    assert under_1["up_share"] == {"share": 1.0, "low": 0.2065, "high": 1.0}
    health = by["agency", "health"]
    assert health["candidate_level_4_5"] == {"share": 1.0, "low": 0.2065, "high": 1.0}
    assert health["up_share"] == {"share": 0.0, "low": 0.0, "high": 0.7935}


def test_each_side_keeps_the_history_it_would_have_made() -> None:
    contacts = [a_record(9, "MI1"), a_record(9, "MI1", days=10), a_record(9, "MI1", days=20)]
    compared = list(replay(contacts, DURHAM, MEDWAY))
    assert [(one.live.level, one.candidate.level) for one in compared] == [(2, 3), (2, 3), (4, 4)]


def test_parts_add_up_to_the_whole() -> None:
    first = [record for record in SOME if record.person % 2]
    second = [record for record in SOME if not record.person % 2]
    parts = [tallied(replay(records, DURHAM, MEDWAY)) for records in (first, second)]
    whole = as_json(Tried("a", "b", "c", tallied(replay(SOME, DURHAM, MEDWAY)), 0.0))
    assert as_json(Tried("a", "b", "c", sum(parts, Tally()), 0.0)) == whole


def test_a_record_survives_being_written() -> None:
    contact = a_contact("AT1")
    line = line_of_contact("one", 7, "Twydall", Reason.UNBORN, contact.model_dump_json().encode())
    assert read_line(line) == Replayed("one", 7, "Twydall", Reason.UNBORN, contact)
    assert read_line(line_of_before(7, date(2025, 3, 4))) == Before(7, date(2025, 3, 4))


@pytest.mark.parametrize(
    ("hits", "of", "interval"),
    [(0, 10, (0.0, 0.2775)), (5, 10, (0.2366, 0.7634)), (10, 10, (0.7225, 1.0)), (81, 263, (0.2553, 0.3662))],
)
def test_intervals_are_wilsons(hits: int, of: int, interval: tuple[float, float]) -> None:
    low, high = wilson(hits, of)
    assert (round(low, 4), round(high, 4)) == interval


def test_an_empty_group_says_nothing_for_certain() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_page_needs_nothing_else_and_shows_what_the_report_says() -> None:
    html = page(report([*SOME, a_record(5, "AT1", agency_kind="<b>police")]))
    assert "<script" not in html
    assert "http" not in html
    assert "<b>police" not in html
    assert "&lt;b&gt;police" in html
    assert html.count("<svg") >= 8
    assert "now third_low_level_contact +1" in html


def test_a_simulated_year_gives_the_same_report_every_time() -> None:
    first, second = (try_simulated("medway", "county-durham", "medway", 200, 3, date(2025, 12, 1)) for _ in range(2))
    assert first.pop("seconds") is not None
    assert second.pop("seconds") is not None
    assert first == second
    assert (first["contacts"], first["known_within_12_months"]) == (200, 154)


def test_the_command_writes_json_and_page(tmp_path: Path) -> None:
    words = ["backtest", "--candidate", "county-durham", "--live", "medway", "--count", "60", "--out", str(tmp_path)]
    found = CliRunner().invoke(policy, words)
    assert found.exit_code == 0, found.output
    assert "nothing was sent" in found.output
    written = json.loads((tmp_path / "backtest.json").read_text())
    assert (written["live"], written["candidate"]) == ("medway/continuum@2026.1", "county-durham/continuum@2026.1")
    assert written["contacts"] == 60
    assert (tmp_path / "backtest.html").read_text().startswith("<!doctype html>")
