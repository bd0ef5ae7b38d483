"""Kafka over TLS with a password or a certificate, PostgreSQL over TLS; what is wrong with them is said clearly."""

import base64
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy.engine import make_url

from deploy.mash.embedded.ports import free_port
from shared.topics import all_topics
from tests.integration.platform.running_system import ROOT, until
from tests.integration.platform.secure_servers import (
    PASSWORD,
    USERNAME,
    Certificates,
    SecureKafka,
    TlsFront,
    make_certificates,
)

pytestmark = pytest.mark.timeout(300)
SAMPLE = ROOT / "deploy" / "samples" / "demo" / "05-vcs-debt.json"


@dataclass
class Place:
    """Settings of one deployment, and commands in it."""

    settings: dict[str, str]
    directory: Path

    def but(self, **others: object) -> "Place":
        """The same with some settings changed."""
        return Place(self.settings | {name: str(value) for name, value in others.items()}, self.directory)

    def mash(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._command(*arguments),
            cwd=ROOT,
            env=self.settings,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self._command(*arguments), cwd=ROOT, env=self.settings, stdout=log, stderr=subprocess.STDOUT
            )

    @property
    def log(self) -> Path:
        return self.directory / "service.log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings['MASH_PORT']}"

    def ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "deploy.mash.cli", *arguments]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[SecureKafka]:
    """One that asks for a name and password."""
    started = SecureKafka(tmp_path_factory.mktemp("sasl") / "kafka", certificates, mutual=False)
    started.start()
    yield started
    started.kill()


@pytest.fixture
def front(unmigrated_database: str, certificates: Certificates) -> Iterator[TlsFront]:
    port = make_url(unmigrated_database).port
    assert port is not None
    started = TlsFront(port, certificates.server_context)
    started.start()
    yield started
    started.stop()


@pytest.fixture
def place(
    unmigrated_database: str, broker: SecureKafka, front: TlsFront, certificates: Certificates, tmp_path: Path
) -> Place:
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MASH_", "PG"))}
    url = make_url(unmigrated_database).set(port=front.port).render_as_string(hide_password=False)
    return Place(
        kept
        | {
            "MASH_DATABASE_URL": url,
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": str(certificates.ca),
            "MASH_KAFKA_BOOTSTRAP": broker.bootstrap,
            "MASH_KAFKA_TLS": "true",
            "MASH_KAFKA_CA_FILE": str(certificates.ca),
            "MASH_KAFKA_USERNAME": USERNAME,
            "MASH_KAFKA_PASSWORD_FILE": str(tmp_path / "password"),
            "MASH_KEK": base64.b64encode(b"k" * 32).decode(),
            "MASH_DATA_DIR": str(tmp_path / "data"),
            "MASH_TOPIC_PARTITIONS": "2",
            "MASH_PORT": str(free_port()),
        },
        tmp_path,
    )


def test_a_contact_goes_all_the_way_over_encrypted_links(place: Place) -> None:
    up = place.start("up", "--mode", "external")
    try:
        until(place.ready, "intake and console are ready", 120)
        token = place.mash("access", "agency", "vcs-test", "--kind", "vcs", "--name", "Test Charity").stdout.strip()
        sent = place.but(MASH_TOKEN=token).mash("submit", str(SAMPLE), "--agency", "vcs", "--url", place.url)
        assert (sent.returncode, sent.stderr) == (0, "")
        until(lambda: '"in_flight": 0' in place.mash("ledger", "--json").stdout, "the contact is settled")
        assert '"accepted": 1' in place.mash("ledger", "--json").stdout
        password = place.mash("access", "staff", "alex", "--role", "ops").stdout.strip()
        session = httpx.post(f"{place.url}/v1/sessions", json={"username": "alex", "password": password}, timeout=30)
        signed_in = {"Authorization": f"Bearer {session.json()['token']}"}
        page = httpx.get(f"{place.url}/operations", headers=signed_in, timeout=30)
        assert page.status_code in (200, 303)
    finally:
        up.send_signal(signal.SIGTERM)
        assert up.wait(60) == 0
    assert PASSWORD not in place.log.read_text()


