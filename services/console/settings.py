"""Settings of the console: the common ones, and how people reach it."""

from pathlib import Path

from pydantic import Field

from shared.settings import CommonSettings


class ConsoleSettings(CommonSettings):
    """What `app.py` reads once. tls decides the cookie's name and flags, so it must say how browsers really arrive."""

    console_tls: bool = Field(default=False, description="people reach the console over https")
    mailbox_dir: Path | None = Field(default=None, description="Maildir of the local mail catcher, shown as a page")
