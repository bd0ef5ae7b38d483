"""Words that stand nowhere else go through the whole system: they are found where they may be and nowhere else."""

import json
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.end_to_end import canaries
from tests.integration.platform.running_system import RunningSystem, mash, until

pytestmark = pytest.mark.timeout(400)


@dataclass
class Sent:
    """A system in which three messages have come to their ends: one placed, one decided by a person, one refused."""

    system: RunningSystem
    placed: str
    decided: str
    staff: httpx.Client

    def file(self, contact_id: str) -> dict[str, Any]:
        """The case file as a screener reads it."""
        found: dict[str, Any] = self.staff.get(f"/v1/contacts/{contact_id}").json()
        return found


def _submit(system: RunningSystem, kind: str, body: bytes) -> httpx.Response:
    credentials = system.credentials()
    headers = {"Authorization": f"Bearer {credentials['agencies'][kind]['token']}", "Content-Type": "application/json"}
    return httpx.post(
        f"{credentials['base_url']}/v1/contacts/{kind}", content=body, headers=headers | {"Idempotency-Key": kind}
    )


def _screener(system: RunningSystem) -> httpx.Client:
    credentials = system.credentials()
    member = next(one for one in credentials["staff"] if one["role"] == "screener")
    signed_in = {"username": member["username"], "password": member["password"]}
    token = httpx.post(f"{credentials['base_url']}/v1/sessions", json=signed_in, timeout=30).json()["token"]
    return httpx.Client(base_url=credentials["base_url"], headers={"Authorization": f"Bearer {token}"}, timeout=30)


def _balanced(system: RunningSystem) -> bool:
    ledger = system.ledger()
    return ledger["accepted"] == 2 and ledger["in_flight"] == 0 and ledger["balanced"] is True


def _outgoing(system: RunningSystem) -> list[Path]:
    return [*canaries.files(system.directory / "mailbox")]


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """A system of its own."""
    running = RunningSystem(tmp_path_factory.mktemp("canaries") / "data")
    running.start()
    yield running
    running.end(signal.SIGKILL)
    until(lambda: not running.survivors(), "its children have ended")


@pytest.fixture(scope="module")
def sent(system: RunningSystem) -> Iterator[Sent]:
    """Everything has been sent, decided and told."""
    placed, urgent = (
        _submit(system, kind, body).json()["contacts"][0]["contact_id"]
        for kind, body in (("vcs", canaries.for_a_service()), ("police", canaries.in_danger()))
    )
    refused = _submit(system, "school", canaries.cut_off())
    assert refused.status_code // 100 == 4
    assert canaries.found_in(refused.content) == set()
    until(lambda: _balanced(system), "both contacts are placed or wait")
    with _screener(system) as staff:
        decision = {
            "case_version": staff.get(f"/v1/contacts/{urgent}").json()["case_version"],
            "action": "close",
            "outcome": "ADVICE",
            "reason_code": "person_closed",
            "reason": f"a {canaries.REASON} told",
        }
        answer = staff.post(f"/v1/contacts/{urgent}/decisions", json=decision)
        assert answer.status_code == 201, answer.text
        until(lambda: system.ledger()["closed"] == 1, "the decision has been carried out")
        until(lambda: len(_outgoing(system)) >= 3, "letters have been sent")
        yield Sent(system, placed, urgent, staff)


def test_a_screener_reads_every_word(sent: Sent) -> None:
    told = json.dumps([sent.file(sent.placed), sent.file(sent.decided)]).encode()
    assert canaries.found_in(told) == set(canaries.CANARIES) - {canaries.BROKEN}


def test_no_log_has_one(sent: Sent) -> None:
    logs = [*canaries.files(sent.system.directory / "logs"), sent.system.directory.parent / "up.log"]
    assert {"postgres.log", "kafka.log", "triage.log", "intake-console.log"} <= {path.name for path in logs}
    assert {path.name: found for path in logs if (found := canaries.found_in(path.read_bytes()))} == {}


