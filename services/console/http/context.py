"""What the routes of one console share, made once by `app.py` and handed to each request."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from jinja2 import Environment
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import ASGIApp, Receive, Scope, Send

from services.console.attention_watch import AttentionWatch
from services.console.lag import LagReader
from services.console.live import LiveQueues
from services.console.settings import ConsoleSettings
from services.console.words import Words
from services.console.work import ConsoleWork
from shared.work import OpenWork


@dataclass(frozen=True)
class Console:
    """The parts: settings, the way to open a unit of work, words, templates, and what wakes the live lists."""

    settings: ConsoleSettings
    engine: AsyncEngine
    open_work: OpenWork[ConsoleWork]
    words: Words
    templates: Environment
    live: LiveQueues
    lag: LagReader
    attention: AttentionWatch

    @property
    def tls(self) -> bool:
        """Whether people arrive over https."""
        return self.settings.console_tls

    @property
    def origins(self) -> frozenset[str]:
        """The addresses that our own forms come from."""
        return self.settings.origins


class HandOver:
    """Pure ASGI: gives each request the console, before any route looks at it, so that refusals can be pages too."""

    def __init__(self, app: ASGIApp, *, console: Console) -> None:
        """console: of this process."""
        self._app = app
        self._console = console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the console."""
        if scope["type"] == "http":
            scope["state"] = {**scope.get("state", {}), "console": self._console}
        await self._app(scope, receive, send)


def of(request: Request) -> Console:
    """The console this request came to."""
    console: Console = request.state.console
    return console


UseConsole = Annotated[Console, Depends(of)]


def client_of(request: Request) -> str | None:
    """Where the request came from, for the audit."""
    return request.client.host if request.client else None
