"""The proxy that ends TLS: agencies and staff arrive at their own doors, and each is known by where it comes from."""

import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import docker
import httpx
import pytest
import trustme

from deploy.mash.embedded.ports import free_port
from services.console.domain.tries import TRIES
from shared.ids import new_id
from tests.containers.stack import IMAGE, Stack, until, why_no_engine

pytestmark = pytest.mark.timeout(900)
CONTACTS = "contacts.mash.test"
CONSOLE = "mash.test"
# Signs in from inside a container and prints the status code.
_SIGN_IN = """
import json, ssl, sys, urllib.error, urllib.request
trust = ssl.create_default_context(); trust.check_hostname = False; trust.verify_mode = ssl.CERT_NONE
body = json.dumps({"username": sys.argv[1], "password": sys.argv[2]}).encode()
asked = urllib.request.Request("https://proxy:8443/v1/sessions", body, {"Content-Type": "application/json"})
try:
    print(urllib.request.urlopen(asked, context=trust).status)
except urllib.error.HTTPError as refused:
    print(refused.code)
"""


@dataclass
class Edge:
    """A stack behind its proxy."""

    stack: Stack
    address: str
    trust: ssl.SSLContext

    def ask(self, host: str, method: str, path: str, **sent: object) -> httpx.Response:
        """One request to `host` over TLS, the certificate checked for that name."""
        headers = {"host": host, **dict(sent.pop("headers", {}) or {})}  # type: ignore[call-overload]
        with httpx.Client(verify=self.trust, trust_env=False, timeout=15) as client:
            return client.request(
                method,
                f"https://{self.address}{path}",
                headers=headers,
                extensions={"sni_hostname": host},
                **sent,  # type: ignore[arg-type]
            )

    def answers(self, host: str, path: str) -> bool:
        """Whether the service behind `host` is reached."""
        return self.ask(host, "GET", path).status_code != 503


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    if reason := why_no_engine():
        pytest.skip(f"no container engine: {reason}")
    stack = Stack(tmp_path_factory.mktemp("edge"), f"mashedge{new_id().hex[-8:]}")
    address, authority = f"127.0.0.1:{free_port()}", trustme.CA()
    stack.environment["MASH_TLS_ADDRESS"] = address
    certificate = stack.directory / "secrets" / "tls.pem"
    certificate.write_bytes(authority.issue_cert(CONTACTS, CONSOLE).private_key_and_cert_chain_pem.bytes())
    certificate.chmod(0o444)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    try:
        stack.compose("--profile", "tls", "up", "--detach", "--wait", "intake", "console", "proxy", seconds=600)
        stack.register()
        yield Edge(stack, address, trust)
    finally:
        stack.compose("--profile", "tls", "down", "--timeout", "40", "--volumes")


def test_agencies_and_staff_arrive_at_their_own_doors(edge: Edge) -> None:
    until(lambda: edge.answers(CONTACTS, "/openapi.json") and edge.answers(CONSOLE, "/sign-in"), "both are reached", 60)
    headers, body = edge.stack.request("vcs", "by-tls")
    accepted = edge.ask(CONTACTS, "POST", "/v1/contacts/vcs", headers=headers, content=body)
    assert accepted.status_code == 201, accepted.text
    assert "Strict-Transport-Security" in accepted.headers
    assert edge.ask(CONSOLE, "GET", "/sign-in").status_code == 200
    assert edge.ask(CONTACTS, "GET", "/sign-in").status_code == 404
    assert edge.ask(CONSOLE, "POST", "/v1/contacts/vcs", headers=headers, content=body).status_code in (404, 405)


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_what_is_for_operations_stays_inside(edge: Edge, path: str) -> None:
    token = (edge.stack.directory / "secrets" / "metrics_token").read_text().strip()
    for host in (CONTACTS, CONSOLE):
        assert edge.ask(host, "GET", path, headers={"Authorization": f"Bearer {token}"}).status_code == 404


def test_nobody_hides_behind_a_claimed_address_and_nobody_is_locked_out_by_another(edge: Edge) -> None:
    password = edge.stack.mash("access", "staff", "a.screener", "--role", "screener").split()[-1]

    def from_here(word: str, claimed: str) -> int:
        said = {"X-Forwarded-For": claimed, "Forwarded": f"for={claimed}", "X-Real-IP": claimed}
        names = {"username": "a.screener", "password": word}
        return edge.ask(CONSOLE, "POST", "/v1/sessions", headers=said, json=names).status_code

    tries = [from_here("wrong", f"203.0.113.{number}") for number in range(TRIES + 1)]
    assert tries == [401] * TRIES + [429]
    assert from_here(password, "198.51.100.9") == 429
    elsewhere = docker.from_env().containers.run(
        IMAGE,
        ["-c", _SIGN_IN, "a.screener", password],
        entrypoint="python",
        network=f"{edge.stack.project}_edge",
        remove=True,
    )
    assert elsewhere.decode().strip() == "201"


def test_a_service_that_is_away_is_said_in_a_problem_document_and_found_again_at_a_new_address(edge: Edge) -> None:
    headers, body = edge.stack.request("vcs", "while-away")
    edge.stack.compose("kill", "--signal", "KILL", "intake")
    until(lambda: not edge.answers(CONTACTS, "/openapi.json"), "the proxy notices", 30)
    away = edge.ask(CONTACTS, "POST", "/v1/contacts/vcs", headers=headers, content=body)
    assert (away.status_code, away.headers["content-type"]) == (503, "application/problem+json")
    assert away.headers["retry-after"] == "5"
    assert {"type", "title", "status", "detail", "retryable", "errors"} <= json.loads(away.text).keys()
    edge.stack.compose("up", "--detach", "--wait", "--force-recreate", "--no-deps", "intake")
    until(lambda: edge.answers(CONTACTS, "/openapi.json"), "intake is found again", 60)
    assert edge.ask(CONTACTS, "POST", "/v1/contacts/vcs", headers=headers, content=body).status_code == 201
