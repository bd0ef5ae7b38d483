"""`mash serve`."""

import asyncio
import os
import signal
import sys
import time
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.mash.embedded.ports import why_not
from deploy.mash.external import DATABASE_VARIABLE, checked_url
from deploy.mash.layout import PORT_VARIABLE, Mistake, UsageMistake, port_from_environment
from shared.errors import SettingsError

if TYPE_CHECKING:
    from socket import socket

    import uvicorn
    from fastapi import FastAPI

SERVICES = ("intake", "triage", "router", "notifier", "console")
OPEN_CONNECTIONS_SECONDS = 5  # Live lists end as soon as the stop begins; this is for requests in progress.
STARTUP_FAILED = 3


def serve(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help=f"Any of: {', '.join(SERVICES)}.")],
    port: Annotated[int | None, typer.Option(min=1, max=65535, help=f"Instead of {PORT_VARIABLE}.")] = None,
    host: Annotated[str | None, typer.Option(help="Instead of MASH_HOST.")] = None,
) -> None:
    """Run one service, or several in one process, in the foreground until SIGTERM.

    Settings come from MASH_* in the environment. /healthz, /readyz and /metrics answer at the port. Processes that run
    the same service need different MASH_SLOTs, or none: Kafka shuts out the first of two with the same.
    """
    if unknown := [name for name in names if name not in SERVICES]:
        raise UsageMistake(f"no service {', '.join(unknown)}: there are {', '.join(SERVICES)}")
    where, at = host or os.environ.get("MASH_HOST") or "127.0.0.1", port or port_from_environment()
    if url := os.environ.get(DATABASE_VARIABLE):
        checked_url(url)
    if fault := why_not(at, where):
        raise Mistake(fault)
    _run(list(dict.fromkeys(names)), where, at)


def _run(names: list[str], host: str, port: int) -> None:
    import uvicorn

    from shared.logging import configure
    from shared.runtime import application

    # What was given on the command line is where browsers arrive: the services know their own address by these.
    os.environ["MASH_HOST"], os.environ[PORT_VARIABLE] = host, str(port)
    configure("-".join(names), os.environ.get("MASH_LOG_LEVEL", "INFO"))
    try:
        app = application([import_module(f"services.{name}.app").build() for name in names])
    except SettingsError as error:
        raise UsageMistake(str(error)) from error
    # uvicorn raises SIGTERM once more after its orderly end: without a handler that would be the end of it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=app.state.proxies,
        timeout_graceful_shutdown=OPEN_CONNECTIONS_SECONDS,
    )
    server = orderly_server(config, app)
    server.run()
    if not server.started:
        sys.exit(STARTUP_FAILED)


def orderly_server(config: "uvicorn.Config", app: "FastAPI") -> "uvicorn.Server":
    """A server that tells the application when its stop begins, before it waits for open connections to end.

    It goes on answering for the application's `drain_seconds`, so that who spreads the load has heard that it stops.
    """
    import uvicorn

    class OrderlyServer(uvicorn.Server):
        async def shutdown(self, sockets: "list[socket] | None" = None) -> None:
            app.state.stopping = True
            last = time.monotonic() + getattr(app.state, "drain_seconds", 0.0)
            while time.monotonic() < last and not self.force_exit:  # noqa: ASYNC110 - set by a signal handler
                await asyncio.sleep(0.1)
            for begin in getattr(app.state, "stop_begins", ()):
                begin()
            await super().shutdown(sockets)

    return OrderlyServer(config)
