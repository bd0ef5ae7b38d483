"""Where PostgreSQL and Kafka are for a command: the environment first, else the system of the data directory."""

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from deploy.mash.external import DATABASE_VARIABLE, KAFKA_VARIABLE, checked_url, external_link
from deploy.mash.layout import DIRECTORY_VARIABLE, NotReachable, UsageMistake, layout_from_environment

if TYPE_CHECKING:
    from shared.kafka_link import KafkaLink


def database_url() -> str:
    """Raises NotReachable where there is neither, UsageMistake where the environment names no PostgreSQL."""
    named = os.environ.get(DATABASE_VARIABLE)
    return checked_url(named) if named else _of_directory("postgres")


def kafka_link() -> "KafkaLink":
    """Raises NotReachable where there is neither, UsageMistake where the environment does not say how to reach it."""
    if os.environ.get(KAFKA_VARIABLE):
        return external_link()
    from shared.kafka_link import KafkaLink

    return KafkaLink(_of_directory("kafka"))


def system_url(text: str) -> str:
    """The address of a system as a person writes it; `127.0.0.1:8460` is taken as http. Raises UsageMistake."""
    url = text if "://" in text else f"http://{text}"
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or any(c.isspace() for c in url):
        raise UsageMistake(f"--url {text} is no address: write it like http://127.0.0.1:8460")
    return url


def _of_directory(part: str) -> str:
    layout = layout_from_environment()
    variable = DATABASE_VARIABLE if part == "postgres" else KAFKA_VARIABLE
    try:
        if not (layout.directory / part).is_dir():
            raise NotReachable(f"nothing has run in {layout.directory} yet: start it with `mash up`, or set {variable}")
        from deploy.mash.servers import EmbeddedServers

        servers = EmbeddedServers(layout, lambda line: None)
        return servers.database_url if part == "postgres" else servers.kafka_bootstrap
    except OSError as error:
        raise NotReachable(
            f"{layout.directory} cannot be read ({error.strerror}): ask its owner, or set {DIRECTORY_VARIABLE}"
            f" or {variable}"
        ) from error
