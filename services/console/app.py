"""Builds the console: settings, foundation, words, templates, stages, routes. No logic, and nothing connects here."""

from functools import partial

from fastapi import FastAPI

from services.console.attention_watch import AttentionWatch
from services.console.handlers import raise_tasks, show_in_triage, show_moves
from services.console.http import api, attention_api
from services.console.http.context import Console, HandOver
from services.console.http.gate import Gate
from services.console.http.security import SecurityHeaders
from services.console.lag import LagReader
from services.console.live import LiveQueues
from services.console.pages import assets, attention, contact, mailbox, operations, queues, sign_in
from services.console.pages.fallback import answer_what_no_route_does
from services.console.pages.render import make_templates
from services.console.settings import ConsoleSettings
from services.console.words import read_words
from services.console.work import ConsoleWork
from shared.messages.case_moved import CaseMoved
from shared.messages.contact_assessed import ContactAssessed
from shared.messages.contact_received import ContactReceived
from shared.messages.envelope import Lane
from shared.messages.notice_settled import NoticeSettled
from shared.sealing import KeyEncryption, ServiceSeal
from shared.service import Service, lay_foundation
from shared.settings import read_settings
from shared.stage import Stage
from shared.topics import CONTACT_ASSESSED, CONTACT_RECEIVED, NOTICE_SETTLED, QUEUES

NAME = "console"
CONNECTIONS = 8  # one of them listens for as long as the process runs


def build(settings: ConsoleSettings | None = None) -> Service:
    """The console, ready to run. Raises SettingsError where a setting or a pack is missing or wrong."""
    settings = settings or read_settings(ConsoleSettings)
    seal = ServiceSeal(KeyEncryption(settings.kek_text()))
    base = lay_foundation(settings, NAME, partial(ConsoleWork, seal=seal), pool_size=CONNECTIONS)
    words = read_words(settings.policy_dir, settings.authority)
    services = frozenset(queue.queue for queue in words.services)
    live = LiveQueues(base.engine, base.open_work, services)
    console = Console(
        settings=settings,
        engine=base.engine,
        open_work=Gate(base.open_work),
        words=words,
        templates=make_templates(words),
        live=live,
        lag=LagReader(base.sender.link),
        attention=AttentionWatch(base.open_work),
    )

    def mount(app: FastAPI) -> None:
        app.add_middleware(SecurityHeaders, tls=settings.console_tls)
        app.add_middleware(HandOver, console=console)
        answer_what_no_route_does(app)
        # The runtime's own hooks run only once every connection has ended; live lists end when the stop begins.
        app.state.stop_begins = [*getattr(app.state, "stop_begins", []), live.end]

    return Service(
        foundation=base,
        stages=_stages(),
        routers=[
            part.router
            for part in (api, attention_api, sign_in, queues, contact, attention, operations, mailbox, assets)
        ],
        background=[live.listen],
        on_stop=[live.stop],
        mount=mount,
    )


def _stages() -> list[Stage]:  # type: ignore[type-arg]
    queue_topics = list(QUEUES.values())
    return [
        Stage(NAME, "danger", CONTACT_RECEIVED[Lane.URGENT], ContactReceived, show_in_triage),
        Stage(NAME, "danger-found", CONTACT_ASSESSED[Lane.URGENT], ContactAssessed, show_in_triage),
        Stage(NAME, "queues", queue_topics[0], CaseMoved, show_moves, also=tuple(queue_topics[1:]), patience=300),
        Stage(NAME, "notices", NOTICE_SETTLED, NoticeSettled, raise_tasks, patience=300),
    ]
