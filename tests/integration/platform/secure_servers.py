"""A Kafka that speaks TLS and asks who calls, TLS in front of PostgreSQL, and certificates made for one test run."""

import argparse
import asyncio
import os
import shlex
import socket
import ssl
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import trustme
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from deploy.mash.embedded.jars import class_path, locked_jars
from deploy.mash.embedded.kafka import EmbeddedKafka, java_program
from deploy.mash.embedded.ports import LOOPBACK, free_port
from shared.kafka_link import KafkaLink, Login

USERNAME, PASSWORD = "mash-test", "correct-horse-battery"
_ADMIN = ("admin", "admin-of-this-test")
_SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"


@dataclass(frozen=True)
class Certificates:
    """Files in PEM: who signs, a server's certificate for this machine, a caller's, and another who signs."""

    ca: Path
    server: Path
    caller: Path
    caller_key: Path
    stranger: Path
    server_context: ssl.SSLContext

    @property
    def client_context(self) -> ssl.SSLContext:
        """Trusts who signs here."""
        return ssl.create_default_context(cafile=self.ca)


def make_certificates(directory: Path) -> Certificates:
    """New ones, for LOOPBACK and localhost."""
    authority, stranger = trustme.CA(), trustme.CA()
    server = authority.issue_cert(LOOPBACK, "localhost")
    caller = authority.issue_cert("router@mash.test")
    made = Certificates(
        ca=directory / "ca.pem",
        server=directory / "server.pem",
        caller=directory / "caller.pem",
        caller_key=directory / "caller-key.pem",
        stranger=directory / "stranger.pem",
        server_context=ssl.create_default_context(ssl.Purpose.CLIENT_AUTH),
    )
    authority.cert_pem.write_to_path(made.ca)
    stranger.cert_pem.write_to_path(made.stranger)
    made.server.write_bytes(
        _as_java_reads(server.private_key_pem) + b"".join(c.bytes() for c in server.cert_chain_pems)
    )
    caller.cert_chain_pems[0].write_to_path(made.caller)
    caller.private_key_pem.write_to_path(made.caller_key)
    server.configure_cert(made.server_context)
    return made


def _as_java_reads(key: trustme.Blob) -> bytes:
    """The private key in PKCS#8, the only form that Kafka takes from PEM."""
    loaded = load_pem_private_key(key.bytes(), None)
    return loaded.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


