"""`mash doctor` says in one line each what is wrong and what to do, and is content with what is right."""

import asyncio
import base64
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.mash.embedded.ports import free_port
from shared.ids import new_id
from shared.sealing import KeyEncryption
from tests.integration.platform.conftest import Terminal

OTHER_KEY = base64.b64encode(b"o" * 32).decode()
SEALED = "insert into keyring.data_keys (contact_id, kek_id, wrapped) values (:contact, :kek, :wrapped)"


def lines(terminal: Terminal, *, exit_status: int) -> list[str]:
    """What the doctor says, a finding a line."""
    said = terminal.mash("doctor")
    assert (said.returncode, said.stderr) == (exit_status, ""), said.stdout
    return said.stdout.splitlines()


def changed(terminal: Terminal, **settings: str) -> Terminal:
    return Terminal(terminal.environment | settings)


def ran(terminal: Terminal, *arguments: str) -> None:
    done = terminal.mash(*arguments)
    assert done.returncode == 0, done.stderr


def seal_one(terminal: Terminal, key: str) -> None:
    """As if a contact had been accepted under this key."""
    kek, contact_id = KeyEncryption(key), new_id()
    _, kept = kek.new_data_key(contact_id)

    async def insert() -> None:
        engine = create_async_engine(terminal.environment["MASH_DATABASE_URL"])
        async with engine.begin() as connection:
            await connection.execute(text(SEALED), {"contact": contact_id, "kek": kept.kek_id, "wrapped": kept.wrapped})
        await engine.dispose()

    asyncio.run(insert())


def test_each_thing_that_is_missing_is_named_with_its_remedy_until_all_is_well(terminal: Terminal) -> None:
    first = lines(terminal, exit_status=1)
    assert any(line.startswith("WRONG  migrations") and line.endswith("run `mash migrate`") for line in first)
    ran(terminal, "migrate")
    second = lines(terminal, exit_status=1 if not _has_topics(terminal) else 0)
    assert "ok     migrations  every schema is at its newest step" in second
    assert "look   access      no agency is registered: run `mash access agency`" in second
    assert "look   access      no member of staff is registered: run `mash access staff`" in second
    ran(terminal, "topics")
    ran(terminal, "access", "agency", "vcs-test", "--kind", "vcs", "--name", "Test Charity")
    ran(terminal, "access", "staff", "alex", "--role", "ops")
    seal_one(terminal, terminal.environment["MASH_KEK"])
    last = lines(terminal, exit_status=0)
    assert {line[:5] for line in last} == {"ok   "}
    assert [line.split()[1] for line in last] == [
        *("settings", "key", "PostgreSQL", "clock", "migrations", "key", "Kafka", "topics"),
    ]
    assert "ok     key         opens what is kept" in last


def _has_topics(terminal: Terminal) -> bool:
    return any(line.startswith("ok     topics") for line in terminal.mash("doctor").stdout.splitlines())


def test_a_key_that_is_not_the_one_that_sealed_is_named_before_a_contact_meets_it(terminal: Terminal) -> None:
    ran(terminal, "migrate")
    seal_one(terminal, OTHER_KEY)
    other = next(iter(KeyEncryption(OTHER_KEY).ids))
    said = lines(terminal, exit_status=1)
    assert (
        f"WRONG  key         data is sealed under key {other}, which is not here: "
        "put the old key back below the new one, from its copy"
    ) in said
    both = changed(terminal, MASH_KEK=f"{terminal.environment['MASH_KEK']}\n{OTHER_KEY}")
    assert "ok     key         opens what is kept" in both.mash("doctor").stdout


def test_servers_that_do_not_answer_are_named_with_their_address_and_without_a_password(terminal: Terminal) -> None:
    port, kafka = free_port(), free_port()
    away = make_url(terminal.environment["MASH_DATABASE_URL"]).set(port=port, password="s3cret-of-test")
    said = lines(
        changed(
            terminal,
            MASH_DATABASE_URL=away.render_as_string(hide_password=False),
            MASH_KAFKA_BOOTSTRAP=f"127.0.0.1:{kafka}",
        ),
        exit_status=1,
    )
    assert any(f"WRONG  PostgreSQL  does not answer at 127.0.0.1:{port}/" in line for line in said)
    assert any(f"WRONG  Kafka       does not answer at 127.0.0.1:{kafka}: nothing answers" in line for line in said)
    assert "s3cret-of-test" not in "".join(said)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"MASH_KEK": "not-a-key"}, "every line must be 32 bytes in base64; make one with `mash key`"),
        ({"MASH_AUTHORITY": "nowhere"}, "nowhere"),
        ({"MASH_KEK": "", "MASH_KEK_FILE": "/nowhere/kek"}, "/nowhere/kek"),
    ],
)
def test_settings_with_which_no_service_starts_are_named(
    settings: dict[str, str], words: str, terminal: Terminal
) -> None:
    said = lines(changed(terminal, **settings), exit_status=1)
    assert any(line.startswith("WRONG") and words in line for line in said), said


def test_a_key_file_that_others_may_write_is_named(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "kek"
    file.write_text(terminal.environment["MASH_KEK"])
    file.chmod(0o622)
    said = changed(terminal, MASH_KEK="", MASH_KEK_FILE=str(file)).mash("doctor").stdout
    assert f"WRONG  key         {file} can be written by others: chmod 0400 {file}" in said


def test_whoever_waits_for_the_schemas_goes_on_once_they_are_there(terminal: Terminal) -> None:
    early = terminal.mash("migrate", "--wait", "1")
    assert (early.returncode, early.stdout) == (1, "")
    assert "not at the newest step after 1 s: keyring, intake, triage, router, notifier, console" in early.stderr
    waiting = terminal.start("migrate", "--wait", "60")
    ran(terminal, "migrate")
    assert waiting.wait(60) == 0
    url = make_url(terminal.environment["MASH_DATABASE_URL"]).set(port=free_port())
    away = changed(terminal, MASH_DATABASE_URL=url.render_as_string(hide_password=False))
    assert away.mash("migrate", "--wait", "1").returncode == 3
