"""All five services, one process each, each with settings of its own."""

import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import httpx

from deploy.mash.embedded.ports import free_port
from shared.grants import SERVICES
from tests.integration.platform.conftest import Terminal
from tests.integration.platform.running_system import until


@contextmanager
def serving(settings_of: Callable[[str], Mapping[str, str]]) -> Iterator[dict[str, str]]:
    """Start them; gives their addresses once all are ready. settings_of: the environment of a service."""
    ports = {name: free_port() for name in SERVICES}
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    running: list[subprocess.Popen[bytes]] = []
    try:
        for name in SERVICES:
            running.append(Terminal(dict(settings_of(name))).start("serve", name, "--port", str(ports[name])))
        for name, url in urls.items():
            until(lambda url=url: _ready(url), f"{name} is ready", 90)  # type: ignore[misc]
        yield urls
    finally:
        for one in running:
            one.send_signal(signal.SIGTERM)
        assert {one.wait(60) for one in running} == {0}


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False
