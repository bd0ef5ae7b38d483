from pathlib import Path

import pytest

from deploy.mash.layout import ROOT, Layout, Mistake, UsageMistake, layout_from_environment, port_from_environment
from deploy.mash.plan import Address


def test_the_data_directory_lies_in_the_project_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MASH_DATA_DIR", raising=False)
    assert layout_from_environment().directory == ROOT / ".mash"


def test_a_relative_data_directory_is_meant_from_where_one_stands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MASH_DATA_DIR", "here")
    assert layout_from_environment().credentials == tmp_path / "here" / "demo-credentials.json"


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", "84.60"])
def test_what_is_no_port_is_a_usage_mistake(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("MASH_PORT", text)
    with pytest.raises(UsageMistake, match=f"MASH_PORT={text} is no port"):
        port_from_environment()


def test_the_port_is_8460_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASH_PORT", "")
    assert port_from_environment() == 8460


def test_a_data_directory_below_a_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Mistake, match=r"Not a directory.*MASH_DATA_DIR"):
        Layout(tmp_path / "file" / "data").make()


def test_the_data_directory_is_closed_to_others(tmp_path: Path) -> None:
    Layout(tmp_path / "data").make()
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_an_address_for_all_interfaces_is_shown_as_this_machine() -> None:
    assert Address("0.0.0.0", 8460).base_url == "http://127.0.0.1:8460"
