"""What newcomers get wrong is one line that says how to put it right, and leaves nothing behind."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.mash import cli
from deploy.mash.addresses import system_url
from deploy.mash.commands import ledger as ledger_command
from deploy.mash.embedded.ports import free_port, why_not
from deploy.mash.layout import UsageMistake
from shared.ledger import Ledger, LedgerLine


def _mash(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["mash", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that something listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def test_why_a_server_cannot_listen_is_told_apart(taken: int) -> None:
    assert why_not(free_port()) is None
    assert why_not(free_port(), "0.0.0.0") is None
    assert why_not(taken) == f"port {taken} is taken: stop what uses it, or set MASH_PORT to another"
    assert why_not(free_port(), "192.0.2.1") == (
        "192.0.2.1 is no address of this machine: set MASH_HOST to one that is, such as 127.0.0.1 or 0.0.0.0"
    )
    assert why_not(free_port(), "no such name") == (
        "no such name is no address and no known name: set MASH_HOST to one of this machine's"
    )


def test_a_refused_start_leaves_no_data_directory(
    taken: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for port, host, said in (
        (taken, "127.0.0.1", "is taken"),
        (free_port(), "192.0.2.1", "no address of this machine"),
    ):
        monkeypatch.setenv("MASH_DATA_DIR", str(tmp_path / "new"))
        monkeypatch.setenv("MASH_PORT", str(port))
        monkeypatch.setenv("MASH_HOST", host)

        assert _mash(monkeypatch, "up") == 1

        error = capsys.readouterr().err
        assert said in error
        assert error.count("\n") == 1
        assert not (tmp_path / "new").exists()


def test_a_refused_start_takes_nothing_from_a_directory_that_was_there(
    taken: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "kek").write_text("kept")
    monkeypatch.setenv("MASH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MASH_PORT", str(taken))
    monkeypatch.setenv("MASH_HOST", "127.0.0.1")

    assert _mash(monkeypatch, "up") == 1

    assert (tmp_path / "secrets" / "kek").read_text() == "kept"


def _stopped_system(directory: Path) -> str:
    """What a system leaves behind when it stops: credentials, and nobody at the address."""
    url = f"http://127.0.0.1:{free_port()}"
    token = {"token": "t"}
    credentials = {
        "base_url": url,
        "agencies": dict.fromkeys(("police", "school", "health", "vcs"), token),
        "staff": [],
    }
    (directory / "demo-credentials.json").write_text(json.dumps(credentials))
    return url


def test_the_demo_against_a_stopped_system_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = _stopped_system(tmp_path)
    monkeypatch.setenv("MASH_DATA_DIR", str(tmp_path))

    assert _mash(monkeypatch, "demo", "--running", "--once") == 3

    assert capsys.readouterr().err == f"mash: no answer from {url} (ConnectError): start the system with `mash up`\n"


def test_a_data_directory_that_cannot_be_read_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(self: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setenv("MASH_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("MASH_DATABASE_URL", raising=False)
    monkeypatch.setattr(Path, "is_dir", refuse)

    assert _mash(monkeypatch, "ledger") == 3

    error = capsys.readouterr().err
    assert error.startswith(f"mash: {tmp_path} cannot be read (Permission denied): ask its owner, or set MASH_DATA_DIR")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("agency", "BAD/ID", "--kind", "police", "--name", "x"), "mash: 'BAD/ID' is no agency id: "),
        (("agency", "two--hyphens", "--kind", "police", "--name", "x"), "mash: 'two--hyphens' is no agency id: "),
        (("agency", "police-x", "--kind", "police", "--name", " "), "mash: --name is empty"),
        (("staff", "a b", "--role", "screener"), "mash: 'a b' is no user name: "),
        (("staff", "x\u202ey", "--role", "screener"), "mash: 'x\\u202ey' is no user name: "),
    ],
)
def test_names_that_would_break_elsewhere_are_refused(
    arguments: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MASH_DATABASE_URL", "postgresql+asyncpg://nobody@127.0.0.1:9/none")

    assert _mash(monkeypatch, "access", *arguments) == 2

    assert capsys.readouterr().err.startswith(said)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("127.0.0.1:8460", "http://127.0.0.1:8460"),
        ("localhost", "http://localhost"),
        ("https://mash.example", "https://mash.example"),
    ],
)
def test_an_address_without_its_scheme_is_taken_as_http(given: str, url: str) -> None:
    assert system_url(given) == url


@pytest.mark.parametrize("given", ["ftp://mash.example", "http://", "mash example", ""])
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(UsageMistake, match="write it like http://"):
        system_url(given)


def test_simulate_takes_the_tokens_of_the_data_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MASH_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    assert _mash(monkeypatch, "simulate", "--out", "run", "--count", "1", "--url", "127.0.0.1:9") == 3

    assert f"no usable tokens in {tmp_path}/demo-credentials.json" in capsys.readouterr().err


def test_the_ledger_fits_eighty_characters(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = {
        "police-durham": LedgerLine(accepted=120000, in_flight=20000, waiting=50000, placed=40000, closed=10000),
        "school-ferndale-dean": LedgerLine(accepted=7, closed=7, refused=12345, quarantined=3),
    }
    total = LedgerLine(
        accepted=120007, in_flight=20000, waiting=50000, placed=40000, closed=10007, refused=12345, quarantined=3
    )

    ledger_command._show(Ledger(total, lines))

    shown = capsys.readouterr().out.splitlines()
    assert max(map(len, shown)) <= 80
    heading = "agency accepted in-flight waiting placed closed refused set-aside"
    assert " ".join(shown[0].split()) == heading.replace("-", " ")
    assert shown[1].split() == ["police-durham", "120000", "20000", "50000", "40000", "10000", "0", "0"]
    assert shown[2].split()[0] == "school-ferndale-dean", "an id of twenty characters stays whole"
    assert shown[-2].split() == ["all", "120007", "20000", "50000", "40000", "10007", "12345", "3"]
    assert shown[-1] == "balanced"
