"""`mash submit` against a system that answers as it is told."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deploy.mash import cli

RECEIPT = {
    "receipt_id": "0197-R",
    "lane": "urgent",
    "status_url": "/v1/receipts/0197-R",
    "contacts": [{"contact_id": "c1", "defects": []}, {"contact_id": "c2", "defects": [{"code": "no-dob"}]}],
}
PROBLEM = {"type": "about:blank", "title": "Not valid", "detail": "line 3:\nno date", "receipt_id": "0197-Q"}


@dataclass
class System:
    url: str = ""
    answers: list[tuple[int, object]] = field(default_factory=list)
    seen: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def system() -> Iterator[System]:
    told = System()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            status, answer = told.answers.pop(0)
            content = json.dumps(answer).encode() if not isinstance(answer, bytes) else answer
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}"
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture
def data(tmp_path: Path, system: System, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory whose credentials name the system."""
    credentials = {"base_url": system.url, "agencies": {"vcs": {"token": "t-vcs"}}, "staff": []}
    (tmp_path / "demo-credentials.json").write_text(json.dumps(credentials))
    monkeypatch.setenv("MASH_DATA_DIR", str(tmp_path))
    return tmp_path


def _mash(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["mash", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def _file(directory: Path, name: str = "one.json") -> str:
    (directory / name).write_text('{"a": 1}')
    return str(directory / name)


def test_a_file_is_sent_with_the_agencys_token_and_its_receipt_is_shown(
    data: Path, system: System, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    system.answers = [(202, RECEIPT)]
    path = _file(data)
    assert _mash(monkeypatch, "submit", path, "--agency", "vcs") == 0
    assert capsys.readouterr().out == (
        f"{path}: receipt 0197-R, urgent lane, 2 contacts, to be completed: no-dob, "
        f"at {system.url}/v1/receipts/0197-R\n"
    )
    where, headers, body = system.seen[0]
    assert (where, body) == ("/v1/contacts/vcs", b'{"a": 1}')
    assert headers["authorization"] == "Bearer t-vcs"
    assert headers["content-type"] == "application/json"


def test_the_same_file_has_the_same_key_each_time(data: Path, system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    system.answers = [(201, RECEIPT), (200, RECEIPT)]
    path = _file(data)
    _mash(monkeypatch, "submit", path, "--agency", "vcs")
    _mash(monkeypatch, "submit", path, "--agency", "vcs")
    first, second = (headers["idempotency-key"] for _, headers, _ in system.seen)
    assert first == second


def test_a_refusal_is_one_line_and_the_other_files_are_still_sent(
    data: Path, system: System, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    system.answers = [(422, PROBLEM), (201, RECEIPT)]
    one, two = _file(data), _file(data, "two.json")
    assert _mash(monkeypatch, "submit", one, two, "--agency", "vcs") == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"{one}: refused, 422: Not valid; line 3: no date (receipt 0197-Q)"
    assert second.startswith(f"{two}: receipt 0197-R")


def test_a_refusal_whose_detail_begins_with_its_title_says_it_once(
    data: Path, system: System, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    system.answers = [(400, {"title": "The body is not JSON", "detail": "The body is not JSON. Nothing was kept."})]
    assert _mash(monkeypatch, "submit", _file(data), "--agency", "vcs") == 1
    assert capsys.readouterr().out.endswith("refused, 400: The body is not JSON. Nothing was kept.\n")


def test_a_refusal_that_is_no_problem_document_is_still_readable(
    data: Path, system: System, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    system.answers = [(502, b"<html>")]
    assert _mash(monkeypatch, "submit", _file(data), "--agency", "vcs") == 1
    assert capsys.readouterr().out.endswith("refused, 502: Bad Gateway\n")


def test_a_system_that_does_not_answer_is_exit_3(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("submit", _file(data), "--agency", "vcs", "--url", "http://127.0.0.1:9", "--token", "t")
    assert _mash(monkeypatch, *arguments) == 3
    assert capsys.readouterr().err == "mash: no answer from http://127.0.0.1:9 (ConnectError): is the system up?\n"


def test_without_a_running_system_it_says_how_to_start_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MASH_DATA_DIR", str(tmp_path / "none"))
    assert _mash(monkeypatch, "submit", _file(tmp_path), "--agency", "vcs") == 3
    assert "start the system with `mash up`" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("submit", "/none", "--agency", "vcs"), "mash: /none: No such file or directory\n"),
        (
            ("submit", "/none", "--agency", "fire"),
            "mash: no kind of agency fire: there are police, school, health, vcs\n",
        ),
        (("serve", "fire"), "mash: no service fire: there are intake, triage, router, notifier, console\n"),
        (("access", "agency", "x", "--kind", "fire", "--name", "x"), "mash: no kind of agency fire: there are"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(
    arguments: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _mash(monkeypatch, *arguments) == 2
    assert capsys.readouterr().err.startswith(said)


@pytest.mark.parametrize("command", ["ledger", "migrate", "topics"])
def test_a_command_that_needs_servers_says_which_are_missing(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MASH_DATA_DIR", str(tmp_path))
    for name in ("MASH_DATABASE_URL", "MASH_KAFKA_BOOTSTRAP"):
        monkeypatch.delenv(name, raising=False)
    assert _mash(monkeypatch, command) == 3
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "start it with `mash up`" in error


def test_external_mode_names_the_setting_that_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MASH_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("MASH_DATABASE_URL", raising=False)
    assert _mash(monkeypatch, "up", "--mode", "external") == 2
    assert capsys.readouterr().err == ("mash: set MASH_DATABASE_URL: in external mode PostgreSQL and Kafka are yours\n")


def test_every_command_has_help(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert _mash(monkeypatch, "--help") == 0
    shown = capsys.readouterr().out
    for name in ("up", "demo", "submit", "ledger", "serve", "migrate", "topics", "access", "key", "simulate", "bench"):
        assert f" {name} " in shown
