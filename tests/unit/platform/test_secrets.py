import base64
import json
from pathlib import Path

import pytest

from deploy.mash.embedded.errors import EmbeddedError
from deploy.mash.embedded.secrets import key_file, new_key, read_access, webhook_secrets, write_privately


def test_tokens_and_passwords_stay_the_same_over_starts(tmp_path: Path) -> None:
    assert read_access(tmp_path) == read_access(tmp_path)


def test_every_agency_kind_has_a_token_and_every_role_an_account(tmp_path: Path) -> None:
    access = read_access(tmp_path)
    assert set(access.tokens) == {"police", "school", "health", "vcs"}
    assert [member.role for member in access.staff] == ["screener", "manager", "ops", "auditor"]
    assert len({*access.tokens.values(), *(member.password for member in access.staff)}) == 8


def test_the_credentials_file_has_the_published_shape(tmp_path: Path) -> None:
    access = read_access(tmp_path)
    written = json.loads(access.credentials("http://127.0.0.1:8460"))
    assert written["base_url"] == "http://127.0.0.1:8460"
    assert written["agencies"]["vcs"] == {"token": access.tokens["vcs"]}
    assert written["staff"][0] == {"username": "screener", "password": access.staff[0].password, "role": "screener"}


def test_secret_files_are_their_owners_alone(tmp_path: Path) -> None:
    read_access(tmp_path)
    key_file(tmp_path, data_exists=False)
    secret = next(webhook_secrets(tmp_path).iterdir())
    for path in (tmp_path / "access.json", tmp_path / "kek", secret):
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_is_256_bits() -> None:
    assert len(base64.b64decode(new_key(), validate=True)) == 32


def test_a_lost_key_is_never_replaced_beside_data(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match=r"kek is missing.*cannot be read"):
        key_file(tmp_path, data_exists=True)
    assert not (tmp_path / "kek").exists()


def test_damaged_access_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "access.json").write_text("{")
    with pytest.raises(EmbeddedError, match=r"access\.json is damaged: delete it"):
        read_access(tmp_path)


def test_a_private_file_replaces_one_that_others_could_read(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(0o644)
    write_privately(path, "new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600
