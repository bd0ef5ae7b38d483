"""Settings of the notifier. Passwords and webhook secrets come from files; none has a default."""

from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator

from services.notifier.channels.email import MailServer
from services.notifier.domain.line import EmailAddress
from shared.errors import SettingsError
from shared.settings import CommonSettings

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


class NotifierSettings(CommonSettings):
    """Mail server, webhooks and pace. Every name begins with MASH_ in the environment."""

    public_url: str | None = Field(
        default=None, description="address of this system in messages; http://host:port if unset"
    )
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=1025, ge=1, le=65535)
    smtp_username: str | None = None
    smtp_password_file: Path | None = None
    smtp_starttls: bool | None = Field(default=None, description="required unless the mail server is on this machine")
    smtp_from: str = "no-reply@mash.example"
    webhook_secrets_dir: Path | None = Field(default=None, description="one file per secret name, newest secret first")
    webhook_allow_loopback: bool = Field(default=False, description="for the embedded demo: webhooks on this machine")
    notice_pause_seconds: float = Field(
        default=15.0, ge=0, description="between routine messages of one kind to one recipient"
    )
    delivery_slots: int = Field(default=8, ge=1, le=64, description="messages being sent at once, in each lane")

    @field_validator("smtp_from")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        return EmailAddress(value).text

    @field_validator("public_url")
    @classmethod
    def _is_a_plain_origin(cls, value: str | None) -> str | None:
        if value is not None and not (
            value.isascii() and value.startswith(("http://", "https://")) and value.isprintable()
        ):
            raise ValueError("must begin with http:// or https:// and hold no spaces or controls")
        return value.rstrip("/") if value else None

    @model_validator(mode="after")
    def _has_a_whole_sign_in(self) -> Self:
        if (self.smtp_username is None) != (self.smtp_password_file is None):
            raise ValueError("set MASH_SMTP_USERNAME and MASH_SMTP_PASSWORD_FILE together, or neither")
        return self

    @property
    def base_url(self) -> str:
        """What links in messages begin with, without a slash at the end."""
        return self.public_url or f"http://{self.host}:{self.port}"

    def mail_server(self) -> MailServer:
        """Where mail is handed over. Raises SettingsError where the password cannot be read."""
        encrypt = self.smtp_host not in _THIS_MACHINE if self.smtp_starttls is None else self.smtp_starttls
        return MailServer(
            host=self.smtp_host,
            port=self.smtp_port,
            sender=EmailAddress(self.smtp_from),
            start_tls=encrypt,
            username=self.smtp_username,
            password=self._smtp_password(),
        )

    def _smtp_password(self) -> str | None:
        if self.smtp_password_file is None:
            return None
        try:
            return self.smtp_password_file.read_text().strip()
        except OSError as error:
            raise SettingsError(
                f"MASH_SMTP_PASSWORD_FILE: cannot read {self.smtp_password_file}: {error.strerror}"
            ) from error
