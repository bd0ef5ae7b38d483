"""A wrong setting is named with its remedy and without its value; a wrong pack names file, entry and remedy."""

from pathlib import Path

import pytest

from shared.errors import SettingsError
from shared.policy import read_pack
from shared.settings import CommonSettings, read_settings

GOOD = {
    "MASH_DATABASE_URL": "postgresql+asyncpg://mash:secret@db/mash",
    "MASH_KAFKA_BOOTSTRAP": "kafka:9092",
    "MASH_KEK": "k",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("MASH_DATABASE_URL", "MASH_KAFKA_BOOTSTRAP", "MASH_KEK", "MASH_KEK_FILE", "MASH_PORT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.parametrize("name", ["MASH_DATABASE_URL", "MASH_KAFKA_BOOTSTRAP"])
def test_a_missing_setting_is_named(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.delenv(name)
    with pytest.raises(SettingsError, match=name):
        read_settings(CommonSettings)


def test_a_missing_key_is_named_with_the_remedy(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("MASH_KEK")
    with pytest.raises(SettingsError, match="set MASH_KEK_FILE"):
        read_settings(CommonSettings)


def test_a_wrong_value_is_named_and_not_repeated(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MASH_PORT", "s3cret-typed-in-the-wrong-place")
    with pytest.raises(SettingsError, match="MASH_PORT") as refusal:
        read_settings(CommonSettings)
    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize("lanes", ["", " ", "Urgent", "urgent;routine", "urgent,,routine", "urgnet", "all", ","])
def test_lanes_that_are_none_are_refused_at_the_start(environment: pytest.MonkeyPatch, lanes: str) -> None:
    environment.setenv("MASH_LANES", lanes)
    with pytest.raises(SettingsError, match=r"MASH_LANES: .*urgent, routine, or both with a comma between"):
        read_settings(CommonSettings)


@pytest.mark.parametrize(
    ("lanes", "read"), [("urgent", {"urgent"}), ("routine", {"routine"}), ("routine, urgent", {"urgent", "routine"})]
)
def test_a_process_reads_the_lanes_it_was_given(environment: pytest.MonkeyPatch, lanes: str, read: set[str]) -> None:
    environment.setenv("MASH_LANES", lanes)
    assert read_settings(CommonSettings).lane_names == read


@pytest.mark.parametrize(
    "proxies", ["*", "0.0.0.0/0", "::/0", "10.2.0.7,0.0.0.0/0", "proxy.example", "10.2.0.7;10.2.0.8"]
)
def test_everybody_or_nobody_in_particular_is_no_proxy(environment: pytest.MonkeyPatch, proxies: str) -> None:
    environment.setenv("MASH_TRUSTED_PROXIES", proxies)
    with pytest.raises(SettingsError, match="MASH_TRUSTED_PROXIES"):
        read_settings(CommonSettings)


@pytest.mark.parametrize(
    ("proxies", "believed"),
    [("", ()), ("10.2.0.7, 10.3.0.0/24", ("10.2.0.7", "10.3.0.0/24")), ("fd00::/64", ("fd00::/64",))],
)
def test_proxies_are_believed_by_address_and_network(
    environment: pytest.MonkeyPatch, proxies: str, believed: tuple[str, ...]
) -> None:
    environment.setenv("MASH_TRUSTED_PROXIES", proxies)
    assert read_settings(CommonSettings).proxies == believed


def test_no_secret_is_printed_with_the_settings(environment: pytest.MonkeyPatch) -> None:
    assert "secret" not in repr(read_settings(CommonSettings))


def test_an_unreadable_key_file_is_one_clear_line(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("MASH_KEK")
    environment.setenv("MASH_KEK_FILE", "/nowhere/kek")
    with pytest.raises(SettingsError, match="MASH_KEK_FILE: cannot read /nowhere/kek"):
        read_settings(CommonSettings).kek_text()


PACK = "authority: medway\nname: clocks\nversion: '1'\nvalid_from: 2026-04-01\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: [", "not valid YAML"),
        ("- a list", "must be a mapping"),
        (PACK.replace("medway", "durham"), "write 'medway'"),
        (PACK.replace("2026-04-01", "'soon'"), "give version .* and valid_from"),
        (PACK.replace("version: '1'\n", ""), "give version"),
        (PACK + "queues: {tas: 1, tac: 2, tas: 3}\n", "'tas' stands twice"),
    ],
)
def test_a_broken_pack_is_refused_with_file_and_remedy(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "medway").mkdir()
    (tmp_path / "medway" / "clocks.yaml").write_text(text)
    with pytest.raises(SettingsError, match=complaint) as refusal:
        read_pack(tmp_path, "medway", "clocks")
    assert "clocks.yaml" in str(refusal.value)


def test_a_pack_is_known_by_authority_name_and_version(tmp_path: Path) -> None:
    (tmp_path / "medway").mkdir()
    (tmp_path / "medway" / "clocks.yaml").write_text(PACK)
    assert read_pack(tmp_path, "medway", "clocks").version == "medway/clocks@1"
