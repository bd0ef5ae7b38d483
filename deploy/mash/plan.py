"""What runs as a child process, with which settings and at which port."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.mash.children import Child
from deploy.mash.embedded.policy import local_policy
from deploy.mash.embedded.ports import LOOPBACK, free_port, same_or_free
from deploy.mash.embedded.secrets import key_file, webhook_secrets
from deploy.mash.layout import ROOT, Layout, UsageMistake, port_from_environment

# Intake and console answer at one address; the others are reached for health alone.
PROCESSES = (("intake", "console"), ("triage",), ("router",), ("notifier",))
PARTITIONS = 3  # One process reads each topic here; a cluster takes the catalogue's counts.
CATCHER = "mailbox"


@dataclass(frozen=True, slots=True)
class Address:
    """Where people and agencies reach the system."""

    host: str
    port: int

    @property
    def base_url(self) -> str:
        """For a browser on this machine."""
        return f"http://{LOOPBACK if self.host in ('0.0.0.0', '::') else self.host}:{self.port}"  # noqa: S104


def address_from_environment() -> Address:
    """`MASH_HOST` and `MASH_PORT`. Raises UsageMistake where the port is none."""
    return Address(os.environ.get("MASH_HOST") or LOOPBACK, port_from_environment())


@dataclass(frozen=True, slots=True)
class Catcher:
    """The local mail server and webhook receiver."""

    child: Child
    smtp_port: int
    hooks_port: int


def catcher(layout: Layout) -> Catcher:
    """The process that catches mail and webhooks."""
    smtp, hooks = _ports(layout, CATCHER, 2)
    command = [
        *(sys.executable, "-m", "deploy.mash.embedded.mailbox", "--smtp", str(smtp), "--http", str(hooks)),
        *("--mailbox", str(layout.mailbox), "--secrets", str(webhook_secrets(layout.secrets))),
    ]
    return Catcher(_child(layout, CATCHER, command, os.environ, hooks), smtp, hooks)


def embedded_environment(layout: Layout, address: Address, mailbox: Catcher) -> dict[str, str]:
    """Settings of the services beside the embedded pair; addresses of the pair are added once it runs."""
    packs = Path(os.environ.get("MASH_POLICY_DIR") or ROOT / "deploy" / "policy")
    elsewhere = [name for name in os.environ if name.startswith("MASH_KAFKA_")]
    kept = {name: value for name, value in _common(layout, address).items() if name not in elsewhere}
    return kept | {
        "MASH_KEK_FILE": str(key_file(layout.secrets, data_exists=layout.postgres.exists())),
        "MASH_POLICY_DIR": str(local_policy(packs, layout.policy, hooks_port=mailbox.hooks_port)),
        "MASH_MAILBOX_DIR": str(layout.mailbox),
        "MASH_SMTP_HOST": LOOPBACK,
        "MASH_SMTP_PORT": str(mailbox.smtp_port),
        "MASH_WEBHOOK_SECRETS_DIR": str(webhook_secrets(layout.secrets)),
        "MASH_WEBHOOK_ALLOW_LOOPBACK": "true",
        "MASH_TOPIC_PARTITIONS": str(PARTITIONS),
        "MASH_SLOT": "embedded",  # A restarted process takes its partitions back at once.
    }


def external_environment(layout: Layout, address: Address) -> dict[str, str]:
    """The caller's own settings. Raises UsageMistake where the key-encryption key is not among them."""
    if not (os.environ.get("MASH_KEK_FILE") or os.environ.get("MASH_KEK")):
        raise UsageMistake("set MASH_KEK_FILE to a file with a key-encryption key; make one with `mash key`")
    return _common(layout, address)


def services(layout: Layout, address: Address, environment: Mapping[str, str]) -> list[Child]:
    """The processes of the five services."""
    children = []
    for names in PROCESSES:
        name = "-".join(names)
        public = "intake" in names
        port = address.port if public else _ports(layout, name, 1)[0]
        host = address.host if public else LOOPBACK
        command = [sys.executable, "-m", "deploy.mash.cli", "serve", *names, "--host", host, "--port", str(port)]
        children.append(_child(layout, name, command, environment, port))
    return children


def _common(layout: Layout, address: Address) -> dict[str, str]:
    return dict(os.environ) | {
        "MASH_DATA_DIR": str(layout.directory),
        "MASH_HOST": address.host,
        "MASH_PORT": str(address.port),
        "MASH_PUBLIC_URL": os.environ.get("MASH_PUBLIC_URL") or address.base_url,
    }


def _child(layout: Layout, name: str, command: list[str], environment: Mapping[str, str], health_port: int) -> Child:
    return Child(
        name=name,
        command=command,
        cwd=ROOT,
        environment=environment,
        health_port=health_port,
        log=layout.log(name),
        pid_file=layout.run / f"{name}.pid",
    )


def _ports(layout: Layout, name: str, count: int) -> list[int]:
    """Loopback ports of a process, the same at every start where they are free."""
    kept = layout.run / f"{name}.ports"
    try:
        wanted = [int(text) for text in kept.read_text().split()][:count]
    except (OSError, ValueError):
        wanted = []
    chosen: list[int] = []
    for index in range(count):
        port = same_or_free(wanted[index] if index < len(wanted) else None)
        while port in chosen:
            port = free_port()
        chosen.append(port)
    kept.write_text(" ".join(map(str, chosen)))
    return chosen
