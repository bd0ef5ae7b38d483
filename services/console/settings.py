"""Settings of the console: the common ones, and how people reach it."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from shared.settings import CommonSettings

_THIS_MACHINE = ("127.0.0.1", "localhost", "[::1]")
_EVERY_ADDRESS = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - compared with, never bound to


def _origin(url: str) -> str:
    """`https://console.example` of any address below it; raises ValueError where it is none."""
    parts = urlsplit(url.strip().lower())
    if parts.scheme not in ("http", "https") or not parts.hostname or not url.isascii() or not url.isprintable():
        raise ValueError("must begin with http:// or https:// and name a host")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = parts.port
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" if port in (None, usual) else f"{parts.scheme}://{host}:{port}"


class ConsoleSettings(CommonSettings):
    """What `app.py` reads once. tls decides the cookie's name and flags, so it must say how browsers really arrive."""

    console_tls: bool = Field(default=False, description="people reach the console over https")
    mailbox_dir: Path | None = Field(default=None, description="Maildir of the local mail catcher, shown as a page")
    public_url: str | None = Field(
        default=None, description="the address in people's browsers; http://host:port if unset"
    )
    console_origins: str = Field(default="", description="further addresses in browsers, with commas between them")

    @field_validator("public_url")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        return _origin(value) if value else None

    @field_validator("console_origins")
    @classmethod
    def _are_addresses(cls, value: str) -> str:
        return ",".join(_origin(one) for one in value.split(",") if one.strip())

    @property
    def origins(self) -> frozenset[str]:
        """Where our own forms come from, as browsers say it. A console on this machine answers to its three names."""
        host = "127.0.0.1" if self.host in _EVERY_ADDRESS else f"[{self.host}]" if ":" in self.host else self.host
        scheme = "https" if self.console_tls else "http"
        first = self.public_url or _origin(f"{scheme}://{host}:{self.port}")
        found = {first, *(one for one in self.console_origins.split(",") if one)}
        parts = urlsplit(first)
        name = parts.netloc.rpartition(":")[0] if parts.port else parts.netloc
        if name in _THIS_MACHINE:
            tail = f":{parts.port}" if parts.port else ""
            found |= {f"{parts.scheme}://{one}{tail}" for one in _THIS_MACHINE}
        return frozenset(found)
