"""Each service with a role of its own in PostgreSQL: everything works, and nobody reaches into another's tables."""

import asyncio
import json
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine

from shared.grants import SERVICES
from shared.ids import new_id
from tests.integration.platform.conftest import Terminal
from tests.integration.platform.five_services import serving
from tests.integration.platform.running_system import ROOT, until

pytestmark = pytest.mark.timeout(300)
SAMPLE = (ROOT / "deploy" / "samples" / "vcs" / "first.json").read_text()
PREFIX = f"r{new_id().hex[-8:]}_"
PASSWORD = "of-this-test"


def _run(url: str, *statements: str) -> None:
    async def run() -> None:
        engine = create_async_engine(url)
        try:
            async with engine.begin() as connection:
                for statement in statements:
                    await connection.execute(text(statement))
        finally:
            await engine.dispose()

    asyncio.run(run())


@pytest.fixture
def roles(terminal: Terminal) -> Iterator[dict[str, str]]:
    """Addresses of the migrated database, one for the role of each service."""
    owner = terminal.environment["MASH_DATABASE_URL"]
    _run(owner, *(f"create role \"{PREFIX}{name}\" login password '{PASSWORD}'" for name in SERVICES))
    granted = terminal.mash("migrate", "--grant-to", PREFIX)
    assert granted.returncode == 0, granted.stderr
    assert terminal.mash("migrate", "--grant-to", PREFIX).returncode == 0
    url = make_url(owner)
    yield {
        name: url.set(username=f"{PREFIX}{name}", password=PASSWORD).render_as_string(hide_password=False)
        for name in SERVICES
    }
    for name in SERVICES:
        _run(owner, f'drop owned by "{PREFIX}{name}"', f'drop role "{PREFIX}{name}"')


@pytest.fixture
def services(terminal: Terminal, roles: dict[str, str]) -> Iterator[dict[str, str]]:
    """All five, each as its own role; their addresses."""
    terminal.mash("topics")
    common = terminal.environment | {"MASH_RECONCILE_EVERY_SECONDS": "1"}
    with serving(lambda name: common | {"MASH_DATABASE_URL": roles[name]}) as urls:
        yield urls


def test_a_contact_goes_all_the_way_and_a_person_decides(terminal: Terminal, services: dict[str, str]) -> None:
    token = terminal.mash("access", "agency", "vcs-test", "--kind", "vcs", "--name", "Test Charity").stdout.strip()
    password = terminal.mash("access", "staff", "alex", "--role", "manager").stdout.strip()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    sent = httpx.post(f"{services['intake']}/v1/contacts/vcs", content=SAMPLE, headers=headers, timeout=30).json()
    contact, status = sent["contacts"][0]["contact_id"], sent["status_url"]
    session = httpx.post(
        f"{services['console']}/v1/sessions", json={"username": "alex", "password": password}, timeout=30
    )
    staff = {"Authorization": f"Bearer {session.json()['token']}"}

    def case() -> dict[str, object]:
        found: dict[str, object] = httpx.get(
            f"{services['console']}/v1/contacts/{contact}", headers=staff, timeout=30
        ).json()
        return found

    until(lambda: case()["state"] in ("waiting", "placed"), "the contact is settled", 60)
    decision = {"case_version": case()["case_version"], "action": "change", "queue": "one-point"}
    reasons = {"reason_code": "person_decided", "reason": "The parents agree."}
    made = httpx.post(
        f"{services['console']}/v1/contacts/{contact}/decisions", json=decision | reasons, headers=staff, timeout=30
    )
    assert made.status_code == 201, made.text
    until(lambda: case()["queue"] == "one-point", "the decision is carried out", 60)
    receipt = httpx.get(f"{services['intake']}{status}", headers=headers, timeout=30)
    assert receipt.json()["contacts"][0]["state"] == "placed"
    assert json.loads(terminal.mash("ledger", "--json").stdout)["balanced"] is True
    assert httpx.get(f"{services['console']}/v1/attention", headers=staff, timeout=30).json()["open"] == 0


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("triage", "select * from intake.raw_messages"),
        ("triage", "update router.cases set state = 'closed'"),
        ("notifier", "select * from triage.told_identity"),
        ("router", "delete from keyring.data_keys"),
        ("console", "update intake.outbox set published_at = null"),
        ("console", "select * from triage.match_key"),
        ("intake", "select triage.settle_attention(gen_random_uuid(), 'resolve', 'me', 'why')"),
        ("intake", "update intake.migration set version_num = '0001'"),
        ("intake", "create table intake.mine (id int)"),
        ("triage", "create schema mine"),
    ],
)
def test_no_role_reaches_what_is_not_its_own(roles: dict[str, str], role: str, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        _run(roles[role], statement)


def test_a_role_that_is_not_there_is_named(terminal: Terminal) -> None:
    refused = terminal.mash("migrate", "--grant-to", "nobody_")
    assert (refused.returncode, 'role "nobody_intake" does not exist' in refused.stderr) == (1, True)
    assert terminal.mash("migrate", "--grant-to", "x; drop").returncode == 2
