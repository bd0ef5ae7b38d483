"""Backup, wipe, restore: what was there is there again, what came after is named, and resends fill the gap."""

import asyncio
import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.migrations import ALL
from tests.integration.platform.conftest import Terminal
from tests.integration.platform.running_system import ROOT, until

pytestmark = pytest.mark.timeout(300)
SAMPLE = (ROOT / "deploy" / "samples" / "vcs" / "first.json").read_text()


@contextmanager
def running(terminal: Terminal) -> Iterator[str]:
    """The whole system, and its address."""
    url = f"http://127.0.0.1:{terminal.environment['MASH_PORT']}"
    up: subprocess.Popen[bytes] = terminal.start("up", "--mode", "external")
    try:
        until(lambda: _ready(url), "everything is ready", 120)
        yield url
    finally:
        up.send_signal(signal.SIGTERM)
        assert up.wait(60) == 0


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def _send(url: str, token: str, name: str) -> int:
    body = SAMPLE.replace("BW-", f"BW-{name}-")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": name}
    return httpx.post(f"{url}/v1/contacts/vcs", content=body, headers=headers, timeout=30).status_code


def _ledger(terminal: Terminal) -> dict[str, object]:
    found: dict[str, object] = json.loads(terminal.mash("ledger", "--json").stdout)
    return found


def _settled(terminal: Terminal, accepted: int) -> bool:
    ledger = _ledger(terminal)
    return (ledger["accepted"], ledger["in_flight"], ledger["balanced"]) == (accepted, 0, True)


def _wipe(url: str) -> None:
    async def drop() -> None:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            for name in ALL:
                await connection.execute(text(f'drop schema "{name}" cascade'))
        await engine.dispose()

    asyncio.run(drop())


def test_what_was_there_is_there_again_and_what_came_after_is_named_and_sent_again(
    terminal: Terminal, tmp_path: Path
) -> None:
    kept = tmp_path / "backups" / "one"
    with running(terminal) as url:
        token = terminal.mash("access", "agency", "vcs-test", "--kind", "vcs", "--name", "Test Charity").stdout.strip()
        assert [_send(url, token, name) for name in ("first", "second")] == [201, 201]
        until(lambda: _settled(terminal, 2), "two are settled")
        taken = terminal.mash("backup", str(kept))
        assert (taken.returncode, taken.stdout.startswith("2 contacts as at ")) == (0, True), taken.stderr
        assert _send(url, token, "third") == 201
        until(lambda: _settled(terminal, 3), "three are settled")
    before = _ledger(terminal)
    _wipe(terminal.environment["MASH_DATABASE_URL"])

    restored = terminal.mash("restore", str(kept))
    assert restored.returncode == 0, restored.stderr
    assert restored.stdout.startswith("restored 2 contacts as at ")
    assert "send again: vcs-test, 1 received from " in restored.stdout
    assert _settled(terminal, 2)
    with running(terminal) as url:
        assert _send(url, token, "second") == 200
        assert _send(url, token, "third") == 201
        until(lambda: _settled(terminal, 3), "the gap is filled")
        assert _ledger(terminal) == before
    assert (kept.stat().st_mode & 0o777, (kept / "database.dump").stat().st_mode & 0o777) == (0o700, 0o600)


def test_a_damaged_or_unfinished_backup_and_a_database_in_use_are_refused(terminal: Terminal, tmp_path: Path) -> None:
    kept = tmp_path / "one"
    terminal.mash("migrate")
    assert terminal.mash("backup", str(kept)).returncode == 0
    in_use = terminal.mash("restore", str(kept), "--no-kafka")
    assert (in_use.returncode, in_use.stdout) == (1, "")
    assert "is not empty, it has console, intake, keyring, notifier, router, triage" in in_use.stderr
    again = terminal.mash("backup", str(kept))
    assert (again.returncode, "a backup goes into a directory of its own" in again.stderr) == (1, True)
    _wipe(terminal.environment["MASH_DATABASE_URL"])
    whole = (kept / "database.dump").read_bytes()
    for damaged in (whole[:-1], whole[:-1] + b"x", b""):
        (kept / "database.dump").write_bytes(damaged)
        refused = terminal.mash("restore", str(kept), "--no-kafka")
        assert (refused.returncode, "is not what was written" in refused.stderr) == (1, True)
    (kept / "manifest.json").unlink()
    assert "holds no finished backup" in terminal.mash("restore", str(kept), "--no-kafka").stderr


def test_backups_tell_no_password(terminal: Terminal, tmp_path: Path) -> None:
    missing = Terminal({**terminal.environment, "MASH_PG_BIN": str(tmp_path)})
    refused = missing.mash("backup", str(tmp_path / "two"))
    assert (refused.returncode, f"MASH_PG_BIN={tmp_path} has no program pg_dump" in refused.stderr) == (1, True)
    assert refused.stderr.count("\n") == 1
