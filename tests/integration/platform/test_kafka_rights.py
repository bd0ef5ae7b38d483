"""A Kafka that allows nobody anything but what `mash topics --acls` says: each service with a user of its own."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import TopicAuthorizationFailedError

from shared.acls import SERVICES
from shared.kafka_link import KafkaLink, Login
from shared.topics import CONTACT_RECEIVED, QUEUES
from tests.integration.platform.conftest import Terminal
from tests.integration.platform.five_services import serving
from tests.integration.platform.running_system import ROOT, until
from tests.integration.platform.secure_servers import PASSWORD, Certificates, SecureKafka, make_certificates

pytestmark = pytest.mark.timeout(400)
SAMPLE = (ROOT / "deploy" / "samples" / "vcs" / "first.json").read_text()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[SecureKafka]:
    started = SecureKafka(tmp_path_factory.mktemp("guarded") / "kafka", certificates, mutual=False, guarded=True)
    started.start()
    yield started
    started.kill()


@pytest.fixture
def place(terminal: Terminal, guarded: SecureKafka, certificates: Certificates, tmp_path: Path) -> Terminal:
    (tmp_path / "password").write_text(PASSWORD)
    return Terminal(
        terminal.environment
        | {
            "MASH_KAFKA_BOOTSTRAP": guarded.bootstrap,
            "MASH_KAFKA_TLS": "true",
            "MASH_KAFKA_CA_FILE": str(certificates.ca),
            "MASH_KAFKA_USERNAME": "mash_owner",
            "MASH_KAFKA_PASSWORD_FILE": str(tmp_path / "password"),
        }
    )


def test_each_service_may_do_what_the_catalogue_says_and_nothing_else(
    place: Terminal, guarded: SecureKafka, certificates: Certificates
) -> None:
    guarded.add_users("mash_owner", *(f"mash_{name}" for name in SERVICES))
    for call in place.mash("topics", "--acls", "mash_").stdout.splitlines():
        guarded.allow(call)
    assert place.mash("topics").returncode == 0
    assert place.mash("migrate").returncode == 0
    token = place.mash("access", "agency", "vcs-test", "--kind", "vcs", "--name", "Test Charity").stdout.strip()

    def settings_of(name: str) -> Mapping[str, str]:
        return place.environment | {"MASH_KAFKA_USERNAME": f"mash_{name}", "MASH_RECONCILE_EVERY_SECONDS": "1"}

    with serving(settings_of) as urls:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        sent = httpx.post(f"{urls['intake']}/v1/contacts/vcs", content=SAMPLE, headers=headers, timeout=30)
        assert sent.status_code == 201

        def settled() -> bool:
            status = httpx.get(f"{urls['intake']}{sent.json()['status_url']}", headers=headers, timeout=30).json()
            return status["contacts"][0]["state"] in ("waiting", "placed")

        until(settled, "the contact is settled", 60)
        assert '"balanced": true' in place.mash("ledger", "--json").stdout
    for user, topic in (
        ("mash_notifier", CONTACT_RECEIVED_ROUTINE),
        ("mash_triage", CONTACT_RECEIVED_ROUTINE),
        ("mash_console", QUEUES["mash"].name),
    ):
        link = KafkaLink(guarded.bootstrap, certificates.client_context, Login("SCRAM-SHA-512", user, PASSWORD))
        with pytest.raises(TopicAuthorizationFailedError):
            asyncio.run(_write(link, topic))


CONTACT_RECEIVED_ROUTINE = next(topic.name for lane, topic in CONTACT_RECEIVED.items() if lane.value == "routine")


async def _write(link: KafkaLink, topic: str) -> None:
    producer = AIOKafkaProducer(**link.client(), enable_idempotence=True, acks="all")
    await producer.start()
    try:
        await producer.send_and_wait(topic, b"{}")
    finally:
        await producer.stop()
