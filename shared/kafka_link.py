"""How a process reaches Kafka: addresses, TLS, and whom it says it is. Read once at start from `MASH_KAFKA_*`."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.errors import SettingsError

if TYPE_CHECKING:
    from faststream.security import BaseSecurity

Mechanism = Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"]


@dataclass(frozen=True, slots=True)
class Login:
    """A name and password of this process at Kafka."""

    mechanism: Mechanism
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KafkaLink:
    """Kafka's addresses (host:port[,host:port]) and how to speak with it. tls: None speaks in the open."""

    bootstrap: str
    tls: ssl.SSLContext | None = field(default=None, repr=False, compare=False)
    login: Login | None = None

    def client(self) -> dict[str, Any]:
        """Arguments of any aiokafka client."""
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap,
            "security_protocol": ("SASL_" if self.login else "") + ("SSL" if self.tls else "PLAINTEXT"),
            "ssl_context": self.tls,
        }
        if self.login is not None:
            options |= {
                "sasl_mechanism": self.login.mechanism,
                "sasl_plain_username": self.login.username,
                "sasl_plain_password": self.login.password,
            }
        return options

    def security(self) -> "BaseSecurity | None":
        """The same as a FastStream broker takes it."""
        from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

        if self.login is None:
            return BaseSecurity(ssl_context=self.tls) if self.tls else None
        kinds = {"SCRAM-SHA-512": SASLScram512, "SCRAM-SHA-256": SASLScram256, "PLAIN": SASLPlaintext}
        kind = kinds[self.login.mechanism]
        return kind(username=self.login.username, password=self.login.password, ssl_context=self.tls)


class KafkaSettings(BaseSettings):
    """What leads to a KafkaLink. Files, for certificates and a password are mounted and not written down."""

    model_config = SettingsConfigDict(env_prefix="MASH_", frozen=True, extra="ignore")

    kafka_bootstrap: str = Field(description="host:port[,host:port] of the Kafka cluster")
    kafka_tls: bool = Field(default=False, description="speak TLS and check the brokers' certificates and names")
    kafka_ca_file: Path | None = Field(default=None, description="who signed them; without it this machine's trust")
    kafka_cert_file: Path | None = Field(default=None, description="this process's own certificate, for mutual TLS")
    kafka_key_file: Path | None = Field(default=None, description="the key of that certificate")
    kafka_username: str | None = Field(default=None, description="this process's name at Kafka, for SASL")
    kafka_password_file: Path | None = Field(default=None, description="file of its password")
    kafka_mechanism: Mechanism = "SCRAM-SHA-512"

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        files = (self.kafka_ca_file, self.kafka_cert_file, self.kafka_key_file)
        if not self.kafka_tls and (any(files) or self.kafka_username):
            raise ValueError("certificates and passwords for Kafka need MASH_KAFKA_TLS=true")
        if (self.kafka_cert_file is None) != (self.kafka_key_file is None):
            raise ValueError("MASH_KAFKA_CERT_FILE and MASH_KAFKA_KEY_FILE belong together")
        if (self.kafka_username is None) != (self.kafka_password_file is None):
            raise ValueError("MASH_KAFKA_USERNAME and MASH_KAFKA_PASSWORD_FILE belong together")
        return self

    def kafka_link(self) -> KafkaLink:
        """Raises SettingsError where a file cannot be read or holds no certificate."""
        return KafkaLink(self.kafka_bootstrap, self._tls(), self._login())

    def _tls(self) -> ssl.SSLContext | None:
        if not self.kafka_tls:
            return None
        try:
            context = ssl.create_default_context(cafile=self.kafka_ca_file)
        except OSError as error:  # An SSLError is one as well.
            raise SettingsError(f"MASH_KAFKA_CA_FILE: {_why(error)}") from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.kafka_cert_file is not None:
            try:
                context.load_cert_chain(self.kafka_cert_file, self.kafka_key_file)
            except OSError as error:
                raise SettingsError(f"MASH_KAFKA_CERT_FILE or MASH_KAFKA_KEY_FILE: {_why(error)}") from error
        return context

    def _login(self) -> Login | None:
        if self.kafka_username is None or self.kafka_password_file is None:
            return None
        try:
            password = self.kafka_password_file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            why = _why(error) if isinstance(error, OSError) else "it is no text"
            raise SettingsError(f"MASH_KAFKA_PASSWORD_FILE: {why}") from error
        return Login(self.kafka_mechanism, self.kafka_username, password)


def _why(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return "it does not hold what it should, in PEM form, or the two do not belong together"
    return error.strerror or "it cannot be read"
