from pathlib import Path
from typing import Any

import pytest
import yaml

from services.notifier.domain.directory import EmailChannel, Recipient, RecipientKind, WebhookChannel
from services.notifier.pack import read_directory
from shared.errors import SettingsError
from shared.messages.notice_requested import NoticeKind
from shared.settings import ROOT

POLICY_DIR = ROOT / "deploy" / "policy"


def shipped() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((POLICY_DIR / "county-durham" / "directory.yaml").read_text())
    return data


def written(tmp_path: Path, data: dict[str, Any]) -> Path:
    folder = tmp_path / "county-durham"
    folder.mkdir()
    (folder / "directory.yaml").write_text(yaml.safe_dump(data))
    return tmp_path


def refusal(tmp_path: Path, data: dict[str, Any]) -> str:
    with pytest.raises(SettingsError) as raised:
        read_directory(written(tmp_path, data), "county-durham")
    return str(raised.value)


def test_the_shipped_directory_lists_the_four_demo_agencies_and_every_queue_of_the_contract() -> None:
    directory = read_directory(POLICY_DIR, "county-durham")
    assert directory.version == "county-durham/directory@2026.1"
    agencies = {r.id for r in directory.entries if r.kind is RecipientKind.AGENCY}
    queues = {r.id for r in directory.entries if r.kind is RecipientKind.QUEUE}
    assert agencies == {"police-durham", "school-ferndale", "health-cddft", "vcs-brightwater"}
    assert queues >= {
        *("mash-urgent", "mash-screening", "mash-identity", "mash-restricted", "maps"),
        *("one-point", "families-first", "tas", "tac", "vcs-alliance"),
    }


def test_every_queue_of_the_catalogue_is_listed() -> None:
    catalogue = yaml.safe_load((POLICY_DIR / "county-durham" / "catalogue.yaml").read_text())
    services = {entry["queue"] for entry in catalogue["services"] if entry.get("queue")}
    directory = read_directory(POLICY_DIR, "county-durham")
    assert services <= {recipient.id for recipient in directory.entries if recipient.kind is RecipientKind.QUEUE}
    assert len(services) > 15


def test_a_queue_without_a_team_has_a_title_for_letters_and_no_channel() -> None:
    directory = read_directory(POLICY_DIR, "county-durham")
    universal = directory.entries[Recipient(RecipientKind.QUEUE, "universal")]
    assert (universal.title.text, universal.channels) == ("Universal services", ())


def test_every_shipped_address_stands_at_a_reserved_domain() -> None:
    directory = read_directory(POLICY_DIR, "county-durham")
    channels = [channel for entry in directory.entries.values() for channel in entry.channels]
    assert channels
    for channel in channels:
        assert isinstance(channel, EmailChannel)
        assert channel.address.text.endswith(".example")


def test_danger_reaches_the_screeners_and_the_duty_manager() -> None:
    directory = read_directory(POLICY_DIR, "county-durham")
    urgent = Recipient(RecipientKind.QUEUE, "mash-urgent")
    names = [channel.name for channel in directory.channels_of(urgent, NoticeKind.DANGER_ALERT) or ()]
    assert names == ["screeners", "duty-manager"]


def test_a_channel_that_is_not_in_use_is_not_in_the_directory() -> None:
    directory = read_directory(POLICY_DIR, "county-durham")
    health = directory.entries[Recipient(RecipientKind.AGENCY, "health-cddft")]
    assert [channel.name for channel in health.channels] == ["safeguarding-team"]


def test_a_confirmed_webhook_is_in_the_directory(tmp_path: Path) -> None:
    data = shipped()
    hook = data["agencies"]["health-cddft"]["channels"][1]
    hook.update(in_use=True, confirmed_by=["directory-owner", "information-governance"])
    directory = read_directory(written(tmp_path, data), "county-durham")
    assert directory.channel(Recipient(RecipientKind.AGENCY, "health-cddft"), "referral-system") == WebhookChannel(
        "referral-system", "https://hooks.health-cddft.example/mash/notices", "health-cddft"
    )


def change(data: dict[str, Any], path: str, value: object) -> None:
    *steps, last = path.split("/")
    place: Any = data
    for step in steps:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if value is None:
        del place[last]
    else:
        place[int(last) if isinstance(place, list) else last] = value


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("front_door/out_of_hours", None, "front_door.out_of_hours: is missing; add it"),
        ("front_door/phone", "01632\n960", "front_door.phone: line breaks, control and invisible signs"),
        ("agencies/police-durham/source", None, "agencies.police-durham.source: is missing; add it"),
        (
            "agencies/police-durham/phone",
            "1",
            "agencies.police-durham.phone: is not an entry this file knows; remove it",
        ),
        (
            "agencies/police-durham/channels/0/email",
            "Kacey <k@home.example>",
            "agencies.police-durham.channels.0.email: write one bare address such as team@agency.example",
        ),
        (
            "agencies/police-durham/channels/0/email",
            "a@b.example\r\nBcc: c@d.example",
            "agencies.police-durham.channels.0.email: write one bare address",
        ),
        (
            "agencies/police-durham/channels/0/confirmed_by",
            ["directory-owner", "directory-owner"],
            "agencies.police-durham.channels.0: in_use needs two different people in confirmed_by",
        ),
        ("agencies/police-durham/channels/0/email", None, "agencies.police-durham.channels.0: give email or webhook"),
        (
            "agencies/police-durham/channels/0/in_use",
            "yes",
            "agencies.police-durham.channels.0.in_use: Input should be",
        ),
        ("agencies/health-cddft/channels/1/name", "safeguarding-team", "two channels have the same name; rename one"),
        (
            "agencies/health-cddft/channels/1/webhook/url",
            "https://169.254.169.254/",
            "agencies.health-cddft.channels.referral-system: webhook url: names an address that is not public",
        ),
        (
            "agencies/health-cddft/channels/1/webhook/url",
            "http://127.0.0.1:9000/",
            "agencies.health-cddft.channels.referral-system: webhook url: must begin with https://",
        ),
        (
            "queues/one-point/channels/0/in_use",
            False,
            "queues.one-point: nobody would hear a danger-alert or queue-alert",
        ),
        ("queues/one-point/channels/0/only", ["danger-alert"], "queues.one-point: nobody would hear a queue-alert"),
        ("queues/one-point/channels/0/only", ["gossip"], "queues.one-point.channels.0.only.0: Input should be"),
        ("unlisted_queue", "nowhere", "nowhere is not among queues with a team; name one that is"),
    ],
)
def test_a_wrong_entry_is_told_with_file_entry_and_remedy(tmp_path: Path, path: str, value: object, told: str) -> None:
    data = shipped()
    change(data, path, value)
    said = refusal(tmp_path, data)
    assert said.startswith(str(tmp_path / "county-durham" / "directory.yaml"))
    assert told in said


def test_every_wrong_entry_is_told_at_once(tmp_path: Path) -> None:
    data = shipped()
    change(data, "front_door/phone", None)
    change(data, "queues/tas/title", None)
    said = refusal(tmp_path, data)
    assert "front_door.phone: is missing" in said
    assert "queues.tas.title: is missing" in said


def test_a_missing_file_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"directory\.yaml: cannot be read"):
        read_directory(tmp_path, "county-durham")
