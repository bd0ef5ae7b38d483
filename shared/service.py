"""What a service is made of. `services/<name>/app.py` builds one and holds no logic; `shared/runtime.py` runs it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from fastapi import APIRouter, FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.database import make_engine
from shared.keyring.keys import Keys
from shared.marks import Marks
from shared.sealing import KeyEncryption, ServiceSeal
from shared.sender import Sender
from shared.settings import CommonSettings
from shared.stage import Stage
from shared.tables import StandardTables, tables_in
from shared.work import OpenWork, Work, WorkFactory

W = TypeVar("W", bound=Work)

MakeWork = Callable[[AsyncConnection, datetime, StandardTables, Keys], W]
Background = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Foundation(Generic[W]):
    """What every service stands on: its engine, keys, tables, sender, and the way to open a unit of work."""

    name: str
    settings: CommonSettings
    engine: AsyncEngine
    kek: KeyEncryption
    seal: ServiceSeal
    marks: Marks
    tables: StandardTables
    sender: Sender
    open_work: OpenWork[W]


def lay_foundation(settings: CommonSettings, name: str, make_work: MakeWork[W], *, pool_size: int = 5) -> Foundation[W]:
    """The foundation of the service `name`, which owns the schema of that name. Connects to nothing yet.

    Raises SettingsError where the key-encryption key is missing or malformed.
    """
    engine = make_engine(settings.database_url.get_secret_value(), application=f"mash-{name}", pool_size=pool_size)
    kek = KeyEncryption(settings.kek_text())
    tables = tables_in(name)
    marks = Marks(kek)
    sender = Sender(settings.kafka_link(), name, engine, tables.outbox, marks)
    open_work = WorkFactory(make_work, engine, tables, kek, sender)
    return Foundation(name, settings, engine, kek, ServiceSeal(kek), marks, tables, sender, open_work)


@dataclass(frozen=True)
class Service:
    """One service, ready to run. background: coroutines that run as long as the process, restarted when they fail.

    mount: adds what is not a route (static files, exception handlers, middleware) to the process's application.
    """

    foundation: Foundation[Any]
    stages: Sequence[Stage[Any, Any]] = ()
    routers: Sequence[APIRouter] = ()
    background: Sequence[Background] = ()
    on_start: Sequence[Background] = ()
    on_stop: Sequence[Background] = ()
    mount: Callable[[FastAPI], None] = field(default=lambda app: None)

    @property
    def name(self) -> str:
        """intake, triage, router, notifier or console."""
        return self.foundation.name
