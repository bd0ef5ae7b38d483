"""Where PostgreSQL and Kafka are for a command: the environment first, else the system of the data directory."""

import os

from deploy.mash.layout import NotReachable, layout_from_environment
from deploy.mash.servers import DATABASE_VARIABLE, KAFKA_VARIABLE, EmbeddedServers, checked_url


def database_url() -> str:
    """Raises NotReachable where there is neither, UsageMistake where the environment names no PostgreSQL."""
    named = os.environ.get(DATABASE_VARIABLE)
    return checked_url(named) if named else _of_directory("postgres")


def kafka_bootstrap() -> str:
    """Raises NotReachable where there is neither."""
    return os.environ.get(KAFKA_VARIABLE) or _of_directory("kafka")


def _of_directory(part: str) -> str:
    layout = layout_from_environment()
    variable = DATABASE_VARIABLE if part == "postgres" else KAFKA_VARIABLE
    if not (layout.directory / part).is_dir():
        raise NotReachable(f"nothing has run in {layout.directory} yet: start it with `mash up`, or set {variable}")
    servers = EmbeddedServers(layout, lambda line: None)
    return servers.database_url if part == "postgres" else servers.kafka_bootstrap
