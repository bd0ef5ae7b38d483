"""The console as one HTTP application without its consumers, and signed-in clients for it."""

from dataclasses import dataclass, field
from pathlib import Path

import httpx
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from services.console.access import register_staff
from services.console.app import build
from services.console.domain.roles import Role
from services.console.http.context import Console
from services.console.live import LiveQueues
from services.console.settings import ConsoleSettings
from shared.service import Service
from tests.builders.console_desk import KEK_TEXT

BASE_URL = "http://console.test"
PASSWORD = "correct horse battery staple"
STAFF = {Role.SCREENER: "s.okafor", Role.MANAGER: "m.lindqvist", Role.OPS: "o.brandt", Role.AUDITOR: "a.mensah"}


def settings_for(
    database: str,
    *,
    tls: bool = False,
    mailbox: Path | None = None,
    kafka_bootstrap: str = "127.0.0.1:1",
    public_url: str = BASE_URL,
) -> ConsoleSettings:
    """Settings of a console over a test database; no broker answers at the address unless one is given."""
    return ConsoleSettings(
        database_url=SecretStr(database),
        kafka_bootstrap=kafka_bootstrap,
        kek=SecretStr(KEK_TEXT),
        console_tls=tls,
        mailbox_dir=mailbox,
        public_url=public_url,
    )


def application_of(service: Service) -> FastAPI:
    """The routes and everything mounted beside them, as the runtime does, without consumers."""
    app = FastAPI(docs_url=None, redoc_url=None)
    for router in service.routers:
        app.include_router(router)
    service.mount(app)
    return app


@dataclass
class ConsoleUnderTest:
    """A running console, its database, and people who can sign in to it."""

    service: Service
    app: FastAPI
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    @property
    def engine(self) -> AsyncEngine:
        return self.service.foundation.engine

    @property
    def parts(self) -> Console:
        """What its routes share."""
        handed_over = next(one for one in self.app.user_middleware if "console" in one.kwargs)
        console = handed_over.kwargs["console"]
        assert isinstance(console, Console)
        return console

    @property
    def live(self) -> LiveQueues:
        """What keeps its lists live."""
        return self.parts.live

    def client(self, address: str = "192.0.2.7") -> httpx.AsyncClient:
        """A browser or program that is not signed in."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 4711))
        client = httpx.AsyncClient(transport=transport, base_url=BASE_URL, timeout=60)
        self.clients.append(client)
        return client

    async def register(self) -> None:
        """One account for each role."""
        for role, username in STAFF.items():
            await register_staff(self.engine, username=username, role=role.value, password=PASSWORD)

    async def program(self, role: Role) -> httpx.AsyncClient:
        """A program signed in to the API."""
        client = self.client()
        answer = await client.post("/v1/sessions", json={"username": STAFF[role], "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return client

    async def browser(self, role: Role) -> httpx.AsyncClient:
        """A browser signed in to the pages."""
        client = self.client()
        client.headers.update({"Origin": BASE_URL, "Sec-Fetch-Site": "same-origin", "Accept": "text/html"})
        token = form_token_in((await client.get("/sign-in")).text)
        form = {"form_token": token, "username": STAFF[role], "password": PASSWORD, "next": "/"}
        answer = await client.post("/sign-in", data=form)
        assert answer.status_code == 303, answer.text
        return client

    async def close(self) -> None:
        """Let everything go; a connection that is still in use is a fault."""
        for client in self.clients:
            await client.aclose()
        assert self.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        await self.engine.dispose()


def console_over(
    database: str, *, tls: bool = False, mailbox: Path | None = None, public_url: str = BASE_URL
) -> ConsoleUnderTest:
    """A console over a test database, which people reach at `public_url`."""
    service = build(settings_for(database, tls=tls, mailbox=mailbox, public_url=public_url))
    return ConsoleUnderTest(service, application_of(service))


def live_of(service: Service) -> LiveQueues:
    """What keeps the lists of this console live."""
    listen = service.background[0]
    live = getattr(listen, "__self__", None)
    assert isinstance(live, LiveQueues)
    return live


def form_token_in(html: str) -> str:
    """The token of the first form of a page."""
    return html.split('name="form_token" value="', 1)[1].split('"', 1)[0]


def field_in(html: str, name: str) -> str:
    """The value of a hidden field of a page."""
    return html.split(f'name="{name}" value="', 1)[1].split('"', 1)[0]
