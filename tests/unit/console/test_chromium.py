"""How the browser tests find their browser: also where PATH is bare, and never without a word before fetching one."""

from pathlib import Path

import pytest

from tests.browser import chromium


def _program(path: Path) -> str:
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_a_browser_off_the_path_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MASH_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(chromium, "PLACES", (str(tmp_path),))
    program = _program(tmp_path / "chromium")
    said: list[str] = []

    assert chromium.find_chromium(said.append) == program
    assert said == []


def test_where_none_is_and_none_can_be_fetched_one_line_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("MASH_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(chromium, "PLACES", (str(tmp_path),))

    with pytest.raises(chromium.NoChromiumError, match=r"install one .* or name one in MASH_CHROMIUM"):
        chromium.find_chromium(lambda line: None)


def test_fetching_is_announced_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MASH_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(chromium, "PLACES", (str(tmp_path),))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    apt = tmp_path / "apt-get"
    apt.write_text(
        f"#!/bin/sh\n[ $1 = install ] && printf '#!/bin/sh' > {tmp_path}/chromium\n"
        f"[ $1 = install ] && /bin/chmod 755 {tmp_path}/chromium\nexit 0\n"
    )
    apt.chmod(0o755)
    said: list[str] = []

    assert chromium.find_chromium(said.append) == f"{tmp_path}/chromium"
    assert said == [
        "browser tests: no Chromium here, installing Debian's with apt-get (about 100 MB to fetch)",
    ]