def test_a_certificate_of_its_own_is_as_good_as_a_password(
    place: Place, certificates: Certificates, tmp_path: Path
) -> None:
    broker = SecureKafka(tmp_path / "kafka", certificates, mutual=True)
    broker.start()
    try:
        del place.settings["MASH_KAFKA_USERNAME"], place.settings["MASH_KAFKA_PASSWORD_FILE"]
        mutual = place.but(MASH_KAFKA_BOOTSTRAP=broker.bootstrap)
        refused = mutual.mash("topics")
        assert (refused.returncode, refused.stdout) == (3, "")
        mutual = mutual.but(MASH_KAFKA_CERT_FILE=certificates.caller, MASH_KAFKA_KEY_FILE=certificates.caller_key)
        made = mutual.mash("topics")
        assert (made.returncode, made.stdout.count("created ")) == (0, len(all_topics()))
    finally:
        broker.kill()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"MASH_KAFKA_USERNAME": "somebody-else"}, "refuses the name or the password"),
        ({"MASH_KAFKA_CA_FILE": "stranger"}, "certificate verify failed"),
        ({"MASH_KAFKA_TLS": "false", "MASH_KAFKA_CA_FILE": ""}, "MASH_KAFKA_TLS=true"),
        ({"MASH_KAFKA_PASSWORD_FILE": "/nowhere"}, "MASH_KAFKA_PASSWORD_FILE: No such file or directory"),
        ({"MASH_KAFKA_CA_FILE": "/nowhere"}, "MASH_KAFKA_CA_FILE: No such file or directory"),
        ({"MASH_KAFKA_CERT_FILE": "stranger"}, "belong together"),
    ],
)
def test_a_wrong_setting_is_said_in_one_line(
    wrong: Mapping[str, str], said: str, place: Place, certificates: Certificates
) -> None:
    others = {name: certificates.stranger if value == "stranger" else value for name, value in wrong.items()}
    refused = place.but(**others).mash("topics")
    assert refused.returncode in (2, 3)
    assert (refused.stdout, refused.stderr.count("\n")) == ("", 1), refused.stderr
    assert said in refused.stderr
    assert PASSWORD not in refused.stderr


@pytest.mark.parametrize("wrong", ["password", "certificate"])
def test_a_service_with_a_wrong_login_says_so_and_does_not_storm(
    wrong: str, place: Place, broker: SecureKafka, certificates: Certificates
) -> None:
    assert (place.mash("migrate").returncode, place.mash("topics").returncode) == (0, 0)
    other = (
        {"MASH_KAFKA_USERNAME": "no-such-one"} if wrong == "password" else {"MASH_KAFKA_CA_FILE": certificates.stranger}
    )
    service = place.but(**other).start("serve", "router")
    try:
        words = "refuses the name or the password" if wrong == "password" else "certificate verify failed"
        until(lambda: words in place.log.read_text(), f"the log says {words}", 60)
        before = len(place.log.read_text().splitlines())
        time.sleep(10)
        assert len(place.log.read_text().splitlines()) - before < 60, "it tries again now and then"
        assert httpx.get(f"{place.url}/healthz", timeout=5).status_code == 200
        assert httpx.get(f"{place.url}/readyz", timeout=5).status_code == 503
    finally:
        service.send_signal(signal.SIGTERM)
        assert service.wait(60) == 0


def test_a_database_with_a_strangers_certificate_gets_no_password(
    place: Place, front: TlsFront, certificates: Certificates
) -> None:
    refused = place.but(PGSSLROOTCERT=certificates.stranger).mash("migrate")
    assert refused.returncode == 3
    assert "certificate verify failed" in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert front.tried <= 2
