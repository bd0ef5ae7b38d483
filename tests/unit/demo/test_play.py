"""Playing the samples: every one followed to its end, and nothing done twice."""

import json
from datetime import date
from pathlib import Path

from deploy.mash.demo.client import Client
from deploy.mash.demo.play import Message, Play
from deploy.mash.demo.report import not_as_expected, what_became, write_report
from deploy.mash.demo.run import day_of_first_run
from deploy.mash.demo.samples import read_samples
from tests.unit.demo.fake_system import FakeSystem

SAMPLES = read_samples()
CONTACTS = sum(len(named.sample.contacts) for named in SAMPLES)
STEPS = sum(len(named.sample.steps) for named in SAMPLES)


async def _play(system: FakeSystem) -> Play:
    messages = tuple(Message(named) for named in SAMPLES)
    async with system.http() as http:
        play = Play(Client(http, system.credentials), date(2026, 11, 23), messages, lambda: None)
        await play.run(0.0, 10.0)
    return play


async def test_every_sample_settles_as_its_file_says() -> None:
    system = FakeSystem(SAMPLES)
    play = await _play(system)
    assert [message.named.name for message in play.messages if not message.as_expected] == []
    assert (len(system.cases), system.decisions) == (CONTACTS, STEPS)
    assert play.first_placed is not None


async def test_playing_again_makes_no_receipt_and_no_decision() -> None:
    system = FakeSystem(SAMPLES)
    await _play(system)
    before = (system.new_receipts, system.decisions)
    again = await _play(system)
    assert (system.new_receipts, system.decisions) == before
    assert all(message.as_expected for message in again.messages)


async def test_a_contact_on_another_queue_is_not_as_expected() -> None:
    play = await _play(FakeSystem(SAMPLES, queue_of={"Bram, 8": "one-point"}))
    wrong = [message.named.name for message in play.messages if not message.as_expected]
    assert wrong == ["05-vcs-debt", "29-vcs-repeat"]
    (played,) = next(message for message in play.messages if message.named.name == "05-vcs-debt").contacts
    assert played.differences == ("queue: vcs-alliance expected, got one-point",)
    assert not_as_expected(play.messages)[0] == "05-vcs-debt, Bram, 8: queue: vcs-alliance expected, got one-point"


async def test_the_report_holds_one_line_per_contact_and_the_ledger(tmp_path: Path) -> None:
    play = await _play(FakeSystem(SAMPLES))
    path = tmp_path / "demo-report.json"
    write_report(path, play.messages, {"accepted": 52, "balanced": True}, 4.321)
    report = json.loads(path.read_bytes())
    assert report["seconds_to_first_placed"] == 4.32
    assert report["ledger"] == {"accepted": 52, "balanced": True}
    assert len(report["contacts"]) == CONTACTS
    assert {tuple(line) for line in report["contacts"]} == {
        ("contact_id", "agency", "level", "rating", "state", "queue", "seconds_to_settle")
    }
    first = report["contacts"][0]
    del first["contact_id"]
    assert first == {
        "agency": "school",
        "level": 2,
        "rating": "GREEN",
        "state": "placed",
        "queue": "tas",
        "seconds_to_settle": 1.0,
    }


async def test_the_table_has_a_row_for_every_contact_refusal_and_resend() -> None:
    play = await _play(FakeSystem(SAMPLES))
    without = sum(not named.sample.contacts for named in SAMPLES)
    assert what_became(play.messages).row_count == CONTACTS + without


def test_the_day_of_the_first_run_is_kept(tmp_path: Path) -> None:
    first = day_of_first_run(tmp_path)
    (tmp_path / "demo-day").write_text("2026-11-20\n")
    assert day_of_first_run(tmp_path) == date(2026, 11, 20) != first