def test_nothing_that_kafka_keeps_has_one(sent: Sent) -> None:
    segments = [path for path in canaries.files(sent.system.directory / "kafka") if path.suffix == ".log"]
    kept = b"".join(path.read_bytes() for path in segments)
    assert sent.placed.encode() in kept, "keys, headers and bodies are read as they are"
    assert canaries.found_in(kept) == set()


def test_no_letter_and_no_webhook_has_one(sent: Sent) -> None:
    letters = b"".join(path.read_bytes() for path in _outgoing(sent.system))
    assert b"Subject:" in letters
    assert canaries.found_in(letters) == set()


def test_metrics_and_receipts_have_none(sent: Sent) -> None:
    url = sent.system.credentials()["base_url"]
    metrics = httpx.get(f"{url}/metrics").content
    assert b"mash_messages_total" in metrics
    assert canaries.found_in(metrics) == set()


def test_only_what_people_are_found_by_stands_in_the_open(sent: Sent) -> None:
    found: dict[str, set[str]] = {}
    tables = canaries.rows_of(
        sent.system.directory,
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_schema in ('intake', 'triage', 'router', 'notifier', 'console', 'keyring')",
    )
    for (table,) in tables:
        rows = canaries.rows_of(sent.system.directory, f"select t::text from {table} t")
        if words := canaries.found_in("\n".join(str(row) for row in rows).encode()):
            found[str(table)] = words
    assert len(tables) > 40
    assert found == {"triage.told_identity": {canaries.CHILD, canaries.SURNAME}}


def test_the_statistics_of_postgresql_have_none(sent: Sent) -> None:
    canaries.rows_of(sent.system.directory, "analyze")
    statistics = canaries.rows_of(sent.system.directory, "select s::text from pg_stats s where schemaname = 'triage'")
    assert len(statistics) > 20
    assert canaries.found_in(str(statistics).encode()) == set()


class TestErasing:
    """Last, for it takes away what the others look for."""

    def test_what_was_erased_opens_nowhere_and_the_ledger_balances(self, sent: Sent) -> None:
        before, system = sent.system.ledger(), sent.system
        for contact_id in (sent.placed, sent.decided):
            done = mash(system.directory, system.port, "erase", contact_id, "--reason", "court-order", "--yes")
            assert (done.returncode, done.stdout) == (0, f"destroyed 2 keys of {contact_id}\n"), done.stderr
            file = sent.file(contact_id)
            assert (file["content"], file["contact"]) == ("destroyed", None)
            assert canaries.found_in(json.dumps(file).encode()) == set()
        keys = "select wrapped is null, destroyed_at is not null from keyring.data_keys"
        assert canaries.rows_of(system.directory, keys) == [(True, True)] * 4
        told = "select count(*) from triage.told_identity union all select count(*) from triage.match_key"
        assert canaries.rows_of(system.directory, told) == [(0,), (0,)]
        assert system.ledger() == before

    def test_each_is_in_the_audit_with_its_reason(self, sent: Sent) -> None:
        audit = "select object_id, purpose, outcome from console.audit where action = 'contact.erase' order by audit_id"
        assert canaries.rows_of(sent.system.directory, audit) == [
            (sent.placed, "court-order", "allowed"),
            (sent.decided, "court-order", "allowed"),
        ]

    @pytest.mark.parametrize(
        ("arguments", "code", "said"),
        [
            (("018f0000-0000-7000-8000-000000000001", "--reason", "court-order"), 1, "there is no contact"),
            (("one", "--reason", "court-order"), 2, "is no contact id"),
            (("018f0000-0000-7000-8000-000000000001", "--reason", "because"), 2, "no reason because"),
        ],
    )
    def test_a_mistake_erases_nothing(self, sent: Sent, arguments: tuple[str, ...], code: int, said: str) -> None:
        done = mash(sent.system.directory, sent.system.port, "erase", "--yes", *arguments)
        assert done.returncode == code
        assert said in done.stderr