class SecureKafka(EmbeddedKafka):
    """A broker whose client listener speaks TLS. mutual: callers show a certificate; else a name and password.

    guarded: nobody may do anything that no rule allows.
    """

    def __init__(self, directory: Path, certificates: Certificates, *, mutual: bool, guarded: bool = False) -> None:
        admin, password = _ADMIN
        protocol = "SSL" if mutual else "SASL_SSL"
        settings = {
            "listener.security.protocol.map": f"PLAINTEXT:{protocol},CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "PLAINTEXT",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(certificates.server),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(certificates.ca),
            "ssl.client.auth": "required" if mutual else "none",
            "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512",
            "sasl.mechanism.inter.broker.protocol": "PLAIN",
            "listener.name.plaintext.plain.sasl.jaas.config": _plain(admin, password) + f' user_{admin}="{password}";',
            "listener.name.plaintext.scram-sha-512.sasl.jaas.config": f"{_SCRAM} required;",
        }
        if guarded:
            settings |= {
                "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "super.users": f"User:{admin};User:ANONYMOUS",
            }
        super().__init__(directory, settings=settings)
        self._certificates = certificates
        self._mutual = mutual

    def start(self) -> None:
        """Start, and make the account of the services where they need one."""
        super().start()
        if not self._mutual:
            self.add_users(USERNAME)

    def _answers(self) -> bool:
        context = ssl.create_default_context(cafile=self._certificates.ca)
        context.load_cert_chain(self._certificates.caller, self._certificates.caller_key)
        with (
            suppress(OSError),
            socket.create_connection((LOOPBACK, self.port), timeout=1) as plain,
            context.wrap_socket(plain, server_hostname=LOOPBACK),
        ):
            return True
        return False

    def add_users(self, *names: str) -> None:
        """Accounts with PASSWORD."""
        for name in names:
            change = ("--alter", "--entity-type", "users", "--entity-name", name)
            secret = ("--add-config", f"SCRAM-SHA-512=[password={PASSWORD}]")
            self._as_admin("kafka.admin.ConfigCommand", *change, *secret)

    def allow(self, arguments: str) -> None:
        """One call of kafka-acls.sh, which is no part of the broker's own jars: the same by Kafka's protocol."""
        asyncio.run(self._allow(_ACLS.parse_args(shlex.split(arguments))))

    async def _allow(self, wanted: argparse.Namespace) -> None:
        name, password = _ADMIN
        context = self._certificates.client_context
        admin = AIOKafkaAdminClient(**KafkaLink(self.bootstrap, context, Login("PLAIN", name, password)).client())
        await admin.start()
        try:
            for kind, resources in ((2, wanted.topic), (3, wanted.group), (4, ["kafka-cluster"] * wanted.cluster)):
                for resource in resources:
                    for operation in wanted.operation:
                        pattern = {"literal": 3, "prefixed": 4}[wanted.resource_pattern_type]
                        request = CreateAclsRequest(
                            kind, resource, pattern, wanted.allow_principal, "*", _OPERATIONS[operation], 3
                        )
                        answer = await admin._send_to_controller(request)
                        assert [code for code, *_ in answer.creation_responses] == [0], answer
        finally:
            await admin.close()

    def _as_admin(self, program: str, *arguments: str) -> None:
        admin, password = _ADMIN
        options = self.directory / "admin.properties"
        options.write_text(
            "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\n"
            f"ssl.truststore.type=PEM\nssl.truststore.location={self._certificates.ca}\n"
            f"sasl.jaas.config={_plain(admin, password)};\n"
        )
        jars = class_path(locked_jars(), self.directory.parent / "jars")
        done = subprocess.run(
            [
                *(java_program(), "-cp", os.pathsep.join(map(str, jars)), program),
                *("--bootstrap-server", self.bootstrap, "--command-config", str(options), *arguments),
            ],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr


# The options of kafka-acls.sh that are used, and the numbers of its operations in Kafka's protocol.
_ACLS = argparse.ArgumentParser()
_ACLS.add_argument("--add", action="store_true", required=True)
_ACLS.add_argument("--allow-principal", required=True)
_ACLS.add_argument("--operation", action="append", required=True)
_ACLS.add_argument("--topic", action="append", default=[])
_ACLS.add_argument("--group", action="append", default=[])
_ACLS.add_argument("--cluster", action="store_true")
_ACLS.add_argument("--resource-pattern-type", default="literal")
_OPERATIONS = {"Read": 3, "Write": 4, "Create": 5, "Describe": 8, "DescribeConfigs": 10, "IdempotentWrite": 12}

_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"


def _plain(user: str, password: str) -> str:
    module = "org.apache.kafka.common.security.plain.PlainLoginModule"
    return f'{module} required username="{user}" password="{password}"'


class TlsFront:
    """TLS in front of a PostgreSQL that was built without it. Refuses who does not speak it. tried: connections."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        self.port = free_port()
        self.tried = 0
        self._behind = port
        self._context = context
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        """Listens when it returns."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    def stop(self) -> None:
        """No more connections."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    async def _listen(self) -> None:
        await asyncio.start_server(self._take, LOOPBACK, self.port)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tried += 1
        with suppress(OSError, asyncio.IncompleteReadError):
            if await reader.readexactly(8) == _SSL_REQUEST:
                writer.write(b"S")
                await writer.start_tls(self._context)
                inside = await asyncio.open_connection(LOOPBACK, self._behind)
                await asyncio.gather(_pass_on(reader, inside[1]), _pass_on(inside[0], writer))
        writer.close()


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65_536):
            target.write(data)
            await target.drain()
    target.close()
