import base64
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.notifier.channels.secrets import SecretFiles
from services.notifier.domain.directory import Entry
from services.notifier.domain.line import Line
from services.notifier.settings import NotifierSettings
from shared.errors import SettingsError
from tests.builders.notifier import HOOK, SCHOOL, a_directory

NEW = "whsec_" + base64.b64encode(b"n" * 32).decode()
OLD = "whsec_" + base64.b64encode(b"o" * 24).decode()
SHORT = "whsec_" + base64.b64encode(b"s" * 23).decode()


def settings(**changes: Any) -> NotifierSettings:
    values: dict[str, Any] = {"database_url": "postgresql+asyncpg://x", "kafka_bootstrap": "x:1", "kek": "x"}
    return NotifierSettings(**{**values, **changes})


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MASH_SMTP_HOST", "MASH_SMTP_PORT", "MASH_SMTP_STARTTLS", "MASH_PUBLIC_URL", "MASH_HOST", "MASH_PORT"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("changes", "encrypted"),
    [
        ({}, False),
        ({"smtp_host": "localhost"}, False),
        ({"smtp_host": "mail.agency.example"}, True),
        ({"smtp_host": "mail.agency.example", "smtp_starttls": False}, False),
        ({"smtp_host": "127.0.0.1", "smtp_starttls": True}, True),
    ],
)
def test_mail_is_encrypted_unless_the_server_is_on_this_machine(changes: dict[str, Any], encrypted: bool) -> None:
    assert settings(**changes).mail_server().start_tls is encrypted


def test_the_mail_password_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("correct horse\n")
    server = settings(smtp_username="mash", smtp_password_file=tmp_path / "password").mail_server()
    assert (server.username, server.password) == ("mash", "correct horse")


def test_a_password_file_that_is_not_there_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="MASH_SMTP_PASSWORD_FILE: cannot read"):
        settings(smtp_username="mash", smtp_password_file=tmp_path / "none").mail_server()


@pytest.mark.parametrize(
    "changes",
    [
        {"smtp_username": "mash"},
        {"smtp_from": "MASH <no-reply@mash.example>"},
        {"smtp_from": "no-reply@mash.example\r\nBcc: x@y.example"},
        {"public_url": "javascript:alert(1)"},
        {"public_url": "https://mash.example/\nBcc:"},
        {"smtp_port": 0},
        {"delivery_slots": 0},
        {"notice_pause_seconds": -1},
    ],
)
def test_a_wrong_setting_stops_the_start(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**changes)


def test_links_begin_with_the_public_address_or_with_host_and_port() -> None:
    assert settings(public_url="https://mash.example/").base_url == "https://mash.example"
    assert settings(host="127.0.0.1", port=8461).base_url == "http://127.0.0.1:8461"


def test_secrets_are_read_at_each_use_newest_first_and_weak_ones_are_left_out(tmp_path: Path) -> None:
    secrets = SecretFiles(tmp_path)
    assert secrets("school-ferndale") == ()
    (tmp_path / "school-ferndale").write_text(f"{NEW}\n{OLD}\n{SHORT}\nplain\n")
    assert secrets("school-ferndale") == [NEW, OLD]


def test_a_webhook_in_use_without_its_secret_stops_the_start_and_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"MASH_WEBHOOK_SECRETS_DIR: no secret 'school-ferndale' for the webhook"):
        SecretFiles(tmp_path).check(a_directory())
    (tmp_path / HOOK.secret).write_text(NEW)
    SecretFiles(tmp_path).check(a_directory())


def test_without_webhooks_no_secret_is_asked_for() -> None:
    without = {**a_directory().entries, SCHOOL: Entry(Line("Ferndale School"), ())}
    SecretFiles(None).check(a_directory(entries=without))
