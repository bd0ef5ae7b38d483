"""Settings every service shares, read once at start from `MASH_*`. No secret has a default, nothing connects here."""

import ipaddress
from pathlib import Path
from typing import Self, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings

from shared.errors import SettingsError
from shared.kafka_link import KafkaSettings
from shared.messages.envelope import Lane

ROOT = Path(__file__).resolve().parent.parent
SHORTEST_TOKEN = 16


class CommonSettings(KafkaSettings):
    """Addresses, keys and limits. Names are the same in every way to run; the mode only supplies values."""

    database_url: SecretStr = Field(description="postgresql+asyncpg://user:password@host:port/database")
    kek_file: Path | None = Field(default=None, description="file of base64 256-bit key-encryption keys, newest first")
    kek: SecretStr | None = Field(default=None, description="the same as a value, where no file can be mounted")
    authority: str = "county-durham"
    policy_dir: Path = ROOT / "deploy" / "policy"
    data_dir: Path = ROOT / ".mash"
    host: str = "127.0.0.1"
    port: int = 8460
    log_level: str = "INFO"
    slot: str = Field(
        default="", description="a name of this process among its kind; keeps its partitions over a restart"
    )
    metrics_token_file: Path | None = Field(
        default=None, description="file of the bearer token for /metrics; without one it answers this machine alone"
    )
    trusted_proxies: str = Field(
        default="127.0.0.1,::1",
        description="addresses and networks of proxies that say whom they speak for (X-Forwarded-For)",
    )
    drain_seconds: float = Field(
        default=0,
        ge=0,
        le=300,
        description="how long a stopping process answers while /readyz says so",
    )
    lanes: str = Field(default="urgent,routine", description="which lanes this process reads")
    topic_partitions: int | None = Field(default=None, description="a lower partition count for a one-node broker")
    topic_replication: int = 1
    batch_size: int = Field(default=500, ge=1, le=2000)
    relay_after_seconds: float = 2.0
    reconcile_every_seconds: float = 60.0
    reconcile_after_seconds: float = 60.0

    @model_validator(mode="after")
    def _has_a_key(self) -> Self:
        if self.kek is None and self.kek_file is None:
            raise ValueError("set MASH_KEK_FILE (or MASH_KEK) to the key-encryption keys")
        return self

    @field_validator("lanes")
    @classmethod
    def _names_lanes(cls, lanes: str) -> str:
        """A process that read nothing for a slip of the pen would still say that it is ready."""
        named = [name.strip() for name in lanes.split(",")]
        if not set(named) <= {lane.value for lane in Lane}:
            raise ValueError("write urgent, routine, or both with a comma between")
        return lanes

    @field_validator("trusted_proxies")
    @classmethod
    def _names_proxies(cls, proxies: str) -> str:
        """Whoever is believed can hide behind any address, in sign-in limits and in the audit: never everybody."""
        for named in (name.strip() for name in proxies.split(",") if name.strip()):
            try:
                everybody = ipaddress.ip_network(named).prefixlen == 0
            except ValueError as error:
                raise ValueError("write addresses and networks, like 10.2.0.7,10.3.0.0/24") from error
            if everybody:
                raise ValueError("everybody is not a proxy: name its addresses or its network")
        return proxies

    @property
    def proxies(self) -> tuple[str, ...]:
        """Addresses and networks whose X-Forwarded-For is believed."""
        return tuple(name.strip() for name in self.trusted_proxies.split(",") if name.strip())

    @property
    def lane_names(self) -> frozenset[str]:
        """The lanes this process reads; never none."""
        return frozenset(name.strip() for name in self.lanes.split(","))

    def kek_text(self) -> str:
        """The key-encryption keys, one per line, newest first. Raises SettingsError where the file cannot be read."""
        if self.kek is not None:
            return self.kek.get_secret_value()
        assert self.kek_file is not None
        return _read("MASH_KEK_FILE", self.kek_file)

    def metrics_token(self) -> str | None:
        """The token for /metrics, or None where it answers this machine alone. Raises SettingsError as `kek_text`."""
        if self.metrics_token_file is None:
            return None
        token = _read("MASH_METRICS_TOKEN_FILE", self.metrics_token_file).strip()
        if len(token) < SHORTEST_TOKEN:
            raise SettingsError(f"MASH_METRICS_TOKEN_FILE: a token has at least {SHORTEST_TOKEN} characters")
        return token


def _read(name: str, path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise SettingsError(f"{name}: cannot read {path}: {why}") from error


S = TypeVar("S", bound=BaseSettings)


def read_settings(kind: type[S]) -> S:
    """Settings of one service from the environment. Raises SettingsError naming each wrong one, without its value."""
    try:
        return kind()
    except ValidationError as error:
        wrong = "; ".join(
            f"MASH_{'_'.join(map(str, e['loc'])).upper() or 'KEK_FILE'}: {e['msg']}" for e in error.errors()
        )
        raise SettingsError(wrong) from None
