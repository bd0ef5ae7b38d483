"""PostgreSQL and Kafka that somebody else runs: their addresses come from the environment."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.mash.layout import UsageMistake

if TYPE_CHECKING:
    from shared.kafka_link import KafkaLink

DATABASE_VARIABLE, KAFKA_VARIABLE = "MASH_DATABASE_URL", "MASH_KAFKA_BOOTSTRAP"
DATABASE_FILE_VARIABLE = f"{DATABASE_VARIABLE}_FILE"


def take_url_from_file() -> None:
    """Where the address of the database is in a file, for it holds a password, take it from there.

    Raises UsageMistake where it cannot be read or both are given.
    """
    name = os.environ.get(DATABASE_FILE_VARIABLE)
    if not name:
        return
    if os.environ.get(DATABASE_VARIABLE):
        raise UsageMistake(f"set {DATABASE_VARIABLE} or {DATABASE_FILE_VARIABLE}, not both")
    try:
        os.environ[DATABASE_VARIABLE] = Path(name).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise UsageMistake(f"{DATABASE_FILE_VARIABLE}: cannot read {name}: {why}") from error


@dataclass(frozen=True)
class ExternalServers:
    """Servers that somebody else runs."""

    database_url: str
    kafka_bootstrap: str


def external_servers() -> ExternalServers:
    """Both addresses from the environment. Raises UsageMistake naming the one that is missing."""
    return ExternalServers(checked_url(_variable(DATABASE_VARIABLE)), _variable(KAFKA_VARIABLE))


def external_link() -> "KafkaLink":
    """How to reach the Kafka of the environment. Raises UsageMistake naming the setting that is wrong."""
    from shared.errors import SettingsError
    from shared.kafka_link import KafkaSettings
    from shared.settings import read_settings

    try:
        return read_settings(KafkaSettings).kafka_link()
    except SettingsError as error:
        raise UsageMistake(str(error)) from error


def checked_url(url: str) -> str:
    """The address of a database as it is. Raises UsageMistake where it is none that the services can use."""
    if re.match(r"postgresql\+asyncpg://[^/]+/[^/]+", url) is None:
        raise UsageMistake(f"{DATABASE_VARIABLE} must look like postgresql+asyncpg://user:password@host:port/database")
    return url


def _variable(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise UsageMistake(f"set {name}: in external mode PostgreSQL and Kafka are yours")
    return value
