"""`mash up`."""

import asyncio
from enum import StrEnum
from typing import Annotated

import typer

from deploy.mash.external import external_servers
from deploy.mash.layout import layout_from_environment
from deploy.mash.plan import address_from_environment
from deploy.mash.running import Running, run_system


class Mode(StrEnum):
    """Whose PostgreSQL and Kafka."""

    EMBEDDED = "embedded"
    EXTERNAL = "external"


def up(
    mode: Annotated[Mode, typer.Option(help="Own PostgreSQL and Kafka, or those of the environment.")] = Mode.EMBEDDED,
) -> None:
    """Run the whole system on this machine until Ctrl-C, starting again what dies.

    embedded: PostgreSQL and Kafka are child processes with their data in MASH_DATA_DIR (.mash); demo-credentials.json
    appears there when everything is ready. external: MASH_DATABASE_URL, MASH_KAFKA_BOOTSTRAP and MASH_KEK_FILE say
    where everything is. The address is MASH_HOST and MASH_PORT (127.0.0.1:8460).
    """
    external = external_servers() if mode is Mode.EXTERNAL else None
    running = Running(layout_from_environment(), address_from_environment(), external)
    raise typer.Exit(asyncio.run(run_system(running)))
